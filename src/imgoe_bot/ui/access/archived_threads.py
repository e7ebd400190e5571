"""Threads that were archived: in nobody's memory, and listed by Discord when it is asked."""

from collections.abc import AsyncIterator, Iterator

import discord

from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in

WithThreads = discord.TextChannel | discord.ForumChannel


async def archived_after(channel: WithThreads, after: int) -> dict[int, discord.Thread]:
    """Return a channel's archived threads that can be read, by id.

    Those archived last come first; private ones that the bot is in, by their age.

    Args:
        channel: one whose history the bot may read.
        after: what was archived before this id was given is left out.

    Raises:
        discord.HTTPException: Discord did not list them.
    """
    found: dict[int, discord.Thread] = {}
    for archive in _archives(channel):
        async for thread in archive:
            if _archived_id(thread) >= after:
                if is_open(thread):
                    found[thread.id] = thread
            elif not thread.is_private():
                break
    return found


def is_open(thread: discord.Thread) -> bool:
    """Tell whether the bot may read a thread."""
    return not missing_in(thread, NEEDED_TO_READ)


def _archives(channel: WithThreads) -> Iterator[AsyncIterator[discord.Thread]]:
    """Yield a channel's archives; only text channels have private threads."""
    yield channel.archived_threads(limit=None)
    if isinstance(channel, discord.TextChannel) and not channel.is_news():
        joined = bool(missing_in(channel, ["manage_threads"]))
        yield channel.archived_threads(private=True, joined=joined, limit=None)


def _archived_id(thread: discord.Thread) -> int:
    return discord.utils.time_snowflake(thread.archive_timestamp, high=True)
