"""The composition root: the one place that knows both sides and joins them.

A module builds one subject: it takes settings and what other subjects have built, and returns a
value with the few things that others need.
"""
