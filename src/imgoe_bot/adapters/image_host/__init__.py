"""The image host: uploads, deletions, and the small pictures it makes."""
