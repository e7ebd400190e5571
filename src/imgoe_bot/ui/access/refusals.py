"""What Discord's refusals mean: for the rule, the post and the person they concern.

A table of the codes stands in docs/errors.md.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager

import discord

from imgoe_bot.errors import (
    DiscordRefused,
    ImgoeError,
    NotAllowed,
    SourceGone,
    SourceUnreachable,
)
from imgoe_bot.ui.access.permissions import missing_in
from imgoe_bot.ui.discord_codes import (
    FINAL,
    INVALID_FORM,
    LACKING,
    MISSING_ACCESS,
    NO_REPLY,
    UNKNOWN_MESSAGE,
)

SETTLED = (SourceGone, NotAllowed, DiscordRefused)
"""What no repeat mends."""


@asynccontextmanager
async def translated(*, needs: str) -> AsyncGenerator[None]:
    """Turn discord.py's errors into ours.

    Args:
        needs: the permission whose lack 50001 and 50013 mean here.
    """
    try:
        yield
    except discord.HTTPException as error:
        raise error_of(error, needs=needs) from error
    except OSError as error:
        raise SourceUnreachable from error


def error_of(error: discord.HTTPException, *, needs: str) -> ImgoeError:
    """Return what a refusal is to us; a 403 or 404 without a code is no answer of Discord's own."""
    if (isinstance(error, discord.NotFound) and error.code) or _says_source_is_gone(error):
        return SourceGone()
    if error.code in LACKING:
        return NotAllowed(needs=needs)
    if error.code in FINAL or (isinstance(error, discord.Forbidden) and error.code):
        return DiscordRefused(code=error.code)
    return SourceUnreachable(status=error.status)


def _says_source_is_gone(error: discord.HTTPException) -> bool:
    """A reply to a deleted message is an invalid form that names the reference."""
    return error.code == UNKNOWN_MESSAGE or (
        error.code == INVALID_FORM and "message_reference: Unknown message" in error.text
    )


def takes_no_reply(error: discord.HTTPException) -> bool:
    """Tell whether a message can't be answered below it, but may be beside it."""
    refused = error.code == INVALID_FORM and "message_reference" in error.text
    return error.code == NO_REPLY or (refused and not _says_source_is_gone(error))


def takes_no_thread(error: discord.HTTPException) -> bool:
    """Tell whether a message can have no thread, for whatever reason but a permission."""
    return error.status < 500 and isinstance(error_of(error, needs=""), DiscordRefused)


async def find_lack(guild: discord.Guild, channel_id: int, needed: Collection[str]) -> str | None:
    """Return the first of these permissions that the bot really lacks in a channel, if any.

    A refusal alone proves nothing. Where what is known says that nothing is missing, Discord is
    asked, which may know better by now. What it does not say is not missing.
    """
    if guild.unavailable:
        return None
    known = guild.get_channel_or_thread(channel_id)
    missing = missing_in(known, needed) if known else []
    if missing:
        return missing[0]
    try:
        return await ask_for_lack(guild, channel_id, needed)
    except (discord.HTTPException, OSError):
        return None


async def ask_for_lack(
    guild: discord.Guild, channel_id: int, needed: Collection[str]
) -> str | None:
    """Ask Discord which of these permissions the bot lacks in a channel; the first, if any.

    Raises:
        HTTPException, OSError: it does not say.
    """
    try:
        return await _ask_for_lack(guild, channel_id, needed)
    except discord.Forbidden as error:
        if error.code != MISSING_ACCESS:
            raise
        return "view_channel"


async def _ask_for_lack(
    guild: discord.Guild, channel_id: int, needed: Collection[str]
) -> str | None:
    channel = ruling = await guild.fetch_channel(channel_id)
    me = await guild.fetch_member(guild.me.id)
    in_thread = isinstance(channel, discord.Thread)
    if isinstance(channel, discord.Thread):  # what holds in it stands in its parent
        ruling = await guild.fetch_channel(channel.parent_id)
    return next(iter(missing_in(ruling, needed, who=me, in_thread=in_thread)), None)
