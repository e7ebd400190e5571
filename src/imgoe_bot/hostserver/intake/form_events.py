"""What a form's body is taken apart into, whichever way it is encoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class MalformedBody(ValueError):
    """The bytes are no form of the encoding that they claim."""


@dataclass(frozen=True, slots=True)
class PartStart:
    """A part begins; ``filename`` is None unless it is sent as a file."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class PartData:
    """Some of the current part's bytes."""

    data: memoryview


Event = PartStart | PartData


class FormParser(Protocol):
    """Takes a body apart as it arrives: feed it the pieces in order, then ``close`` it."""

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield what these bytes complete; use up one feed's events before the next feed.

        Raises:
            MalformedBody: at the first thing that can't be.
        """
        ...

    def close(self) -> Iterator[Event]:
        """Return what is left now that the body has ended.

        Raises:
            MalformedBody: it ended too early.
        """
        ...
