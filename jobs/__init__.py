"""When and how: configuration, command line, daemon, demo. Composes the other three packages."""
