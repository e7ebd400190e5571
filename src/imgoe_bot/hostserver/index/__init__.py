"""The index: every row of the host's database."""
