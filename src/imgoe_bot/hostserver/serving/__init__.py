"""The host on a socket: its parts, its routes and its guard."""
