"""What a host can do, found out with tiny files."""
