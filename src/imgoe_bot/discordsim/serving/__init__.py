"""The whole Discord on one port."""
