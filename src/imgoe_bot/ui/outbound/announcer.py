"""Answering a source message by a card, in a thread or a log channel, or by a reaction."""

import discord
import structlog

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import snowflake_at
from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import (
    DiscordRefused,
    ImgoeError,
    NotAllowed,
    SourceGone,
    SourceUnreachable,
)
from imgoe_bot.ui.access.permissions import NEEDED_TO_ANSWER, NEEDED_TO_READ
from imgoe_bot.ui.access.refusals import takes_no_thread, translated
from imgoe_bot.ui.cards import buttons, pictures
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.discord_codes import THREAD_EXISTS
from imgoe_bot.ui.message_parts import FAILED_MARK, KEPT_MARK
from imgoe_bot.ui.outbound.channels import PostChannels
from imgoe_bot.ui.outbound.sending import send_card
from imgoe_bot.ui.outbound.source_finder import SourceFinder
from imgoe_bot.ui.translate import words_for_locale

SEARCHED_MESSAGES = 50
"""How many messages after the source are searched for an earlier answer of ours."""

log = structlog.stdlib.get_logger(__name__)


class Announcer:
    """Posts cards where the options in force say."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._channels = PostChannels(bot)
        self._sources = SourceFinder(bot)

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Answer the source message the way the options say; see the port."""
        try:
            return await self._answer(card, options, nonce=nonce, repeated=repeated)
        except SourceGone as error:  # or only where the answer goes: its message is asked for
            await self._sources.get_message(card.post)
            raise SourceUnreachable from error

    async def _answer(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        if options.answer is Answer.SILENT:
            return None
        try:
            if options.answer is Answer.REACTION:
                await self._react(card)
                return None
            return await self._answer_by_card(card, options, nonce=nonce, repeated=repeated)
        except NotAllowed as error:
            raise await self._lacking(card.post, options) from error

    async def _answer_by_card(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard:
        """Answer where the options say or, if a thread takes nothing, below the message."""
        async with translated(needs="send_messages"):
            channel, answered = await self._answer_channel(card.post, options)
        try:
            return await self._answer_in(channel, card, nonce, answers=answered, repeated=repeated)
        except DiscordRefused:
            if answered or options.answer is not Answer.THREAD:
                raise
        home = self._channels.of(card.post)
        return await self._answer_in(home, card, nonce, answers=True, repeated=repeated)

    async def _answer_in(
        self,
        channel: discord.PartialMessageable,
        card: Card,
        nonce: str,
        *,
        answers: bool,
        repeated: bool,
    ) -> PostedCard:
        async with translated(needs="send_messages"):
            card = self._channels.hide_nsfw(card, channel.id)
            earlier = await self._find_answer(card.post, channel) if repeated else None
            message = earlier or await send_card(channel, card, nonce, answers=answers)
            return pictures.posted(message)

    async def announce_beside(self, card: Card, *, nonce: str, repeated: bool) -> PostedCard:
        """Post a card into its post's channel, below no message; with the same nonce it posts once.

        Args:
            card: what to show.
            nonce: the same for each try.
            repeated: an earlier try may have posted: look for its message first.

        Raises:
            NotAllowed, SourceGone: the bot can't write there.
            DiscordRefused: Discord takes no such message.
            SourceUnreachable: Discord did not answer.
        """
        home = self._channels.of(card.post)
        return await self._answer_in(home, card, nonce, answers=False, repeated=repeated)

    async def _lacking(self, post: Post, options: Options) -> ImgoeError:
        """Return what a refusal to answer is; one for want of a permission names it.

        One that is missing in the log channel names that, as ``NotAllowed.needs`` has it.
        """
        place = self._channels.log_channel(post, options) if options.answer is Answer.LOG else None
        needed = NEEDED_TO_ANSWER.get(options.answer, NEEDED_TO_ANSWER[Answer.REPLY])
        if options.answer is Answer.THREAD and await self._channels.is_thread(post):
            needed = NEEDED_TO_ANSWER[Answer.REPLY]
        where = "" if place in (None, post.channel_id) else f":{place}"
        needed = (*NEEDED_TO_READ, *needed)
        return await self._channels.explain_refusal(
            post, place or post.channel_id, needed, where=where
        )

    async def _react(self, card: Card) -> None:
        """Show a mark; where Discord takes none, such as of whom blocked us, nothing is shown."""
        mark = KEPT_MARK if card.uploads else FAILED_MARK
        try:
            async with translated(needs="add_reactions"):
                source = self._channels.of(card.post).get_partial_message(card.post.message_id or 0)
                await source.add_reaction(mark)
        except DiscordRefused as error:
            log.info("a reaction was refused", post=card.post.id, code=error.code)

    async def _answer_channel(
        self, post: Post, options: Options
    ) -> tuple[discord.PartialMessageable, bool]:
        """Return where the card goes, and whether the message it answers stands there too."""
        log_id = self._channels.log_channel(post, options)
        if options.answer is Answer.LOG and log_id is not None:
            return self._bot.get_partial_messageable(log_id), False
        if options.answer is Answer.THREAD and not await self._channels.is_thread(post):
            thread = await self._find_thread_below(post)
            return (thread, False) if thread else (self._channels.of(post), True)
        return self._channels.of(post), True

    async def _find_thread_below(self, post: Post) -> discord.PartialMessageable | None:
        """Return the message's own thread, begun if there is none; it has the message's id.

        None where there can be none, such as below voice channels.
        """
        source = self._channels.of(post).get_partial_message(post.message_id or 0)
        words = words_for_locale(post.locale)
        try:
            await source.create_thread(name=words("card.thread"))
        except discord.HTTPException as error:
            if takes_no_thread(error):
                return None
            if error.code != THREAD_EXISTS:
                raise
        return self._bot.get_partial_messageable(source.id, guild_id=post.guild_id)

    async def _find_answer(
        self, post: Post, channel: discord.PartialMessageable
    ) -> discord.Message | None:
        """Discord forgets nonces after minutes; an answer posted before that is still there."""
        us = self._bot.user.id if self._bot.user else None
        after = discord.Object(post.message_id or snowflake_at(post.created_at))
        async for message in channel.history(after=after, limit=SEARCHED_MESSAGES):
            if message.author.id == us and buttons.is_card_of(message, post):
                return message
        return None
