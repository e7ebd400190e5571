"""Sending a card the best way that Discord takes."""

from typing import Any

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.post import Post
from imgoe_bot.ui.access.refusals import takes_no_reply
from imgoe_bot.ui.cards import message_fields
from imgoe_bot.ui.discord_codes import AUTOMOD
from imgoe_bot.ui.message_parts import NO_PINGS


async def send_card(
    channel: discord.PartialMessageable, card: Card, nonce: str, *, answers: bool
) -> discord.Message:
    """Send a card: as a reply, else beside its message; in plain words if others are refused.

    Args:
        channel: where.
        card: what.
        nonce: the same for each try.
        answers: whether it is to stand below the message it is about.

    Raises:
        HTTPException: Discord takes it in no way.
    """
    try:
        return await _send(channel, card, nonce, answers=answers)
    except discord.HTTPException as error:
        if answers and takes_no_reply(error):
            return await send_card(channel, card, nonce, answers=False)
        plain = message_fields.plain(card)
        if error.code not in AUTOMOD or plain == card:
            raise
    return await send_card(channel, plain, nonce, answers=answers)


async def _send(
    channel: discord.PartialMessageable, card: Card, nonce: str, *, answers: bool
) -> discord.Message:
    answering: dict[str, Any] = {"reference": _reference(card.post)} if answers else {}
    return await channel.send(
        **message_fields.fields(card, elsewhere=not answers),
        mention_author=False,
        allowed_mentions=NO_PINGS,
        nonce=nonce,
        **answering,
    )


def _reference(post: Post) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=post.message_id or 0, channel_id=post.channel_id, guild_id=post.guild_id
    )
