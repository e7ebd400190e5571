"""What changes the state and tells of it: messages, channels, roles, members, guilds."""
