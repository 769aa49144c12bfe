"""What Yixun knows: tables, migrations, views and the queries over them. Imports nothing else of the project.

Open a store with `store.database.open_store(settings)` and work inside `store.database.session_scope(engine)`.
"""
