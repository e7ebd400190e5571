"""What moderators do about mirrored places."""
