"""The calls of the API and their answers."""
