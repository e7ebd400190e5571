"""The library: kept files found again."""
