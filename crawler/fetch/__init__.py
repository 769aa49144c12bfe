"""How the outside world is asked: guarded connections, robots.txt, pauses, and the names of what can go wrong."""
