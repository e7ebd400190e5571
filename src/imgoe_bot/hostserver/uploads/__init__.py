"""The use cases: a file that arrived becomes an upload, is approved, and goes again."""
