"""Posts and their copies: stored, grown, found, counted."""
