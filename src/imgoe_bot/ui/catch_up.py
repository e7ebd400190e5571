"""What was posted and deleted while the bot was away: the gateway replays nothing."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, snowflake_at
from imgoe_bot.domain.mirror import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.ui import convert
from imgoe_bot.ui.access import check_access, refused
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.mirroring import decide_on
from imgoe_bot.ui.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.taken_back import retire_missing

SIDE_BY_SIDE = 4
"""Servers that are caught up at once: one with a long history keeps no other one waiting."""

PAGE = 100
"""Messages between two marks: a killed process reads no more than these again."""

AWAY = (discord.HTTPException, OSError, ImgoeError)
"""What is expected to fail now and then; anything else is a bug, and tried again like these."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

log = structlog.stdlib.get_logger(__name__)


async def ask_for_all(bot: AnyBot, services: Services) -> None:
    """Have every server caught up in which something is mirrored, or deletions matter."""
    ruled = await services.outage.outlast(services.mirrors.all_rules, at_any_rate=True)
    watching = await services.outage.outlast(services.retirements.watching, at_any_rate=True)
    for guild_id in {rule.guild_id for rule in ruled} | watching:
        if bot.get_guild(guild_id) is not None:
            services.catch_ups.ask_now(guild_id)


@dataclass(frozen=True, slots=True)
class Gap:
    """What comes after a channel's mark.

    Attributes:
        after: the mark.
        until: the channel's newest message, 0 when it has none; None when that isn't known.
        passed_over: whether a moderator has paused the channel, so that nothing of it is read.
    """

    channel: Readable
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


class CatchUp:
    """Reads the history of the servers that ask for it, until all of it was read."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services

    async def run(self) -> None:
        """Catch up until cancelled; no server's trouble ends that of another one."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SIDE_BY_SIDE):
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
                _say("a server can't be caught up", error, guild=guild_id)
                complete = False
            finally:
                queue.done(guild_id, complete=complete)

    async def _catch_up(self, guild: discord.Guild) -> bool:
        """Catch up one server as far as it goes; False where it has to be tried again."""
        guild_id, marks = GuildId(guild.id), self._services.marks
        await check_access(guild, self._services)
        unheard = marks.take_unheard(guild_id)
        complete = await self._read_channels(guild, heard=not unheard)
        if unheard and not complete:
            marks.hold_unheard(guild_id)
        return await retire_missing(self._bot, guild, self._services) and complete

    async def _read_channels(self, guild: discord.Guild, *, heard: bool) -> bool:
        """Read the held channels; unless ``heard``, what is known of them may be old."""
        services, guild_id = self._services, GuildId(guild.id)
        rules = await services.mirrors.rules(guild_id)
        marks = await services.marks.stored(guild_id)
        ended = True
        for channel, rule in _mirrored(guild, rules):
            if services.marks.is_held(ChannelId(channel.id)):
                after = _mark(channel, rule, marks)
                until = (channel.last_message_id or 0) if heard else None
                gap = Gap(channel, after, until, passed_over=rule.paused)
                ended = await self._read_if_possible(gap) and ended
        return ended

    async def _read_if_possible(self, gap: Gap) -> bool:
        try:
            return await self._read(gap)
        except discord.Forbidden as error:
            await refused(gap.channel, error, self._services)
        except Exception as error:  # one channel's trouble is not all the others'
            _say("a channel can't be caught up", error, channel=gap.channel.id)
        return False

    async def _read(self, gap: Gap) -> bool:
        """Decide on every message of a gap, oldest first; False where it has to be read again."""
        guild_id, channel_id = GuildId(gap.channel.guild.id), ChannelId(gap.channel.id)
        marks = self._services.marks
        begun = marks.begin(guild_id, channel_id)
        last, read = MessageId(gap.known_end), 0
        if gap.has_messages:
            after = discord.Object(gap.after)
            async for message in gap.channel.history(after=after, limit=None, oldest_first=True):
                read, last = read + 1, MessageId(message.id)
                if not marks.came_live(channel_id, last):
                    await decide_on(message, self._services)
                if not read % PAGE:
                    await marks.read_to(guild_id, channel_id, last, begun=begun)
        return await marks.finish(guild_id, channel_id, last, begun=begun)


def _mirrored(
    guild: discord.Guild, rules: Sequence[MirrorRule]
) -> Iterator[tuple[Readable, MirrorRule]]:
    """Return the channels that are mirrored, or paused by a moderator, and the rule of each.

    What rests for want of a permission stays behind its mark until it can be read again; so does
    what was never open to the bot. A thread that was archived meanwhile is not looked into.
    """
    for channel in _readable(guild):
        line = convert.channel_line(channel)
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
    return max(marks.get(ChannelId(channel.id), 0), snowflake_at(rule.created_at))


def _say(event: str, error: Exception, **where: int) -> None:
    """Log a failure that is tried again, without the words of strangers that it may hold."""
    words = repr(error) if isinstance(error, ImgoeError) else type(error).__name__
    log.warning(event, error=words, exc_info=not isinstance(error, AWAY), **where)
