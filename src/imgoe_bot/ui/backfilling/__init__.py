"""What was posted long ago is asked for, estimated, and shown on its way."""
