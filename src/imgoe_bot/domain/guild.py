"""What a guild has set, and who may change it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import NotAllowed

MANAGE_GUILD: Final = "manage_guild"
MANAGE_MESSAGES: Final = "manage_messages"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something.

    Attributes:
        permissions: Discord's names of the permissions held where the request was made.
        guild_id: None in direct messages.
        role_ids: the roles held; empty where Discord didn't say.
    """

    user_id: UserId
    guild_id: GuildId | None
    permissions: frozenset[str] = frozenset()
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the image host; its repr and str hide it."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "[secret]"

    @property
    def fingerprint(self) -> str:
        """The last four characters, enough for a person to tell two keys apart."""
        return f"…{self.value[-4:]}" if len(self.value) >= 12 else "…"


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """One guild's settings.

    Attributes:
        key_fingerprint: what may be shown of the key; None when there is no key.
        version: grows with every change; 0 means nothing was ever set.
    """

    guild_id: GuildId
    host_url: str
    key_fingerprint: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a guild's history.

    Attributes:
        scope_id: the channel, thread or category it was made for; 0 for the whole server.
        old: the text before, None when the place inherited. So for ``new``.
    """

    actor_id: UserId
    at: datetime
    scope_id: int
    name: str
    old: str | None
    new: str | None


SERVER: Final = 0
"""The scope of what holds for the whole server."""


def check_may_manage(actor: Actor) -> GuildId:
    """Return the actor's guild if they may change its settings.

    Raises:
        NotAllowed: without the Manage Server permission, or outside a guild.
    """
    if actor.guild_id is None or MANAGE_GUILD not in actor.permissions:
        raise NotAllowed(needs=MANAGE_GUILD)
    return actor.guild_id
