"""Refusing numbers out of range, and texts and lists of a wrong length, wherever they stand."""

from collections.abc import Sized

from imgoe_bot.discordsim.problems import bad_length, too_large, too_small


def check_number(number: int, field: str, *, least: int, most: int) -> None:
    """Refuse a number out of range (50035)."""
    if number > most:
        raise too_large(field, most)
    if number < least:
        raise too_small(field, least)


def check_length(value: Sized, field: str, *, most: int, least: int = 1) -> None:
    """Refuse a text or list that is too short or too long (50035)."""
    if not least <= len(value) <= most:
        raise bad_length(field, most, least=least)
