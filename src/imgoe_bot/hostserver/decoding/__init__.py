"""Pictures and films looked into, and their smaller renditions."""
