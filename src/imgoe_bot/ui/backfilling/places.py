"""Where a backfill reads: channels, and threads and forum posts, archived ones too."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.errors import NotAllowed
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, held_in, missing_in
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.reading.places import Mirrorable, Place, Readable

WithThreads = discord.TextChannel | discord.ForumChannel
Holder = discord.abc.GuildChannel | discord.Thread


@dataclass(slots=True)
class FoundChannels:
    """What can hold messages of a place.

    Attributes:
        readable: by id, what the bot may read.
        closed: what it may not; nothing is known of threads in there.
    """

    readable: dict[int, Readable] = field(default_factory=dict[int, Readable])
    closed: list[Holder | AppCommandThread] = field(
        default_factory=list["Holder | AppCommandThread"]
    )


async def find_channels(place: Place) -> FoundChannels:
    """Return a place itself and what stands in it, as far as it can hold messages.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    found = FoundChannels()
    if isinstance(place, AppCommandThread):  # Discord shows the bot no more of it
        found.closed.append(place)
        return found
    for channel in _channels_in(place):
        try:
            found.readable.update(await _readable_in(channel))
        except SETTLED:
            found.closed.append(channel)
    return found


async def _readable_in(channel: Holder) -> dict[int, Readable]:
    """Return a channel and its threads, as far as messages stand in them.

    Raises:
        NotAllowed, DiscordRefused, SourceGone: it can't be read.
        SourceUnreachable: Discord did not answer.
    """
    missing = missing_in(channel, NEEDED_TO_READ)
    if missing:
        raise NotAllowed(needs=missing[0])
    threads = await _threads_of(channel) if isinstance(channel, WithThreads) else {}
    return {channel.id: channel, **threads} if isinstance(channel, Readable) else threads


def _channels_in(place: Holder | discord.Guild) -> Iterable[Holder]:
    """Return what has messages or threads, a thread's own among them only where it is the place."""
    if isinstance(place, discord.Guild):
        return (each for each in place.channels if isinstance(each, Readable | WithThreads))
    if isinstance(place, discord.CategoryChannel):
        return (each for each in place.channels if isinstance(each, Readable | WithThreads))
    return (place,)


async def _threads_of(channel: WithThreads) -> dict[int, Readable]:
    """Return a channel's threads; one that wakes while they are listed is not missed."""
    found: dict[int, Readable] = {each.id: each for each in channel.threads}
    async with translated(needs="read_message_history"):
        async for thread in _archived(channel):
            found[thread.id] = thread
    found |= {each.id: each for each in channel.threads}
    return {id_: each for id_, each in found.items() if not missing_in(each, NEEDED_TO_READ)}


async def _archived(channel: WithThreads) -> AsyncIterator[discord.Thread]:
    async for thread in channel.archived_threads(limit=None):
        yield thread
    if not isinstance(channel, discord.TextChannel) or channel.is_news():
        return  # only text channels have private threads
    held = held_in(channel, channel.guild.me)
    joined = held is not None and not held.manage_threads
    async for thread in channel.archived_threads(private=True, joined=joined, limit=None):
        yield thread


class DiscordPlaces:
    """``ports.BackfillPlaces`` over discord.py."""

    def __init__(self, bot: discord.Client) -> None:
        self._bot = bot

    async def list_channels(self, backfill: Backfill) -> Sequence[ChannelId] | None:
        """Return what can hold messages of a backfill's place and may be read; see the port."""
        guild = self._bot.get_guild(backfill.guild_id)
        if guild is None or guild.unavailable:
            return None
        place = guild if backfill.is_server_wide else await _find_place(guild, backfill.place_id)
        if place is None:
            return ()
        found = await find_channels(place)
        return tuple(ChannelId(id_) for id_ in sorted(found.readable))


async def _find_place(guild: discord.Guild, place_id: ChannelId) -> Place | None:
    """Return a place; an archived thread, which nobody remembers, is fetched. None: it is gone."""
    known = guild.get_channel_or_thread(place_id)
    if known is None:
        try:
            async with translated(needs="view_channel"):
                known = await guild.fetch_channel(place_id)
        except SETTLED:
            return None
    return known if isinstance(known, Mirrorable) else None
