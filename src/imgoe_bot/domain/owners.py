"""Whom an error belongs to: who or what has to change before another try can succeed."""

from enum import StrEnum

from imgoe_bot.errors import (
    AwaitsApproval,
    BadReply,
    BudgetSpent,
    ConfigError,
    HostError,
    HostRefused,
    ImgoeError,
    InternalError,
    KeyRejected,
    NotAllowed,
    RequestError,
    SourceError,
    StoreError,
)

CONFLICT = 409
"""The host is still busy with an earlier try of this very file."""


class Owner(StrEnum):
    """Who or what an error belongs to."""

    FILE = "file"
    PERSON = "person"
    SERVER = "server"
    PLACE = "place"
    HOST = "host"
    OPERATOR = "operator"


def owner_of(error: ImgoeError) -> Owner:
    """Return whom an error belongs to.

    Source: DESIGN.md section 6.
    """
    match error:
        case KeyRejected():
            return Owner.SERVER
        case NotAllowed():
            return Owner.PLACE
        case HostError():
            return Owner.HOST if _is_of_the_host(error) else Owner.FILE
        case SourceError():
            return Owner.FILE
        case RequestError():  # KeyMissing too: its answer tells at once what to do
            return Owner.PERSON
        case StoreError() | ConfigError() | InternalError():
            return Owner.OPERATOR
        case _:
            return Owner.FILE


def _is_of_the_host(error: HostError) -> bool:
    """Tell whether the host would fail at any other file, too."""
    if isinstance(error, BudgetSpent | AwaitsApproval | HostRefused) or error.status == CONFLICT:
        return False
    return error.retryable or isinstance(error, BadReply)
