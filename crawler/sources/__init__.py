"""What we read from: the schema of a source, the catalogue, and OPML."""
