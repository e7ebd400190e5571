"""Pure values and decisions: nothing here waits or can fail on I/O."""
