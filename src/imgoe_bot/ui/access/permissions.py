"""What the bot must be allowed to do in a channel."""

from collections.abc import Iterable, Mapping

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.ui.reading.places import Place

NEEDED_TO_READ = ("view_channel", "read_message_history")
NEEDED_TO_MIRROR = (*NEEDED_TO_READ, "send_messages", "embed_links")
NEEDED_BY_OPTIONS = ("attach_files", "add_reactions", "create_public_threads")
"""What some settings and answers need besides."""

NEEDED_TO_ANSWER: Mapping[Answer, tuple[str, ...]] = {
    Answer.REPLY: ("send_messages", "embed_links"),
    Answer.THREAD: ("create_public_threads", "send_messages_in_threads", "embed_links"),
    Answer.REACTION: ("add_reactions",),
}


def needed_to_mirror(options: Options) -> tuple[str, ...]:
    """Return what the bot must be allowed to do where these options hold, by Discord's names."""
    return (*NEEDED_TO_READ, *NEEDED_TO_ANSWER.get(options.answer, ()))


def missing_to_mirror(place: Place) -> list[str]:
    """Return the permissions that the bot lacks to mirror a place, by Discord's names."""
    return missing_in(place, NEEDED_TO_MIRROR)


def missing_in(
    place: discord.abc.GuildChannel | Place,
    needed: Iterable[str],
    *,
    who: discord.Member | None = None,
    in_thread: bool = False,
) -> list[str]:
    """Return which of these permissions somebody lacks, by Discord's names.

    Args:
        place: where.
        needed: by Discord's names.
        who: None for the bot.
        in_thread: whether it is about a thread of the place.
    """
    if isinstance(place, AppCommandThread):  # Discord shows the bot no more of it
        return list(needed)[:1]
    held = held_in(place, who or place_guild(place).me)
    if held is None:
        return []
    if in_thread or isinstance(place, discord.Thread):
        needed = ("send_messages_in_threads" if n == "send_messages" else n for n in needed)
    return [name for name in needed if not getattr(held, name)]


def place_guild(place: discord.abc.GuildChannel | discord.Thread | discord.Guild) -> discord.Guild:
    """Return the server that a place is, or is in."""
    return place if isinstance(place, discord.Guild) else place.guild


def held_in(
    place: discord.abc.GuildChannel | discord.Thread | discord.Guild, member: discord.Member
) -> discord.Permissions | None:
    """Return what a member may do in a place; None in a thread whose channel is not known."""
    if isinstance(place, discord.Guild):
        return member.guild_permissions
    if isinstance(place, discord.Thread) and place.parent is None:
        return None
    return place.permissions_for(member)
