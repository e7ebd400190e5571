"""What the job runner asks of Discord: find a file, answer a post, write to a person."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import discord

from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload import Card, Place, Post
from imgoe_bot.errors import NotAllowed, SourceGone, SourceUnreachable
from imgoe_bot.ui import convert, render, views
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.translate import words_for_locale

CANNOT_SEND_TO_USER = 50007
NO_MUTUAL_GUILDS = 50278
UNKNOWN_MESSAGE = 10008
INVALID_FORM = 50035
LOOK_BACK = 50
"""How many messages after the source are searched for an earlier answer of ours."""

NO_PINGS = discord.AllowedMentions.none()


class DiscordMessenger:
    """``ports.Messenger`` over a discord.py bot; uses REST only, so a worker needs no gateway."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        async with _translated(needs="read_message_history"):
            message = await self._channel(post).fetch_message(post.message_id or 0)
        found = (a for a in message.attachments if a.id == item.attachment_id)
        attachment = next(found, None)
        if attachment is None:
            raise SourceGone
        return convert.source_of(attachment)

    async def announce(self, card: Card, *, nonce: str, repeated: bool) -> Place:
        """Answer the source message; see the port."""
        async with _translated(needs="send_messages"):
            earlier = await self._find_answer(card.post) if repeated else None
            return convert.place_of(earlier or await self._reply(card, nonce))

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; see the port."""
        place = card.post.card
        if place is None:
            return
        channel = self._bot.get_partial_messageable(place.channel_id)
        try:
            async with _translated(needs="send_messages"):
                await channel.get_partial_message(place.message_id).edit(
                    content=render.card_note(card),
                    embeds=render.card_embeds(card),
                    view=views.card_view(card),
                    allowed_mentions=NO_PINGS,
                )
        except (SourceGone, NotAllowed):
            return

    async def deliver(self, card: Card, *, nonce: str) -> bool:
        """Send the uploader their delete links; see the port."""
        words = words_for_locale(card.post.locale)
        return await self._write_to(
            card.post.author_id,
            render.private_text(card, words, with_links=True),
            view=views.private_view(card, words),
            nonce=nonce,
        )

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that the copy went with the message they deleted."""
        text = render.withdrawn(card, words_for_locale(card.post.locale))
        await self._write_to(card.post.author_id, text, view=discord.ui.View(), nonce=nonce)

    def _channel(self, post: Post) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id)

    async def _reply(self, card: Card, nonce: str) -> discord.Message:
        post = card.post
        return await self._channel(post).send(
            render.card_note(card),
            embeds=render.card_embeds(card),
            view=views.card_view(card),
            reference=discord.MessageReference(
                message_id=post.message_id or 0, channel_id=post.channel_id, guild_id=post.guild_id
            ),
            mention_author=False,
            allowed_mentions=NO_PINGS,
            nonce=nonce,
        )

    async def _find_answer(self, post: Post) -> discord.Message | None:
        """Discord forgets nonces after minutes; an answer posted before that is still there."""
        us = self._bot.user.id if self._bot.user else None
        after = discord.Object(post.message_id or 0)
        async for message in self._channel(post).history(after=after, limit=LOOK_BACK):
            reference = message.reference
            answers = reference is not None and reference.message_id == post.message_id
            if answers and message.author.id == us:
                return message
        return None

    async def _write_to(
        self, user_id: UserId, text: str, *, view: discord.ui.View, nonce: str
    ) -> bool:
        try:
            async with _translated(needs="send_messages"):
                channel = await self._bot.create_dm(discord.Object(user_id))
                await channel.send(
                    text, view=view, suppress_embeds=True, allowed_mentions=NO_PINGS, nonce=nonce
                )
        except _DmsClosed:
            return False
        return True


class _DmsClosed(Exception):
    """The person takes no direct messages from us."""


@asynccontextmanager
async def _translated(*, needs: str) -> AsyncGenerator[None]:
    """Turn discord.py's errors into ours.

    Args:
        needs: the permission whose lack a refusal means.
    """
    try:
        yield
    except discord.NotFound as error:
        raise SourceGone from error
    except discord.Forbidden as error:
        if error.code in (CANNOT_SEND_TO_USER, NO_MUTUAL_GUILDS):
            raise _DmsClosed from error
        raise NotAllowed(needs=needs) from error
    except discord.HTTPException as error:
        if _says_source_is_gone(error):
            raise SourceGone from error
        raise SourceUnreachable(status=error.status) from error
    except OSError as error:
        raise SourceUnreachable from error


def _says_source_is_gone(error: discord.HTTPException) -> bool:
    """A reply to a deleted message is an invalid form that names the reference."""
    return error.code == UNKNOWN_MESSAGE or (
        error.code == INVALID_FORM and "message_reference" in error.text
    )
