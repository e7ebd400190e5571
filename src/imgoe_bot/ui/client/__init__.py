"""discord.py's client: the bot itself, its command tree, its shards and its connection."""
