"""What Discord accepts in a message or a command, and from whom."""
