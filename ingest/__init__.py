"""The way from a file to passages in the store."""
