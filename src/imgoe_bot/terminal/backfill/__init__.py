"""``imgoe-bot backfill``: begun in the database that a running bot reads, and followed there."""
