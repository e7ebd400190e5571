"""A typed async client of the Chevereto upload API V1.1, usable alone."""
