"""What is known of who wrote a message besides what the message says: their choice, their roles."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.mirroring import ChoiceStore, Members

ROLES_HOLD_FOR = timedelta(minutes=3)
"""How long roles count as they were told: a page of history has many messages of few people."""
KNOWN_MAX = 1000


@dataclass(frozen=True, slots=True)
class _Roles:
    role_ids: frozenset[int]
    until: datetime


@dataclass(slots=True)
class Authors:
    """Finds out about authors; their roles are asked for where a message does not bring them."""

    choices: ChoiceStore
    members: Members
    clock: Clock
    _known: dict[tuple[GuildId, UserId], _Roles] = field(
        default_factory=dict[tuple[GuildId, UserId], _Roles]
    )

    async def role_ids(self, guild_id: GuildId, user_id: UserId) -> frozenset[int]:
        """Return the roles that somebody has in a server, as of the last minutes.

        Raises:
            SourceUnreachable: Discord does not say; a later try may find out.
        """
        key, now = (guild_id, user_id), self.clock.now()
        known = self._known.get(key)
        if known is not None and known.until > now:
            return known.role_ids
        role_ids = await self.members.role_ids(guild_id, user_id)
        self._known.pop(key, None)
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[key] = _Roles(role_ids, now + ROLES_HOLD_FOR)
        return role_ids

    async def choice(self, guild_id: GuildId, user_id: UserId) -> PersonChoice | None:
        """Return what somebody said about being mirrored, None when nothing."""
        return await self.choices.find(user_id, guild_id)

    async def choose(self, guild_id: GuildId, user_id: UserId, choice: PersonChoice) -> None:
        """Store what somebody says about being mirrored."""
        await self.choices.choose(user_id, guild_id, choice, at=self.clock.now())
