"""Stored work, done step by step."""
