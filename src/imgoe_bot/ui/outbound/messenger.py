"""What the job runner asks of Discord: find a file, answer a post, write to a person."""

from collections.abc import Mapping, Sequence

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import UploadId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Contact
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.media import Thumb
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.outbound.announcer import Announcer
from imgoe_bot.ui.outbound.card_editor import CardEditor
from imgoe_bot.ui.outbound.direct_message_texts import (
    backfilled_text,
    files_wait_text,
    rules_paused_text,
    withdrawn_text,
)
from imgoe_bot.ui.outbound.direct_messages import DirectMessages
from imgoe_bot.ui.outbound.source_finder import SourceFinder
from imgoe_bot.ui.translate import words_for_locale


class DiscordMessenger:
    """``ports.Messenger`` over a discord.py bot; a worker that has no gateway asks by REST."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._sources = SourceFinder(bot)
        self._announcer = Announcer(bot)
        self._cards = CardEditor(bot)
        self._direct_messages = DirectMessages(bot)

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        return await self._sources.find_source(post, item)

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Answer the source message the way the options say; see the port."""
        return await self._announcer.announce(card, options, nonce=nonce, repeated=repeated)

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; see the port."""
        await self._cards.refresh(card)

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        """Show the card with these thumbs as files of its own; see the port."""
        await self._cards.attach_thumbs(card, thumbs)

    async def lacks_thumbs(self, card: Card) -> bool:
        """Tell whether Discord has not loaded a picture of the card; see the port."""
        return await self._cards.lacks_thumbs(card)

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> MessageLocation:
        """Show moderators that a post waits for their decision; see the port."""
        return await self._cards.show_held(card, options, nonce=nonce)

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; see the port."""
        await self._cards.remove_card(card)

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[QuotaUse] = (), repeated: bool
    ) -> bool:
        """Send one person the delete links of their posts; see the port."""
        return await self._direct_messages.deliver(cards, near=near, repeated=repeated)

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        """Tell whoever made these rules that they rest, because permissions are missing."""
        text = rules_paused_text(rules, words_for_locale(locale))
        nonce = f"{rules[0].id}-paused"
        await self._direct_messages.write(rules[0].created_by, text, nonce=nonce)

    async def tell_waiting(self, contact: Contact, error: ImgoeError) -> None:
        """Tell whoever can mend it what keeps a server's files from being kept."""
        guild, words = self._bot.get_guild(contact.guild_id), words_for_locale(contact.locale)
        text = files_wait_text(error, words, server=guild.name if guild else "")
        await self._direct_messages.write(contact.user_id, text, nonce=new_id())

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that nothing is kept of a message, or a file, that was deleted."""
        text = withdrawn_text(card, words_for_locale(card.post.locale))
        await self._direct_messages.write(card.post.author_id, text, nonce=nonce)

    async def tell_backfilled(self, post: Post, files: int, *, nonce: str, repeated: bool) -> bool:
        """Tell an author how many of their files a backfill has kept; see the port."""
        guild = self._bot.get_guild(post.guild_id)
        text = backfilled_text(
            post, files, server=guild.name if guild else "", words=words_for_locale(post.locale)
        )
        dms = self._direct_messages
        if repeated and await dms.has_said(post.author_id, text):
            return True
        return await dms.write(post.author_id, text, nonce=nonce)
