"""What changes the state: messages, reactions, threads, channels."""
