"""A stop that lets what is under way come to an end first."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


class Stopping:
    """Between whoever hears that the process is to end, and whoever has work under way."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._is_attended = False

    def ask(self) -> bool:
        """Ask for a stop.

        Returns:
            False where nobody ends what is under way, or that was asked for before: then whatever
            runs has to be cancelled.
        """
        is_heard = self._is_attended and not self._asked.is_set()
        self._asked.set()
        return is_heard

    @contextmanager
    def attended(self) -> Generator[asyncio.Event]:
        """End, within the block, what is under way when the event is set, then leave the block."""
        self._is_attended = True
        try:
            yield self._asked
        finally:
            self._is_attended = False
