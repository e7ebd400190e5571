"""``imgoe-bot jobs``: what a bot has to do, looked at and mended beside it."""
