"""The database itself: opened, migrated, its transactions."""
