"""What was posted long ago is kept: asked for, read with what budget is spare, and ended."""
