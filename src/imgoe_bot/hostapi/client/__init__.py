"""The client itself: one host, one key, calls with an end to every wait."""
