"""The outside world: one crawl in a child process, guarded connections, robots.txt, pauses, and the names of what can go wrong."""
