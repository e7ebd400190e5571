"""What was read of servers, kept in memory: messages ask for it one after the other."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from imgoe_bot.domain.ids import GuildId

Value = TypeVar("Value")


class GuildCache(Generic[Value]):
    """One value a server, for as long as it is not changed, here or in another process.

    Attributes:
        changes: how many there were; what was read before the last one may be old.
    """

    def __init__(self) -> None:
        self._known: dict[GuildId, Value] = {}
        self.changes = 0

    def find(self, guild_id: GuildId) -> Value | None:
        """Return what is known of a server, None when nothing is."""
        return self._known.get(guild_id)

    async def get(self, guild_id: GuildId, read: Callable[[GuildId], Awaitable[Value]]) -> Value:
        """Return what is known of a server, and read it where nothing is."""
        known = self._known.get(guild_id)
        if known is None:
            before = self.changes
            known = await read(guild_id)
            if before == self.changes:  # else it may be old already
                self._known[guild_id] = known
        return known

    def replace_all(self, values: Mapping[GuildId, Value], *, read_at: int) -> bool:
        """Know the values of all servers that have one.

        Args:
            values: by server.
            read_at: the number of ``changes`` before they were read.

        Returns:
            False when something changed since; then what is known is left as it was.
        """
        if read_at != self.changes:
            return False
        self._known = dict(values)
        return True

    def drop(self, guild_id: GuildId) -> None:
        """Forget what is known of a server."""
        self.changes += 1
        self._known.pop(guild_id, None)

    def drop_all(self) -> None:
        """Forget what is known of all servers."""
        self.changes += 1
        self._known.clear()
