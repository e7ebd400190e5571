"""The store: every SQL statement of the bot."""
