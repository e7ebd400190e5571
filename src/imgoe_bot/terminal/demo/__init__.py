"""The demo: host, simulated Discord and bot on one machine, and the play that tries them."""
