"""The trained reader: what a sentence says, by one small model that ships with the product (docs/reader.md)."""
