"""All knowledge of discord.py, and every word a person reads."""
