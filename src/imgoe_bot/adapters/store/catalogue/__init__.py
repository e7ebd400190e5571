"""What makes uploads be found again and counted: places, pieces of names, tallies by day."""
