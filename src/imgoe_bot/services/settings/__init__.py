"""What servers set: hosts, keys and options by place."""
