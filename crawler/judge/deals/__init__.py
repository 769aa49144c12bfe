"""Who raised, listed or was bought, for how much, from whom: the grammar behind `judge.funding`.

`rounds`, `roles` and `when` read rounds, what an amount stands for, and days; `names_zh` and `names_en` cut names out of their
slots; `rounds_zh`, `rounds_en`, `ipo` and `acquisition` find deals in a sentence; `merge` makes one fact of several tellings.
"""
