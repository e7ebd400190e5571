"""Pictures and videos looked into, and their smaller renditions."""
