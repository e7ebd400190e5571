"""Short texts by name."""

from typing import Protocol


class Notes(Protocol):
    """Short texts by name that outlive the process.

    A name that tells of a server holds its id: the note is forgotten together with the server.
    """

    async def find(self, name: str) -> str | None:
        """Return a note, None when there is none."""
        ...

    async def write(self, name: str, value: str) -> None:
        """Write a note over whatever it said."""
        ...

    async def write_once(self, name: str, value: str) -> bool:
        """Write a note; False when there is one of that name, which is left alone."""
        ...
