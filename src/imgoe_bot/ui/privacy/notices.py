"""Telling people that a place is kept, and telling moderators where nobody was told."""

from collections.abc import Sequence

import discord
import structlog
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.errors import NotAllowed
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, Services, services_of
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.privacy import consent
from imgoe_bot.ui.reading.places import Mirrorable, Place, channel_line, name_of
from imgoe_bot.ui.texts.rule_texts import place_list
from imgoe_bot.ui.translate import words_for_locale

NOTICES_MAX = 10
"""Channels of a category that are given the notice."""

log = structlog.stdlib.get_logger(__name__)


async def give_notice(place: Place, services: Services) -> list[Place]:
    """Say that a place is kept from now on, where to, and how to stay out of it.

    Returns:
        Those of its channels, or the place itself, where that was not said.
    """
    channels = _notice_channels(place)
    told = [each for each in channels if await _give_notice(each, place, services)]
    await services.notices.given(GuildId(_guild_of(place).id), channel_line(place))
    if not isinstance(place, discord.CategoryChannel):
        return [] if told else [place]
    for channel in told:
        await services.notices.given(GuildId(place.guild.id), channel_line(channel))
    inner = [each for each in place.channels if isinstance(each, Mirrorable)]
    return [each for each in inner if each not in told]


def _guild_of(place: Place) -> discord.Guild:
    guild = place if isinstance(place, discord.Guild) else place.guild
    if guild is None:  # the bot has left it meanwhile
        raise NotAllowed(needs="membership")
    return guild


def _notice_channels(place: Place) -> Sequence[discord.abc.Messageable]:
    """Return where a notice about a place is read by those who post there."""
    match place:
        case discord.Guild():
            return [place.system_channel] if place.system_channel else []
        case discord.CategoryChannel():
            return place.text_channels[:NOTICES_MAX]
        case discord.ForumChannel() | AppCommandThread():
            return []
        case _:
            return [place]


async def _give_notice(channel: discord.abc.Messageable, place: Place, services: Services) -> bool:
    guild = _guild_of(place)
    guild_id = GuildId(guild.id)
    whole = isinstance(place, discord.Guild)
    options = await services.options.at(guild_id, () if whole else channel_line(channel))
    settings = await services.guilds.get(guild_id)
    words = words_for_locale(guild.preferred_locale)
    about = None if isinstance(place, discord.Guild) else place.mention
    try:
        await channel.send(
            consent.notice(options, words, channel=about, host_url=settings.host_url),
            view=consent.notice_view(options, words),
            allowed_mentions=NO_PINGS,
        )
    except discord.HTTPException as error:
        log.warning("no notice was given", guild=guild_id, code=error.code)
        return False
    return True


async def renew(interaction: AnyInteraction) -> str | None:
    """Tell the people of each mirrored place what has changed for them since they were told last.

    Returns:
        What the moderator is to know: where nobody was told. None when all were.
    """
    guild, services = interaction.guild, services_of(interaction.client)
    if guild is None:
        return None
    guild_id = GuildId(guild.id)
    found = [_find_place(guild, place_id) for place_id in await services.notices.places(guild_id)]
    untold: list[Place] = []
    for place in sorted((each for each in found if each is not None), key=_is_narrow):
        if await services.notices.take_due(guild_id, channel_line(place)):
            untold += await give_notice(place, services)
    return await hint(interaction, untold)


def _is_narrow(place: Place) -> bool:
    """Say of a place that it holds no channels: what holds it comes first, and tells it too."""
    return not isinstance(place, discord.CategoryChannel | discord.Guild)


def _find_place(guild: discord.Guild, place_id: ChannelId) -> Place | None:
    found = guild if place_id == guild.id else guild.get_channel_or_thread(place_id)
    return found if isinstance(found, Mirrorable | discord.Guild) else None


def joined(*lines: str | None) -> str:
    """Return what there is to say, a line each."""
    return "\n".join(line for line in lines if line)


async def hint(interaction: AnyInteraction, untold: Sequence[Place]) -> str | None:
    """Return what a moderator has to tell people where no notice could be posted, if anywhere."""
    if not untold:
        return None
    words = words_for_locale(interaction.locale)
    guild_id = GuildId(_guild_of(untold[0]).id)
    settings = await services_of(interaction.client).guilds.get(guild_id)
    host = fmt.host_name(settings.host_url)
    if any(isinstance(place, discord.Guild) for place in untold):
        return words("mirror.no_notice", host=host)
    names = place_list([name_of(place, words) for place in untold], words)
    return words("mirror.no_notice_in", places=names, host=host)
