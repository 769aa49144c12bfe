"""A page's bytes → article, in a process of its own. Pure but for that process."""
