"""The location where a file was taken, removed from it."""
