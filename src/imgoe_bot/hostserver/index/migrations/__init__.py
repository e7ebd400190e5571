"""Alembic revisions of the host's index, one module each."""
