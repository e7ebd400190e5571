"""Interactions: commands, forms, and the bot's answers to them."""
