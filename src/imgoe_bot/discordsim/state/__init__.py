"""What a Discord holds: users, guilds, channels, messages, ids and signed links."""
