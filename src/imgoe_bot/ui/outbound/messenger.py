"""What the job runner asks of Discord: find a file, answer a post, write to a person."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import discord
import structlog

from imgoe_bot.domain.ids import GuildId, UploadId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.domain.quota import Spent
from imgoe_bot.domain.upload import Card, Place, Post, Posted
from imgoe_bot.errors import (
    DiscordRefused,
    ImgoeError,
    NotAllowed,
    SourceGone,
    SourceUnreachable,
)
from imgoe_bot.services.ports import Thumb
from imgoe_bot.ui.access.permissions import NEEDED_TO_ANSWER, NEEDED_TO_READ
from imgoe_bot.ui.access.refusals import find_lack, takes_no_thread, translated
from imgoe_bot.ui.cards import buttons, message_fields, pictures
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.discord_codes import AUTOMOD, THREAD_EXISTS
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.outbound.inbox import Inbox
from imgoe_bot.ui.outbound.notes import rules_paused_text, withdrawn_text
from imgoe_bot.ui.outbound.sending import send_card
from imgoe_bot.ui.reading.fresh_links import freshened
from imgoe_bot.ui.reading.message_facts import message_place
from imgoe_bot.ui.reading.message_media import find_media
from imgoe_bot.ui.reading.places import is_nsfw
from imgoe_bot.ui.translate import words_for_locale

KEPT_MARK = "✅"
FAILED_MARK = "⚠️"
LOOK_BACK = 50
"""How many messages after the source are searched for an earlier answer of ours."""
SETTLED = (SourceGone, NotAllowed, DiscordRefused)
"""What no repeat mends; a card stays as it is then."""

log = structlog.stdlib.get_logger(__name__)


class DiscordMessenger:
    """``ports.Messenger`` over a discord.py bot; uses REST only, so a worker needs no gateway."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._inbox = Inbox(bot)

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        reference = find_media(await self._source_message(post), item)
        if reference is None:
            raise SourceGone
        if services_of(self._bot).refresh_links:
            reference = await freshened(self._bot, reference)
        return reference.source

    async def _source_message(self, post: Post) -> discord.Message:
        try:
            async with translated(needs="read_message_history"):
                return await self._channel(post).fetch_message(post.message_id or 0)
        except NotAllowed as error:
            raise await self._proven(post, post.channel_id, NEEDED_TO_READ) from error

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> Posted | None:
        """Answer the source message the way the options say; see the port."""
        try:
            return await self._answer(card, options, nonce=nonce, repeated=repeated)
        except SourceGone as error:  # or only where the answer goes: its message is asked for
            await self._source_message(card.post)
            raise SourceUnreachable from error

    async def _answer(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> Posted | None:
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
    ) -> Posted:
        """Answer where the options say or, if a thread takes nothing, below the message."""
        async with translated(needs="send_messages"):
            channel, answered = await self._answer_channel(card.post, options)
        try:
            return await self._answer_in(channel, card, nonce, answers=answered, repeated=repeated)
        except DiscordRefused:
            if answered or options.answer is not Answer.THREAD:
                raise
        home = self._channel(card.post)
        return await self._answer_in(home, card, nonce, answers=True, repeated=repeated)

    async def _answer_in(
        self,
        channel: discord.PartialMessageable,
        card: Card,
        nonce: str,
        *,
        answers: bool,
        repeated: bool,
    ) -> Posted:
        async with translated(needs="send_messages"):
            card = self._fit_for(card, channel.id)
            earlier = await self._find_answer(card.post, channel) if repeated else None
            message = earlier or await send_card(channel, card, nonce, answers=answers)
            return pictures.posted(message)

    async def _lacking(self, post: Post, options: Options) -> ImgoeError:
        """Return what a refusal to answer is; one for want of a permission names it.

        One that is missing in the log channel names that, as ``NotAllowed.needs`` has it.
        """
        place = self._log_channel(post, options) if options.answer is Answer.LOG else None
        needed = NEEDED_TO_ANSWER.get(options.answer, NEEDED_TO_ANSWER[Answer.REPLY])
        if options.answer is Answer.THREAD and await self._is_thread(post):
            needed = NEEDED_TO_ANSWER[Answer.REPLY]
        where = "" if place in (None, post.channel_id) else f":{place}"
        needed = (*NEEDED_TO_READ, *needed)
        return await self._proven(post, place or post.channel_id, needed, where=where)

    async def _proven(
        self, post: Post, channel_id: int, needed: Sequence[str], *, where: str = ""
    ) -> ImgoeError:
        """Return what a refusal is: the permission that lacks, or what a later try may cure."""
        guild = self._bot.get_guild(post.guild_id)
        lack = await find_lack(guild, channel_id, needed) if guild else None
        return NotAllowed(needs=f"{lack}{where}") if lack else SourceUnreachable(status=403)

    async def _react(self, card: Card) -> None:
        """Show a mark; where Discord takes none, such as of whom blocked us, nothing is shown."""
        mark = KEPT_MARK if card.uploads else FAILED_MARK
        try:
            async with translated(needs="add_reactions"):
                source = self._channel(card.post).get_partial_message(card.post.message_id or 0)
                await source.add_reaction(mark)
        except DiscordRefused as error:
            log.info("a reaction was refused", post=card.post.id, code=error.code)

    async def _answer_channel(
        self, post: Post, options: Options
    ) -> tuple[discord.PartialMessageable, bool]:
        """Return where the card goes, and whether the message it answers stands there too."""
        if options.answer is Answer.LOG and self._is_in(post.guild_id, options.log_channel):
            return self._bot.get_partial_messageable(options.log_channel or 0), False
        if options.answer is Answer.THREAD and not await self._is_thread(post):
            thread = await self._find_thread_below(post)
            return (thread, False) if thread else (self._channel(post), True)
        return self._channel(post), True

    def _fit_for(self, card: Card, channel_id: int) -> Card:
        """Veil what is not safe for work where it goes to a channel that is not age-restricted."""
        is_home = channel_id == card.post.channel_id
        if is_home or not card.post.nsfw or is_nsfw(self._bot.get_channel(channel_id)):
            return card
        veiled = tuple(replace(upload, spoiler=True) for upload in card.uploads)
        return replace(card, uploads=veiled)

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

    async def _find_thread_below(self, post: Post) -> discord.PartialMessageable | None:
        """Return the message's own thread, begun if there is none; it has the message's id.

        None where there can be none, such as below voice channels.
        """
        source = self._channel(post).get_partial_message(post.message_id or 0)
        words = words_for_locale(post.locale)
        try:
            await source.create_thread(name=words("card.thread"))
        except discord.HTTPException as error:
            if takes_no_thread(error):
                return None
            if error.code != THREAD_EXISTS:
                raise
        return self._bot.get_partial_messageable(source.id, guild_id=post.guild_id)

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; see the port."""
        await self._show(card, {})

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        """Show the card with these thumbs as files of its own; see the port."""
        if card.post.card is not None:
            card = self._fit_for(card, card.post.card.channel_id)
        found = [(upload, thumbs.get(upload.id)) for upload in card.pictured]
        await self._show(card, {u.id: pictures.file_of(u, thumb) for u, thumb in found if thumb})

    async def lacks_thumbs(self, card: Card) -> bool:
        """Tell whether Discord has not loaded a picture of the card; see the port."""
        place = card.post.card
        if place is None:
            return False
        with contextlib.suppress(*SETTLED):
            async with translated(needs="read_message_history"):
                return pictures.are_missing(await self._message(place).fetch())
        return False

    async def _show(self, card: Card, new: Mapping[UploadId, pictures.File]) -> None:
        """Edit the card: with these files, and with those on it that may stay."""
        place = card.post.card
        if place is None:
            return
        card = self._fit_for(card, place.channel_id)
        with contextlib.suppress(*SETTLED):
            async with translated(needs="send_messages"):
                standing = await self._find_card(place)
                files = {**(pictures.files_on(standing, card) if standing else {}), **new}
                elsewhere = message_fields.is_elsewhere(card.post, place, standing)
                await self._edit(place, card, files, elsewhere=elsewhere)

    async def _edit(
        self, place: Place, card: Card, files: Mapping[UploadId, pictures.File], *, elsewhere: bool
    ) -> None:
        """Edit a card; without anybody's words if automatic moderation takes offence at them."""
        fields = message_fields.fields(card, elsewhere=elsewhere, thumbs=pictures.addresses(files))
        shown = pictures.shown_by(fields, files)
        try:
            await self._message(place).edit(**fields, attachments=shown, allowed_mentions=NO_PINGS)
        except discord.HTTPException as error:
            plain = message_fields.plain(card)
            if error.code not in AUTOMOD or plain == card:
                raise
            await self._edit(place, plain, {}, elsewhere=elsewhere)

    async def _find_card(self, place: Place) -> discord.Message | None:
        """Return a card as it stands; None where the bot may not read, though it may edit there."""
        try:
            return await self._message(place).fetch()
        except discord.Forbidden:
            return None

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> Place:
        """Show moderators that a post waits for their decision; see the port."""
        place, log_id = card.post.card, self._log_channel(card.post, options)
        if place is not None and log_id in (None, place.channel_id):
            await self.refresh(card)
            return place
        channel = self._bot.get_partial_messageable(log_id or card.post.channel_id)
        async with translated(needs="send_messages"):
            message = await send_card(channel, card, nonce, answers=False)
        await self.remove_card(card)
        return message_place(message)

    def _log_channel(self, post: Post, options: Options) -> int | None:
        known = self._is_in(post.guild_id, options.log_channel)
        return options.log_channel if known else None

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; one that is gone is left alone."""
        place = card.post.card
        if place is None:
            return
        with contextlib.suppress(*SETTLED):
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

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        """Tell whoever made these rules that they rest, because permissions are missing."""
        text = rules_paused_text(rules, words_for_locale(locale))
        nonce = f"{rules[0].id}-paused"
        await self._inbox.write(rules[0].created_by, text, nonce=nonce)

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that nothing is kept of a message, or a file, that was deleted."""
        text = withdrawn_text(card, words_for_locale(card.post.locale))
        await self._inbox.write(card.post.author_id, text, nonce=nonce)

    def _channel(self, post: Post) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id)

    async def _find_answer(
        self, post: Post, channel: discord.PartialMessageable
    ) -> discord.Message | None:
        """Discord forgets nonces after minutes; an answer posted before that is still there."""
        us = self._bot.user.id if self._bot.user else None
        after = discord.Object(post.message_id or 0)
        async for message in channel.history(after=after, limit=LOOK_BACK):
            if message.author.id == us and buttons.is_card_of(message, post):
                return message
        return None
