"""Errors, options and quotas in words."""
