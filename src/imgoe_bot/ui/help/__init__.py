"""Questions answered: what commands there are, how the bot is doing, why a post was not kept."""
