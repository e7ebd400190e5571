"""What a test or a demo holds in its hands: persons, guilds, faults."""
