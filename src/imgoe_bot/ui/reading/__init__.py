"""Discord's messages become facts: what was posted, where, by whom, with which media."""
