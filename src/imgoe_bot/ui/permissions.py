"""What the bot must be allowed to do in a channel."""

from imgoe_bot.ui.mirroring import Mirrorable

NEEDED_TO_MIRROR = ("view_channel", "read_message_history", "send_messages", "embed_links")
NEEDED_BY_OPTIONS = ("attach_files", "add_reactions", "create_public_threads")
"""What some settings and answers need besides."""


def missing_to_mirror(channel: Mirrorable) -> list[str]:
    """Return the permissions that the bot lacks to mirror a channel, by Discord's names."""
    held = channel.permissions_for(channel.guild.me)
    return [name for name in NEEDED_TO_MIRROR if not getattr(held, name)]
