"""Copies go: at a click, with their message, with their author, with their server."""
