"""The chat page, a small client in the browser."""
