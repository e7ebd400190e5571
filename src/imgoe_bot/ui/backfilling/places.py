"""Where a backfill reads: channels, and threads and forum posts, archived ones too."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.errors import NotAllowed
from imgoe_bot.ui.access.archived_threads import WithThreads, archived_after, is_open
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in, place_guild
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.reading.places import Mirrorable, Place, Readable

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


async def find_channels(place: Place, *, after: int = 0) -> FoundChannels:
    """Return a place itself and what stands in it, as far as it can hold messages.

    Args:
        place: where.
        after: what was archived before this id was given has nothing to read and is left out.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    found = FoundChannels()
    if isinstance(place, AppCommandThread):  # Discord shows the bot no more of it
        found.closed.append(place)
        return found
    holders: set[int] = set()
    for channel in _channels_in(place):
        try:
            found.readable.update(await _readable_in(channel, after))
        except SETTLED:
            found.closed.append(channel)
        else:
            holders |= {channel.id} if isinstance(channel, WithThreads) else set()
    if holders:  # last, so that one that wakes meanwhile is not missed
        found.readable.update(await _active_in(place_guild(place), holders))
    return found


def _channels_in(place: Holder | discord.Guild) -> Iterable[Holder]:
    """Return what has messages or threads; a thread is what it is about, and stands alone."""
    if isinstance(place, discord.Guild | discord.CategoryChannel):
        return (each for each in place.channels if isinstance(each, Readable | WithThreads))
    return (place,)


async def _readable_in(channel: Holder, after: int) -> dict[int, Readable]:
    """Return a channel and its threads but the active ones, as far as messages stand in them.

    Raises:
        NotAllowed, DiscordRefused, SourceGone: it can't be read.
        SourceUnreachable: Discord did not answer.
    """
    missing = missing_in(channel, NEEDED_TO_READ)
    if missing:
        raise NotAllowed(needs=missing[0])
    found: dict[int, Readable] = {channel.id: channel} if isinstance(channel, Readable) else {}
    if isinstance(channel, WithThreads):
        found |= {each.id: each for each in channel.threads if is_open(each)}
        async with translated(needs="read_message_history"):
            found |= await archived_after(channel, after)
    return found


async def _active_in(guild: discord.Guild, holders: Collection[int]) -> dict[int, Readable]:
    async with translated(needs="view_channel"):
        active = await guild.active_threads()
    return {each.id: each for each in active if each.parent_id in holders and is_open(each)}


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
        found = await find_channels(place, after=backfill.after)
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
