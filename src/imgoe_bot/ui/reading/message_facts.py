"""What a message says of itself: facts for the mirror, and where it stands."""

from collections.abc import Iterable

import discord

from imgoe_bot.domain.ids import (
    ChannelId,
    GuildId,
    MessageId,
    UserId,
)
from imgoe_bot.domain.mirror import MessageFacts
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.ui.reading.actors import role_ids_of
from imgoe_bot.ui.reading.message_media import media_in
from imgoe_bot.ui.reading.places import channel_line, is_nsfw


def facts_of(
    message: discord.Message, *, us: int, space: GuildId | None = None
) -> MessageFacts | None:
    """Return what ``decide`` needs of a message, None for one outside a guild.

    Args:
        message: as the gateway, a fetch or an interaction brought it.
        us: the bot's own user id.
        space: what it counts for where that is no guild of the bot.
    """
    guild_id = space or (GuildId(message.guild.id) if message.guild else None)
    if guild_id is None:
        return None
    return MessageFacts(
        guild_id=guild_id,
        channel_ids=channel_line(message.channel),
        message_id=MessageId(message.id),
        author_id=UserId(message.author.id),
        author_is_bot=message.author.bot or message.webhook_id is not None,
        author_is_us=message.author.id == us,
        nsfw=is_nsfw(message.channel),
        locale=str(message.guild.preferred_locale if message.guild else discord.Locale("en-US")),
        text=message.content,
        author_role_ids=_author_role_ids(message),
        is_mirror=_is_card(message) or any(map(_is_card, message.message_snapshots)),
        attachments=tuple(each.facts for each in media_in(message)),
    )


def _author_role_ids(message: discord.Message) -> frozenset[int] | None:
    """Return an author's roles; None where Discord brought the message without its member.

    The gateway brings that along, REST and interactions don't. A webhook is nobody's member.
    """
    is_known = isinstance(message.author, discord.Member) or message.webhook_id is not None
    return role_ids_of(message.author) if is_known or message.guild is None else None


def _is_card(part: discord.Message | discord.MessageSnapshot) -> bool:
    """Tell the answer of an imgoe_bot, also of another one, so that two never copy each other."""
    return _has_our_buttons(part.components)


def _has_our_buttons(components: Iterable[object]) -> bool:
    for component in components:
        if str(getattr(component, "custom_id", "")).startswith("imgoe:"):
            return True
        if _has_our_buttons(getattr(component, "children", ())):
            return True
    return False


def message_location(message: discord.Message) -> MessageLocation:
    """Return where a message stands."""
    return MessageLocation(ChannelId(message.channel.id), MessageId(message.id))
