"""What the use cases ask of Discord: answers, direct messages, cards shown once more."""
