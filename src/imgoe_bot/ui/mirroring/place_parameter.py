"""The place that a ``/mirror`` command is about: the parameter it is named by."""

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from imgoe_bot.errors import DiscordRefused, NotAllowed, SourceGone
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.reading.places import OPTION_TYPES, Mirrorable, Place

NamedChannel = AppCommandChannel | AppCommandThread
ChannelOrThread = Mirrorable | AppCommandThread


class MirrorablePlaceParameter(app_commands.Transformer):
    """A place for a rule, as Discord resolved it; waits for nothing, so that we answer in time."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What kind of parameter Discord shows."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Which channels Discord offers."""
        return [*OPTION_TYPES, discord.ChannelType.voice]

    async def transform(self, interaction: AnyInteraction, value: NamedChannel, /) -> NamedChannel:
        """Return the place as it was named."""
        return value


async def place_of(interaction: AnyInteraction, named: NamedChannel | None) -> Place:
    """Return the place that was named, or the whole server.

    Raises:
        NotAllowed: outside a server, or in one that the bot is no member of.
        SourceGone: the place was deleted meanwhile.
        SourceUnreachable: Discord did not answer.
    """
    guild = _guild_of(interaction)
    return guild if named is None else await channel_of(interaction, named)


async def channel_of(interaction: AnyInteraction, named: NamedChannel) -> ChannelOrThread:
    """Return the place that was named; an archived thread, which nobody remembers, is fetched.

    Raises:
        as ``place_of``.
    """
    found = _guild_of(interaction).get_channel_or_thread(named.id)
    if isinstance(named, AppCommandThread) and found is None:
        return await _fetched(named)
    if not isinstance(found, Mirrorable):
        raise SourceGone
    return found


async def _fetched(thread: AppCommandThread) -> ChannelOrThread:
    try:
        async with translated(needs="view_channel"):
            return await thread.fetch()
    except (NotAllowed, DiscordRefused):
        return thread


def _guild_of(interaction: AnyInteraction) -> discord.Guild:
    """Return the server; one that has the commands without the bot would show it nothing."""
    client: discord.Client = interaction.client
    guild = client.get_guild(interaction.guild_id or 0)
    if guild is None:
        raise NotAllowed(needs="membership")
    return guild
