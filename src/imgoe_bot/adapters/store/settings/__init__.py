"""What servers set: keys, options, rules, and where the bot is a member."""
