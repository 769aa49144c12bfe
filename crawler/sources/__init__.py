"""What we read from: the schema of a source, the catalogue, and how sources are found, tried out, recorded and exchanged."""
