"""Uploads that a person asks for: several files, or a message that stands already."""
