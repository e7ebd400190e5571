"""What is known about a person, and what they said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.mirror import PersonChoice
from imgoe_bot.domain.quota import Spent

EVERYWHERE: Final = GuildId(0)
"""Stands for every server in a person's choice; a server's own, made later, goes before it."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is kept of one person, in every server.

    Attributes:
        files: copies that exist.
        hosts: the base addresses of where they are.
        erasing: posts that are being erased.
        dms_closed_until: until when the person is sent no direct messages; None: they are open.
    """

    files: int = 0
    size_bytes: int = 0
    hosts: tuple[str, ...] = ()
    erasing: int = 0
    dms_closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person is shown about themselves.

    Attributes:
        host_url: where the server they ask in uploads to; None in direct messages.
        choice: what holds for them there, or everywhere; None when they said nothing.
        spent: how far the quotas there are used up.
    """

    holdings: Holdings
    host_url: str | None = None
    choice: PersonChoice | None = None
    spent: tuple[Spent, ...] = ()


def choice_in(guild_id: GuildId, choices: Mapping[GuildId, PersonChoice]) -> PersonChoice | None:
    """Return what holds in a server: what was said there, else what was said for everywhere."""
    return choices.get(guild_id, choices.get(EVERYWHERE))
