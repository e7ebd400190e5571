"""What a person said about being mirrored, and where that holds."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from imgoe_bot.domain.ids import GuildId


class PersonChoice(StrEnum):
    """What a person said about being mirrored."""

    IN = "in"
    OUT = "out"


EVERYWHERE: Final = GuildId(0)
"""Stands for every server in a person's choice; a server's own, made later, goes before it."""


def choice_in(guild_id: GuildId, choices: Mapping[GuildId, PersonChoice]) -> PersonChoice | None:
    """Return what holds in a server: what was said there, else what was said for everywhere."""
    return choices.get(guild_id, choices.get(EVERYWHERE))
