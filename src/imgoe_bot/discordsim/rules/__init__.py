"""What Discord accepts in a message, and from whom."""
