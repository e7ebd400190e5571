"""The host on a socket: its parts, its routes and how errors are answered."""
