"""What was posted and deleted while the bot was away: the gateway replays nothing.

What may have been posted is stored as ranges, which ``history_reader`` reads.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import discord
import structlog

from imgoe_bot.domain.history import RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.mirroring.channel_progress import MissedPart
from imgoe_bot.ui.access.archived_threads import WithThreads, archived_after
from imgoe_bot.ui.access.lost_access import check_access
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.reading.places import Readable, channel_line
from imgoe_bot.ui.watching.deletions import retire_missing
from imgoe_bot.ui.watching.failures import log_failure

SERVERS_AT_ONCE = 4
"""Servers that are looked at at once: one with many deletions keeps no other one waiting."""

SOONEST_ARCHIVED = timedelta(hours=1)
"""After how long without a message Discord archives a thread at the soonest.

Source: Discord's developer documentation, "auto_archive_duration".
"""
MARGIN = timedelta(minutes=15)
"""By how much this machine's clock may be off; the archive's times are Discord's."""

_REASON = {True: RangeReason.SESSION, False: RangeReason.ACCESS}

log = structlog.stdlib.get_logger(__name__)


def ask_if_behind(message: discord.Message, services: Services) -> None:
    """Have a server caught up if a message came in a channel of it that is held and can be read."""
    if message.guild is None or not services.marks.is_behind(ChannelId(message.channel.id)):
        return
    channel = message.guild.get_channel_or_thread(message.channel.id)
    if channel is not None and not missing_in(channel, NEEDED_TO_READ):
        services.catch_ups.ask(GuildId(message.guild.id))


async def note_move(
    before: discord.abc.GuildChannel, after: discord.abc.GuildChannel, services: Services
) -> None:
    """Leave alone what was posted in a channel before it was moved into a mirrored category.

    Where the rules are in memory that holds before the first wait: a message may be next.
    """
    guild_id = GuildId(after.guild.id)
    rules = services.mirrors.known_rules(guild_id)
    if rules is None:
        rules = await services.outage.outlast(lambda: services.mirrors.rules(guild_id))
    was, is_now = (
        find_rule(channel_line(each), rules, guild_id=guild_id) for each in (before, after)
    )
    if was is not None or is_now is None:
        return
    moved = (after, *getattr(after, "threads", ()))
    await services.marks.begin_at(guild_id, {ChannelId(each.id): _newest(each) for each in moved})


def begin_new(channel: discord.abc.GuildChannel | discord.Thread, services: Services) -> None:
    """Note that a channel has just been made: nothing was missed of it."""
    services.marks.begin_new(GuildId(channel.guild.id), ChannelId(channel.id))


async def pass_over_paused(guild: discord.Guild, services: Services, *, until: MessageId) -> None:
    """Leave alone what was posted in a pause that ends now before that was covered by a range."""
    guild_id, marks = GuildId(guild.id), services.marks
    passed_over = {
        ChannelId(channel.id): until
        for channel, rule in _mirrored(guild, await services.mirrors.rules(guild_id))
        if rule.paused and marks.is_held(ChannelId(channel.id))
    }
    await marks.begin_at(guild_id, passed_over)


def _newest(channel: discord.abc.GuildChannel | discord.Thread) -> MessageId:
    return MessageId(getattr(channel, "last_message_id", None) or 0)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about a server that is to be caught up.

    Attributes:
        marks: the mark of each channel that has one.
        is_watched: whether deleted messages may matter in it.
    """

    marks: Mapping[ChannelId, MessageId]
    is_watched: bool = True


class CatchUp:
    """Looks at the servers that ask for it, until all that they missed is stored."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._known: dict[GuildId, Known] = {}
        self._away_since: int | None = None
        self._archives_since: dict[GuildId, int] = {}

    async def note_absence(self) -> None:
        """Find out since when nobody listened, as a session begins."""
        signs = self._services.sign_of_life
        try:
            last = await self._services.outage.outlast(signs.last, at_any_rate=True)
        except ImgoeError as error:
            log.error("nobody knows for how long the bot was away", error=repr(error))
            return
        is_long = last is not None and discord.utils.utcnow() - last > SOONEST_ARCHIVED - MARGIN
        if last is not None and is_long:
            since = discord.utils.time_snowflake(last - MARGIN)
            self._away_since = min(since, self._away_since or since)

    async def ask_for_all(self) -> None:
        """Have every server caught up in which something is mirrored, or deletions matter.

        What is stored about them is read here, all at once.
        """
        services = self._services
        outlast = partial(services.outage.outlast, at_any_rate=True)
        ruled = {rule.guild_id for rule in await outlast(services.mirrors.all_rules)}
        watched = await outlast(services.retirements.watching)
        parked = await outlast(services.history.parked)
        marks = await outlast(services.marks.all_stored)
        here = [id_ for id_ in ruled | watched | parked if self._bot.get_guild(id_) is not None]
        self._known = {id_: Known(marks.get(id_, {}), id_ in watched) for id_ in here}
        if self._away_since is not None:
            self._archives_since |= dict.fromkeys(ruled, self._away_since)
            self._away_since = None
        for guild_id in here:
            services.catch_ups.ask_now(guild_id)
        services.history.begin()

    async def run(self) -> None:
        """Catch up until cancelled; no server's trouble ends that of another one."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SERVERS_AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        queue = self._services.catch_ups
        while True:
            guild_id = await queue.take()
            complete = True
            try:
                guild = self._bot.get_guild(guild_id)
                if guild is not None and not guild.unavailable:
                    complete = await self._catch_up(guild)
            except Exception as error:  # one server's trouble is not all the others'
                log_failure(log, "a server can't be caught up", error, guild=guild_id)
                complete = False
            finally:
                queue.done(guild_id, complete=complete)
            await asyncio.sleep(0)  # a server with nothing to read has waited for nothing

    async def _catch_up(self, guild: discord.Guild) -> bool:
        """Catch up one server as far as it goes; False where it has to be tried again."""
        guild_id, services = GuildId(guild.id), self._services
        known = self._known.pop(guild_id, None) or Known(await services.marks.stored(guild_id))
        rules = await services.mirrors.rules(guild_id)
        missed = self._missed(guild, rules, known.marks)
        complete = await services.marks.cover(guild_id, missed)
        await services.history.end_at(guild_id, _ends_of_paused(guild, rules))
        await services.history.unpark(guild_id)
        await check_access(guild, services, seen=known.marks)  # it may ask Discord, which may fail
        if services.marks.unheard(guild_id):
            services.catch_ups.ask_now(guild_id)
        if guild_id in self._archives_since:
            archived = await self._missed_in_archives(guild, rules, known.marks)
            complete = await services.marks.cover(guild_id, archived) and complete
            del self._archives_since[guild_id]
        if known.is_watched:
            complete = await retire_missing(self._bot, guild, services) and complete
        return complete

    def _missed(
        self,
        guild: discord.Guild,
        rules: Sequence[MirrorRule],
        stored: Mapping[ChannelId, MessageId],
    ) -> list[MissedPart]:
        """Return what may have been missed; all at once, since a new session makes it old."""
        marks = self._services.marks
        return [
            self._missed_in(channel, rule, stored.get(ChannelId(channel.id), 0))
            for channel, rule in _mirrored(guild, rules)
            if marks.is_held(ChannelId(channel.id))
        ]

    async def _missed_in_archives(
        self,
        guild: discord.Guild,
        rules: Sequence[MirrorRule],
        stored: Mapping[ChannelId, MessageId],
    ) -> list[MissedPart]:
        """Return what may have been missed in threads that were archived since, too.

        Raises:
            discord.HTTPException: Discord did not list them.
        """
        since, guild_id = self._archives_since[GuildId(guild.id)], GuildId(guild.id)
        threads: list[discord.Thread] = []
        for channel in guild.channels:
            if not isinstance(channel, WithThreads) or missing_in(channel, NEEDED_TO_READ):
                continue
            if find_rule(channel_line(channel), rules, guild_id=guild_id) is not None:
                threads += (await archived_after(channel, since)).values()
        return [
            self._missed_in(thread, rule, stored.get(ChannelId(thread.id), 0))
            for thread, rule in _under_rules(threads, rules, guild)
        ]

    def _missed_in(self, channel: Readable, rule: MirrorRule, stored: int) -> MissedPart:
        guild_id, channel_id = GuildId(channel.guild.id), ChannelId(channel.id)
        marks = self._services.marks
        begun = marks.begin(guild_id, channel_id, stored=stored)
        is_heard = marks.unheard(guild_id).isdisjoint((*channel_line(channel), guild_id))
        after = max(stored, rule.begins_at, marks.beginning_of(channel_id))
        return MissedPart(
            channel_id,
            begun=begun,
            after=MessageId(after),
            until=_newest(channel) if is_heard or rule.paused else None,
            reason=None if rule.paused else _REASON[is_heard],
        )


def _mirrored(
    guild: discord.Guild, rules: Sequence[MirrorRule]
) -> Iterator[tuple[Readable, MirrorRule]]:
    """Return the channels that are mirrored, or paused by a moderator, and the rule of each.

    What rests for want of a permission stays behind its mark until it can be read again; so does
    what was never open to the bot.
    """
    return _under_rules(_readable(guild), rules, guild)


def _under_rules(
    channels: Iterable[Readable], rules: Sequence[MirrorRule], guild: discord.Guild
) -> Iterator[tuple[Readable, MirrorRule]]:
    for channel in channels:
        line = channel_line(channel)
        rule = find_rule(line, rules, guild_id=GuildId(guild.id))
        if rule is None or rule.lacks is not None or missing_in(channel, NEEDED_TO_READ):
            continue
        yield channel, rule


def _ends_of_paused(
    guild: discord.Guild, rules: Sequence[MirrorRule]
) -> Mapping[ChannelId, MessageId]:
    """Return where reading ends in channels that a moderator paused: none of a pause is kept."""
    return {
        ChannelId(channel.id): MessageId(newest + 1)
        for channel, rule in _mirrored(guild, rules)
        if rule.paused and (newest := _newest(channel))
    }


def _readable(guild: discord.Guild) -> list[Readable]:
    return [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]
