"""The upload API without a socket: requests out, replies and errors in."""
