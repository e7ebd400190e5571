"""What was posted and deleted while the bot was away: the gateway replays nothing."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.ui.access.lost_access import check_access, pause_if_lost
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.reading.places import Readable, channel_line
from imgoe_bot.ui.watching.deletions import retire_missing
from imgoe_bot.ui.watching.incoming import decide_on

SERVERS_AT_ONCE = 4
"""Servers that are caught up at once: one with a long history keeps no other one waiting."""

PAGE = 100
"""Messages between two marks: a killed process reads no more than these again."""

EXPECTED = (discord.HTTPException, OSError, ImgoeError)
"""What is expected to fail now and then; anything else is a bug, and tried again like these."""

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


async def pass_over_paused(guild: discord.Guild, services: Services) -> None:
    """Leave alone what was posted in a pause that is about to end before it was caught up."""
    guild_id, marks = GuildId(guild.id), services.marks
    passed_over = {
        ChannelId(channel.id): _newest(channel)
        for channel, rule in _mirrored(guild, await services.mirrors.rules(guild_id))
        if rule.paused and marks.is_held(ChannelId(channel.id))
    }
    await marks.begin_at(guild_id, passed_over)


def _newest(channel: discord.abc.GuildChannel | discord.Thread) -> MessageId:
    return MessageId(getattr(channel, "last_message_id", None) or 0)


@dataclass(frozen=True, slots=True)
class Gap:
    """What comes after a channel's mark, as it was known at one moment.

    Attributes:
        begun: what ``HighWaterMarks.begin`` returned at that moment.
        after: the mark.
        until: the channel's newest message, 0 when it has none; None when that isn't known.
        passed_over: whether a moderator has paused the channel, so that nothing of it is read.
    """

    channel: Readable
    begun: int
    after: int
    until: int | None
    passed_over: bool

    @property
    def has_messages(self) -> bool:
        """Whether there may be messages to read."""
        return not self.passed_over and (self.until is None or self.until > self.after)

    @property
    def known_end(self) -> int:
        """How far all is dealt with before anything is read."""
        return max(self.after, self.until or 0) if self.passed_over else self.after


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about a server that is to be caught up.

    Attributes:
        marks: the mark of each channel that has one.
        is_watched: whether deleted messages may matter in it.
    """

    marks: Mapping[ChannelId, MessageId]
    is_watched: bool


class CatchUp:
    """Reads the history of the servers that ask for it, until all of it was read."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._known: dict[GuildId, Known] = {}

    async def ask_for_all(self) -> None:
        """Have every server caught up in which something is mirrored, or deletions matter.

        What is stored about them is read here, all at once.
        """
        services = self._services
        outlast = partial(services.outage.outlast, at_any_rate=True)
        ruled = {rule.guild_id for rule in await outlast(services.mirrors.all_rules)}
        watched = await outlast(services.retirements.watching)
        marks = await outlast(services.marks.all_stored)
        here = [id_ for id_ in ruled | watched if self._bot.get_guild(id_) is not None]
        self._known = {id_: Known(marks.get(id_, {}), id_ in watched) for id_ in here}
        for guild_id in here:
            services.catch_ups.ask_now(guild_id)

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
                if guild is not None:
                    complete = await self._catch_up(guild)
            except Exception as error:  # one server's trouble is not all the others'
                _log("a server can't be caught up", error, guild=guild_id)
                complete = False
            finally:
                queue.done(guild_id, complete=complete)
            await asyncio.sleep(0)  # a server with nothing to read has waited for nothing

    async def _catch_up(self, guild: discord.Guild) -> bool:
        """Catch up one server as far as it goes; False where it has to be tried again."""
        guild_id, marks = GuildId(guild.id), self._services.marks
        known = self._known.pop(guild_id, None) or Known(await marks.stored(guild_id), True)
        await check_access(guild, self._services, seen=known.marks)
        unheard = marks.take_unheard(guild_id)
        complete = False
        try:
            complete = await self._read_channels(guild, known.marks, heard=not unheard)
        finally:
            if unheard and not complete:
                marks.hold_unheard(guild_id)
        if known.is_watched:
            complete = await retire_missing(self._bot, guild, self._services) and complete
        return complete

    async def _read_channels(
        self, guild: discord.Guild, stored: Mapping[ChannelId, MessageId], *, heard: bool
    ) -> bool:
        """Read the held channels; unless ``heard``, what is known of them may be old."""
        guild_id = GuildId(guild.id)
        rules = await self._services.mirrors.rules(guild_id)
        ended = True
        for gap in self._gaps(guild_id, rules, stored, heard=heard):
            ended = await self._read_if_possible(gap) and ended
        return ended

    def _gaps(
        self,
        guild_id: GuildId,
        rules: Sequence[MirrorRule],
        stored: Mapping[ChannelId, MessageId],
        *,
        heard: bool,
    ) -> list[Gap]:
        """Return what there is to read; all at once, since a new session makes it old."""
        guild, marks = self._bot.get_guild(guild_id), self._services.marks
        if guild is None:
            return []
        return [
            Gap(
                channel,
                begun=marks.begin(
                    guild_id, ChannelId(channel.id), stored=stored.get(ChannelId(channel.id), 0)
                ),
                after=max(_mark(channel, rule, stored), marks.beginning_of(ChannelId(channel.id))),
                until=(channel.last_message_id or 0) if heard else None,
                passed_over=rule.paused,
            )
            for channel, rule in _mirrored(guild, rules)
            if marks.is_held(ChannelId(channel.id))
        ]

    async def _read_if_possible(self, gap: Gap) -> bool:
        try:
            return await self._read(gap)
        except discord.Forbidden as error:
            await pause_if_lost(gap.channel, error, self._services)
        except Exception as error:  # one channel's trouble is not all the others'
            _log("a channel can't be caught up", error, channel=gap.channel.id)
        return False

    async def _read(self, gap: Gap) -> bool:
        """Decide on every message of a gap, oldest first; False where it has to be read again."""
        guild_id, channel_id = GuildId(gap.channel.guild.id), ChannelId(gap.channel.id)
        marks, begun = self._services.marks, gap.begun
        last, read = MessageId(gap.known_end), 0
        if gap.has_messages:
            after = discord.Object(gap.after)
            async for message in gap.channel.history(after=after, limit=None, oldest_first=True):
                read, last = read + 1, MessageId(message.id)
                if not marks.came_live(channel_id, last):
                    await decide_on(message, self._services)
                if not read % PAGE:
                    marks.read_to(guild_id, channel_id, last, begun=begun)
        return marks.finish(guild_id, channel_id, last, begun=begun)


def _mirrored(
    guild: discord.Guild, rules: Sequence[MirrorRule]
) -> Iterator[tuple[Readable, MirrorRule]]:
    """Return the channels that are mirrored, or paused by a moderator, and the rule of each.

    What rests for want of a permission stays behind its mark until it can be read again; so does
    what was never open to the bot. A thread that was archived meanwhile is not looked into.
    """
    for channel in _readable(guild):
        line = channel_line(channel)
        rule = find_rule(line, rules, guild_id=GuildId(guild.id))
        if rule is None or rule.lacks is not None or missing_in(channel, NEEDED_TO_READ):
            continue
        yield channel, rule


def _readable(guild: discord.Guild) -> list[Readable]:
    return [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]


def _mark(channel: Readable, rule: MirrorRule, marks: Mapping[ChannelId, MessageId]) -> int:
    return max(marks.get(ChannelId(channel.id), 0), rule.begins_at)


def _log(event: str, error: Exception, **where: int) -> None:
    """Log a failure that is tried again, without the words of strangers that it may hold."""
    words = repr(error) if isinstance(error, ImgoeError) else type(error).__name__
    log.warning(event, error=words, exc_info=not isinstance(error, EXPECTED), **where)
