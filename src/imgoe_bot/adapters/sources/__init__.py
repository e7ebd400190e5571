"""Where files come from: Discord's addresses, and those that people name."""
