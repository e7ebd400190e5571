"""What is mirrored: rules of places, who has which roles there, and what people said about it."""

from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.ids import ChannelId, GuildId, UserId
from imgoe_bot.domain.rules import MirrorRule


class RuleStore(Protocol):
    """Mirror rules."""

    async def add(self, rule: MirrorRule) -> bool:
        """Store a rule; False when the channel has one already."""
        ...

    async def remove(self, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Remove a channel's rule; False when there was none."""
        ...

    async def pause(self, guild_id: GuildId, channel_id: ChannelId, *, paused: bool) -> bool:
        """Let a channel's rule rest or work again; False when there is none."""
        ...

    async def auto_pause(self, guild_id: GuildId, channel_id: ChannelId, *, lacks: str) -> bool:
        """Let a channel's rule rest for want of a permission; False when none works there."""
        ...

    async def end_auto_pause(self, rule: MirrorRule, *, remove: bool) -> bool:
        """Let a rule work again that rests for want of a permission, or remove it.

        Returns:
            False when it rests for that no more; then nothing was changed.
        """
        ...

    async def of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        """Return the guild's rules, oldest first."""
        ...

    def known_of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...] | None:
        """Return the guild's rules if they are in memory, else None."""
        ...

    async def all(self) -> tuple[MirrorRule, ...]:
        """Return every rule."""
        ...


class Members(Protocol):
    """Who is in a server."""

    async def role_ids(self, guild_id: GuildId, user_id: UserId) -> frozenset[int]:
        """Return the roles that somebody has there; none of whoever is in it no more.

        Raises:
            SourceUnreachable: Discord does not say.
        """
        ...


class ChoiceStore(Protocol):
    """What people said about being mirrored; kept under a keyed hash of who they are."""

    async def find(self, user_id: UserId, guild_id: GuildId) -> PersonChoice | None:
        """Return what holds in this server: the choice made there, else the one for everywhere."""
        ...

    async def choose(
        self, user_id: UserId, guild_id: GuildId, choice: PersonChoice, *, at: datetime
    ) -> None:
        """Store a choice over the one before."""
        ...
