"""What the job runner asks of Discord: find a file, answer a post, write to a person."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import discord

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.domain.options import Answer, Layout, Options
from imgoe_bot.domain.quota import Spent
from imgoe_bot.domain.upload import Card, Place, Post
from imgoe_bot.errors import NotAllowed, SourceGone, SourceUnreachable
from imgoe_bot.ui import convert, render, views
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.gallery import gallery_view
from imgoe_bot.ui.inbox import NO_PINGS, Inbox
from imgoe_bot.ui.sources import find_thing
from imgoe_bot.ui.translate import words_for_locale

UNKNOWN_MESSAGE = 10008
INVALID_FORM = 50035
THREAD_EXISTS = 160004
KEPT_MARK = "✅"
FAILED_MARK = "⚠️"
LOOK_BACK = 50
"""How many messages after the source are searched for an earlier answer of ours."""


class DiscordMessenger:
    """``ports.Messenger`` over a discord.py bot; uses REST only, so a worker needs no gateway."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._inbox = Inbox(bot)

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        async with translated(needs="read_message_history"):
            message = await self._channel(post).fetch_message(post.message_id or 0)
        thing = find_thing(message, item)
        if thing is None:
            raise SourceGone
        return thing.source

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> Place | None:
        """Answer the source message the way the options say; see the port."""
        if options.answer is Answer.SILENT:
            return None
        if options.answer is Answer.REACTION:
            await self._react(card)
            return None
        async with translated(needs="send_messages"):
            channel, answered = await self._answer_channel(card.post, options)
            earlier = await self._find_answer(card.post, channel) if repeated else None
            message = earlier or await self._send_card(channel, card, nonce, answers=answered)
            return convert.place_of(message)

    async def _react(self, card: Card) -> None:
        mark = KEPT_MARK if card.uploads else FAILED_MARK
        async with translated(needs="add_reactions"):
            source = self._channel(card.post).get_partial_message(card.post.message_id or 0)
            await source.add_reaction(mark)

    async def _answer_channel(
        self, post: Post, options: Options
    ) -> tuple[discord.PartialMessageable, bool]:
        """Return where the card goes, and whether the message it answers stands there too."""
        if options.answer is Answer.LOG and self._is_in(post.guild_id, options.log_channel):
            return self._bot.get_partial_messageable(options.log_channel or 0), False
        if options.answer is Answer.THREAD and not await self._is_thread(post):
            return await self._thread_below(post), False
        return self._channel(post), True

    def _is_in(self, guild_id: GuildId, channel_id: int | None) -> bool:
        """Tell whether a channel is one of this server's, so that no card leaves it."""
        channel = self._bot.get_channel(channel_id) if channel_id is not None else None
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            return False
        return channel.guild.id == guild_id

    async def _is_thread(self, post: Post) -> bool:
        channel = self._bot.get_channel(post.channel_id)
        channel = channel or await self._bot.fetch_channel(post.channel_id)
        return isinstance(channel, discord.Thread)

    async def _thread_below(self, post: Post) -> discord.PartialMessageable:
        """Return the message's own thread, begun if there is none; it has the message's id."""
        source = self._channel(post).get_partial_message(post.message_id or 0)
        words = words_for_locale(post.locale)
        try:
            await source.create_thread(name=words("card.thread"))
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        return self._bot.get_partial_messageable(source.id, guild_id=post.guild_id)

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; see the port."""
        place = card.post.card
        if place is None:
            return
        message = self._message(place)
        elsewhere = place.channel_id != card.post.channel_id
        with contextlib.suppress(SourceGone, NotAllowed):
            async with translated(needs="send_messages"):
                if card.post.layout is Layout.GALLERY:
                    view = gallery_view(card, elsewhere=elsewhere)
                    await message.edit(view=view, allowed_mentions=NO_PINGS)
                else:
                    await message.edit(
                        content=render.card_note(card, elsewhere=elsewhere),
                        embeds=render.card_embeds(card),
                        view=views.card_view(card),
                        allowed_mentions=NO_PINGS,
                    )

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; one that is gone is left alone."""
        place = card.post.card
        if place is None:
            return
        with contextlib.suppress(SourceGone, NotAllowed):
            async with translated(needs="manage_messages"):
                await self._message(place).delete()

    def _message(self, place: Place) -> discord.PartialMessage:
        channel = self._bot.get_partial_messageable(place.channel_id)
        return channel.get_partial_message(place.message_id)

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[Spent] = (), repeated: bool
    ) -> bool:
        """Send one person the delete links of their posts; see the port."""
        return await self._inbox.deliver(cards, near=near, repeated=repeated)

    async def tell_paused(self, rule: MirrorRule, *, needs: str, locale: str) -> None:
        """Tell whoever made a rule that it rests, because a permission is missing."""
        text = render.mirror_paused(rule, words_for_locale(locale), needs=needs)
        nonce = f"{rule.id}-paused"
        await self._inbox.write(rule.created_by, text, nonce=nonce)

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that the copy went with the message they deleted."""
        text = render.withdrawn(card, words_for_locale(card.post.locale))
        await self._inbox.write(card.post.author_id, text, nonce=nonce)

    def _channel(self, post: Post) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id)

    async def _send_card(
        self, channel: discord.PartialMessageable, card: Card, nonce: str, *, answers: bool
    ) -> discord.Message:
        answering: dict[str, Any] = {"reference": _reference(card.post)} if answers else {}
        if card.post.layout is Layout.GALLERY:
            return await channel.send(
                view=gallery_view(card, elsewhere=not answers),
                mention_author=False,
                allowed_mentions=NO_PINGS,
                nonce=nonce,
                **answering,
            )
        return await channel.send(
            render.card_note(card, elsewhere=not answers),
            embeds=render.card_embeds(card),
            view=views.card_view(card),
            mention_author=False,
            allowed_mentions=NO_PINGS,
            nonce=nonce,
            **answering,
        )

    async def _find_answer(
        self, post: Post, channel: discord.PartialMessageable
    ) -> discord.Message | None:
        """Discord forgets nonces after minutes; an answer posted before that is still there."""
        us = self._bot.user.id if self._bot.user else None
        after = discord.Object(post.message_id or 0)
        async for message in channel.history(after=after, limit=LOOK_BACK):
            if message.author.id == us and views.is_card_of(message, post):
                return message
        return None


@asynccontextmanager
async def translated(*, needs: str) -> AsyncGenerator[None]:
    """Turn discord.py's errors into ours.

    Args:
        needs: the permission whose lack a refusal means.
    """
    try:
        yield
    except discord.NotFound as error:
        raise SourceGone from error
    except discord.Forbidden as error:
        raise NotAllowed(needs=needs) from error
    except discord.HTTPException as error:
        if _says_source_is_gone(error):
            raise SourceGone from error
        raise SourceUnreachable(status=error.status) from error
    except OSError as error:
        raise SourceUnreachable from error


def _reference(post: Post) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=post.message_id or 0, channel_id=post.channel_id, guild_id=post.guild_id
    )


def _says_source_is_gone(error: discord.HTTPException) -> bool:
    """A reply to a deleted message is an invalid form that names the reference."""
    return error.code == UNKNOWN_MESSAGE or (
        error.code == INVALID_FORM and "message_reference" in error.text
    )
