"""The command line: what an operator and a person at a keyboard type."""
