"""The schema's history. `store.migrate` runs it; a new step is made with `python -m store.migrate "what it does"`."""
