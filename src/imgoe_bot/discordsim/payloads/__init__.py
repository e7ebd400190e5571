"""The state as Discord writes it in JSON."""
