"""Whom an error belongs to: who or what has to change before another try can succeed."""

from enum import StrEnum

from imgoe_bot.errors import (
    AwaitsApproval,
    BadReply,
    BudgetSpent,
    ConfigError,
    EndedByOperator,
    HostError,
    HostRefused,
    ImgoeError,
    InternalError,
    KeyMissing,
    KeyRejected,
    MediaRejected,
    NotAllowed,
    RequestError,
    SourceBlocked,
    SourceError,
    SourceGone,
    StoreError,
)

CONFLICT = 409
"""The host still works on an earlier try of this very file, which had the same key."""
FINAL = (MediaRejected, SourceGone, SourceBlocked, EndedByOperator)
"""What no other try of the same file can cure, or only the operator has tried again."""
OF_THE_KEY = (KeyRejected, KeyMissing)
"""What a new key may cure."""


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
        case StoreError() | ConfigError() | EndedByOperator() | InternalError():
            return Owner.OPERATOR
        case _:
            return Owner.FILE


def _is_of_the_host(error: HostError) -> bool:
    """Tell whether the host would fail at any other file, too."""
    if isinstance(error, BudgetSpent | AwaitsApproval | HostRefused) or error.status == CONFLICT:
        return False
    return error.retryable or isinstance(error, BadReply)


def may_be_tried_again(error: ImgoeError) -> bool:
    """Tell whether somebody may ask for another try of a file that was given up."""
    return not isinstance(error, FINAL)


def names_of(*kinds: type[ImgoeError]) -> frozenset[str]:
    """Return the names of these errors and of all below them, as they are stored."""
    below = [names_of(*kind.__subclasses__()) for kind in kinds]
    return frozenset(kind.__name__ for kind in kinds).union(*below)
