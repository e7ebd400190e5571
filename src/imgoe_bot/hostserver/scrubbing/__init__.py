"""Where a file was taken, removed from it."""
