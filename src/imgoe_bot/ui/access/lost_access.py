"""Whether the bot can still work where it mirrors: where it can't, nothing would ever fail."""

from collections.abc import Iterator, Mapping, Sequence

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.mirroring.auto_pauses import InaccessibleChannel
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in, needed_to_mirror
from imgoe_bot.ui.access.refusals import ask_for_lack, find_lack
from imgoe_bot.ui.container import Services
from imgoe_bot.ui.discord_codes import LACKING
from imgoe_bot.ui.reading.places import channel_line

AnyChannel = discord.abc.GuildChannel | discord.Thread

log = structlog.stdlib.get_logger(__name__)


async def permissions_changed(guild: discord.Guild, services: Services) -> None:
    """Look at a server whose permissions have just changed; again later, where that fails."""
    complete = False
    try:
        await services.outage.outlast(lambda: check_access(guild, services))
        await services.history.unpark(GuildId(guild.id))  # also where no rule rested for it
        complete = True
    except (discord.HTTPException, OSError, ImgoeError) as error:
        log.warning("permissions are looked at later", guild=guild.id, error=type(error).__name__)
    finally:
        if services.marks.unheard(GuildId(guild.id)):
            services.catch_ups.ask_now(GuildId(guild.id))
        elif not complete:
            services.catch_ups.ask(GuildId(guild.id))


async def check_access(
    guild: discord.Guild, services: Services, *, seen: Mapping[ChannelId, MessageId] | None = None
) -> None:
    """Let mirrored channels rest that the bot can't read any more, and wake those it can again.

    Who made a rule is told once when it rests. Where one woke the server is unheard afterwards:
    what was posted meanwhile has to be read.

    Args:
        guild: the server.
        services: what to ask and to tell.
        seen: the marks of its channels; None has them read.
    """
    async with services.auto_pauses.lock(GuildId(guild.id)):
        if not guild.unavailable:  # of what is in an outage nothing is known
            await _check_access(guild, services, seen)


async def _check_access(
    guild: discord.Guild, services: Services, seen: Mapping[ChannelId, MessageId] | None
) -> None:
    guild_id = GuildId(guild.id)
    rules = await services.mirrors.rules(guild_id)
    woke = [
        await _wake_if_readable(guild, rule, services) for rule in rules if rule.lacks is not None
    ]
    if any(woke):
        rules = await services.mirrors.rules(guild_id)
    if all(rule.paused for rule in rules):
        return
    if seen is None:
        seen = await services.marks.stored(guild_id)
    lost = list(lost_in(guild, rules, seen))
    await services.auto_pauses.pause(guild_id, lost, locale=str(guild.preferred_locale))


async def _wake_if_readable(guild: discord.Guild, rule: MirrorRule, services: Services) -> bool:
    """Wake a rule if nothing is missing any more of what is needed by now.

    Discord is asked too: the event that took a permission may be on its way still.
    """
    place = guild if rule.is_server_wide else guild.get_channel_or_thread(rule.channel_id)
    if place is None:
        return False
    line = channel_line(place)
    options = await services.options.at(GuildId(guild.id), line)
    if await _is_missing(place, needed_to_mirror(options)):
        return False
    if await _lacks_in_log(guild, rule, options):
        return False
    services.marks.hold_unheard(GuildId(guild.id), rule.channel_id)  # a repeat finds it awake
    return await services.auto_pauses.resume(rule, line)


async def _is_missing(place: AnyChannel | discord.Guild, needed: Sequence[str]) -> bool:
    if missing_in(place, needed):
        return True
    if isinstance(place, discord.Guild):
        return False
    return await ask_for_lack(place.guild, place.id, needed) is not None


async def _lacks_in_log(guild: discord.Guild, rule: MirrorRule, options: Options) -> bool:
    """Tell whether what a rule rests for is missing in the log channel that answers still go to."""
    lack, _, elsewhere = (rule.lacks or "").partition(":")
    if options.answer is not Answer.LOG or elsewhere != str(options.log_channel):
        return False
    log_channel = guild.get_channel_or_thread(int(elsewhere))
    return log_channel is not None and await _is_missing(log_channel, [lack])


async def pause_if_lost(channel: AnyChannel, error: discord.Forbidden, services: Services) -> None:
    """Pause the mirroring of a channel that Discord refuses to show, if a permission is missing."""
    guild = channel.guild
    lack = await find_lack(guild, channel.id, NEEDED_TO_READ) if error.code in LACKING else None
    if lack is None:
        log.warning("a channel was refused for no permission", channel=channel.id, code=error.code)
        return
    lost = InaccessibleChannel(channel_line(channel), lack)
    await services.auto_pauses.pause(GuildId(guild.id), [lost], locale=str(guild.preferred_locale))


def lost_in(
    guild: discord.Guild, rules: Sequence[MirrorRule], seen: Mapping[ChannelId, MessageId]
) -> Iterator[InaccessibleChannel]:
    """Return the mirrored channels that the bot could read once, and can't now.

    Under a wider rule, a channel in which nothing was ever seen may never have been open to it.
    """
    for channel in _channels(guild):
        line = channel_line(channel)
        rule = find_rule(line, rules, guild_id=GuildId(guild.id))
        if rule is None or rule.paused:
            continue
        missing = missing_in(channel, NEEDED_TO_READ)
        if missing and (rule.channel_id == line[0] or _was_read(channel, seen)):
            yield InaccessibleChannel(line, missing[0])


def _channels(guild: discord.Guild) -> Iterator[AnyChannel]:
    yield from (each for each in guild.channels if not isinstance(each, discord.CategoryChannel))
    yield from guild.threads


def _was_read(channel: AnyChannel, seen: Mapping[ChannelId, MessageId]) -> bool:
    inside = channel.threads if isinstance(channel, discord.ForumChannel) else []
    return any(ChannelId(each.id) in seen for each in (channel, *inside))
