"""The outside world as the use cases see it: protocols as narrow as their callers.

A port stands in the module of its subject, and is imported from there. One that only a single use
case needs stands beside that.
"""
