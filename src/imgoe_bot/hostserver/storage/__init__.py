"""Where files lie, and how they are served from there."""
