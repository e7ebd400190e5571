"""The places that options are set for: a channel that a command names becomes a line of ids."""

from dataclasses import dataclass

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from imgoe_bot.domain.guild import SERVER
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.reading.places import OPTION_TYPES


@dataclass(frozen=True, slots=True)
class OptionPlace:
    """Where options are looked at or set.

    Attributes:
        line: the innermost id first: thread, channel, category; empty for the whole server.
    """

    line: tuple[int, ...] = ()

    @property
    def scope_id(self) -> int:
        """What the place is stored under."""
        return self.line[0] if self.line else SERVER


WHOLE_SERVER = OptionPlace()


class PlaceParameter(app_commands.Transformer):
    """A channel, category, thread or forum, as Discord resolved it: archived threads too."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What kind of parameter Discord shows."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Which channels Discord offers."""
        return list(OPTION_TYPES)

    async def transform(
        self, interaction: AnyInteraction, value: AppCommandChannel | AppCommandThread, /
    ) -> OptionPlace:
        """Return the line of places that the chosen one inherits from."""
        if isinstance(value, AppCommandChannel):
            return OptionPlace(_known(value.id, value.category_id))
        parent = interaction.guild.get_channel(value.parent_id) if interaction.guild else None
        category_id = getattr(parent, "category_id", None)
        return OptionPlace(_known(value.id, value.parent_id, category_id))


def ids_of(guild: discord.Guild | None) -> frozenset[int]:
    """Return the ids of a server's channels, active threads and roles."""
    if guild is None:
        return frozenset()
    return frozenset(each.id for each in (*guild.channels, *guild.threads, *guild.roles))


def _known(*ids: int | None) -> tuple[int, ...]:
    return tuple(id_ for id_ in ids if id_ is not None)
