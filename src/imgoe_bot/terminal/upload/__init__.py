"""``imgoe-bot upload``: files and addresses to an image host, from a terminal."""
