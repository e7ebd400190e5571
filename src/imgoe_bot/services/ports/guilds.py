"""What is stored of servers: settings, keys, options, and whether the bot is in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.guild import ApiKey, Change, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId


class GuildStore(Protocol):
    """Settings and keys of guilds."""

    async def find_settings(self, guild_id: GuildId) -> GuildSettings | None:
        """Return what the guild has set, None when it never set anything."""
        ...

    async def find_key(self, guild_id: GuildId) -> ApiKey | None:
        """Return the guild's key in the clear, None when it has none."""
        ...

    async def remove_key(
        self, settings: GuildSettings, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Forget the key, with an audit row, if ``settings.version`` is still current.

        Raises:
            StaleWrite: somebody changed the settings meanwhile.
        """
        ...

    async def save_key(
        self, settings: GuildSettings, key: ApiKey, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Store host and key, with an audit row, if ``settings.version`` is still current.

        Raises:
            StaleWrite: somebody changed the settings meanwhile.
        """
        ...


class OptionStore(Protocol):
    """Option values by place, and who changed them."""

    async def layers(self, guild_id: GuildId) -> Mapping[int, Mapping[str, str]]:
        """Return the guild's stored texts by scope (0 is the server) and option name."""
        ...

    async def change(
        self,
        settings: GuildSettings,
        changes: Sequence[tuple[int, str, str | None]],
        *,
        actor_id: UserId,
        now: datetime,
    ) -> int:
        """Store texts by (scope, name), or remove them where None, all or none of them.

        Returns:
            The guild's new version.

        Raises:
            StaleWrite: ``settings.version`` is no longer current.
        """
        ...

    async def note(self, guild_id: GuildId, change: Change) -> None:
        """Add a line to the guild's history about something that is no option."""
        ...

    async def history(self, guild_id: GuildId, *, limit: int) -> tuple[Change, ...]:
        """Return the newest changes first."""
        ...


class MembershipStore(Protocol):
    """Which servers the bot is in."""

    async def known(self) -> Mapping[GuildId, datetime | None]:
        """Return every server that is known, and since when the bot is gone from it."""
        ...

    async def note_present(self, guild_ids: Collection[GuildId]) -> None:
        """Note that the bot is in these servers, whatever was noted before."""
        ...

    async def note_gone(self, guild_ids: Collection[GuildId], *, at: datetime) -> None:
        """Note that the bot is gone from these servers, unless that is noted already."""
        ...

    async def forget_gone(self, *, before: datetime) -> tuple[GuildId, ...]:
        """Erase everything about the servers that were left before a time, and return them."""
        ...
