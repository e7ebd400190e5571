"""``imgoe-bot host``: the embedded image host alone."""
