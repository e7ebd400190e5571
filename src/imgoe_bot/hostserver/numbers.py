"""Whole numbers that clients write, as large as every database takes a row's number."""

DIGITS = 9


def find_number(text: str) -> int | None:
    """Return the number that ``text`` is, of at most nine ASCII digits; None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_number else None
