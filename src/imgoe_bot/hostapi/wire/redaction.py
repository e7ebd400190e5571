"""A host's own words, made safe to keep: they may be long, and hold secrets and markup."""

import re

MESSAGE_CHARACTERS = 300
_READ_CHARACTERS = 4096

_SLASH = r"(?:\\?/|%2f|\\u002f)"
"""As it is, as PHP's JSON has it, in an address, as other JSON has it."""
_DELETE_SECRET = re.compile(rf"{_SLASH}delete{_SLASH}[0-9A-Za-z]{{16,}}", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_TAG = re.compile(r"<[^<>]*>")


def redact(message: str, *, secrets: tuple[str, ...]) -> str:
    """Make a host's words safe to keep: no key, no delete link, no markup, 300 characters."""
    for secret in filter(None, secrets):
        message = message.replace(secret, "***")
    message = _DELETE_SECRET.sub("/delete/***", message)[:_READ_CHARACTERS]
    return _UNPRINTABLE.sub(" ", _TAG.sub(" ", message)).strip()[:MESSAGE_CHARACTERS]
