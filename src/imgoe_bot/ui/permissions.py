"""What the bot must be allowed to do in a channel."""

import discord

from imgoe_bot.ui.mirroring import Place

NEEDED_TO_MIRROR = ("view_channel", "read_message_history", "send_messages", "embed_links")
NEEDED_BY_OPTIONS = ("attach_files", "add_reactions", "create_public_threads")
"""What some settings and answers need besides."""


def missing_to_mirror(place: Place) -> list[str]:
    """Return the permissions that the bot lacks to mirror a place, by Discord's names."""
    if isinstance(place, discord.Guild):
        held = place.me.guild_permissions
    else:
        held = place.permissions_for(place.guild.me)
    return [name for name in NEEDED_TO_MIRROR if not getattr(held, name)]
