"""What the bot must be allowed to do in a channel."""

from collections.abc import Iterable, Mapping

import discord

from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.ui.mirroring import Place

NEEDED_TO_MIRROR = ("view_channel", "read_message_history", "send_messages", "embed_links")
NEEDED_BY_OPTIONS = ("attach_files", "add_reactions", "create_public_threads")
"""What some settings and answers need besides."""

NEEDED_TO_ANSWER: Mapping[Answer, tuple[str, ...]] = {
    Answer.REPLY: ("send_messages", "embed_links"),
    Answer.THREAD: ("create_public_threads", "send_messages_in_threads", "embed_links"),
    Answer.REACTION: ("add_reactions",),
}


def needed_to_mirror(options: Options) -> tuple[str, ...]:
    """Return what the bot must be allowed to do where these options hold, by Discord's names."""
    return ("view_channel", "read_message_history", *NEEDED_TO_ANSWER.get(options.answer, ()))


def missing_to_mirror(place: Place) -> list[str]:
    """Return the permissions that the bot lacks to mirror a place, by Discord's names."""
    return missing_in(place, NEEDED_TO_MIRROR)


def missing_in(
    place: discord.abc.GuildChannel | discord.Thread | discord.Guild, needed: Iterable[str]
) -> list[str]:
    """Return which of these permissions the bot lacks, by Discord's names."""
    if isinstance(place, discord.Guild):
        held = place.me.guild_permissions
    else:
        held = place.permissions_for(place.guild.me)
    return [name for name in needed if not getattr(held, name)]
