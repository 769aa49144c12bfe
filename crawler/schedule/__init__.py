"""When to ask whom, and how a source does."""
