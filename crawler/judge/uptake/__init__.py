"""Who takes which model into use, and how far along it is: the grammar behind `judge.adoption`.

`models` finds the models a sentence speaks of as things in use, `cues` the verbs of taking up with their stage, `adopters` whose
verbs they are, `details` product, department and hosting; `noise` takes pinyin glosses out of a text before all that.
"""
