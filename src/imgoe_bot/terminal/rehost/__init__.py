"""``imgoe-bot rehost``: what is stored of an image host leads to where it moved."""
