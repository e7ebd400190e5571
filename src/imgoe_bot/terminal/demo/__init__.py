"""``imgoe-bot demo``: host, simulated Discord and bot on one machine, and a check of them all."""
