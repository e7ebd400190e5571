"""Reading JSON whose shape is not yet known, without ``Any``.

Every reader takes what is there or the stated default: what a field must be is decided by the
checks of its route, never by a cast.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias, TypeGuard

Json: TypeAlias = Mapping[str, object]
Payload: TypeAlias = dict[str, object]


def mapping(value: object) -> Json:
    """Return the value when it is a JSON object, an empty one otherwise."""
    return value if is_mapping(value) else {}


def is_mapping(value: object) -> TypeGuard[Json]:
    """Tell whether the value is a JSON object."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether the value is a JSON array."""
    return isinstance(value, list | tuple)


def sequence(value: object) -> Sequence[object]:
    """Return the value when it is a JSON array, an empty one otherwise."""
    return value if is_sequence(value) else ()


def mappings(value: object) -> list[Json]:
    """Return the JSON objects of an array; anything else in it is left out."""
    return [mapping(item) for item in sequence(value) if is_mapping(item)]


def text(data: Json, key: str, default: str = "") -> str:
    """Return a text field, the default when it is absent, null or of another type."""
    value = data.get(key)
    return value if isinstance(value, str) else default


def optional_text(data: Json, key: str) -> str | None:
    """Return a text field, None when it is absent, null or of another type."""
    value = data.get(key)
    return value if isinstance(value, str) else None


def integer(data: Json, key: str, default: int = 0) -> int:
    """Return a whole number, also when it is written as text (as ids and permissions are)."""
    return as_int(data.get(key), default)


def as_int(value: object, default: int = 0) -> int:
    """Return a JSON value as a whole number, the default when it is none."""
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) else default


def flag(data: Json, key: str, *, default: bool = False) -> bool:
    """Return a boolean field, the default when it is absent or null."""
    value = data.get(key)
    return value if isinstance(value, bool) else default


def copied(value: object) -> object:
    """Return a deep copy of a JSON value: what one reader changes, no other sees."""
    if is_mapping(value):
        return copied_mapping(value)
    if is_sequence(value):
        return [copied(item) for item in value]
    return value


def copied_mapping(value: Json) -> Payload:
    """Return a deep copy of a JSON object."""
    return {key: copied(item) for key, item in value.items()}


def timestamp(unix_s: float) -> str:
    """Return a moment (Unix seconds) as Discord writes it: ISO 8601, UTC, microseconds."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="microseconds")


def optional_id(value: int | None) -> str | None:
    """Return an id as Discord writes it, None without one."""
    return None if value is None else str(value)
