"""Use case: find copies again, and show one once more."""

from typing import Protocol

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, UploadId, UserId
from imgoe_bot.domain.library import (
    PAGE_SIZE,
    Entry,
    Page,
    Query,
    Scope,
    may_see,
    pages_of,
    scope_of,
)
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.errors import NotAllowed, UploadNotFound
from imgoe_bot.services.cards.previews import preview_at
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.posts import PostStore

EXPORT_MAX = 10_000
"""Entries in one file; some 5 MB of JSON."""


class LibraryStore(Protocol):
    """Searches among the copies that exist and are not being erased."""

    async def count(self, scope: Scope, query: Query) -> int:
        """Return how many fit."""
        ...

    async def find(
        self, scope: Scope, query: Query, *, limit: int, offset: int = 0
    ) -> tuple[Entry, ...]:
        """Return those that fit, newest first."""
        ...

    async def get(self, upload_id: UploadId) -> Entry:
        """Return one; UploadNotFound when it is deleted, being erased, or never was."""
        ...


class CardPoster(Protocol):
    """Discord, as far as showing a card once more needs it."""

    async def may_post(self, user_id: UserId, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Tell whether a person could write in a channel themselves right now.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def post(self, card: Card, *, nonce: str) -> PostedCard:
        """Post a card in its post's channel; with the same nonce it posts once.

        Raises:
            SourceGone: there is no such channel any more.
            NotAllowed: the bot can't write there.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def remove(self, location: MessageLocation) -> None:
        """Take a message of ours away; one that is gone is left alone."""
        ...


class LibraryService:
    """Finds copies for those who may see them."""

    def __init__(
        self, store: LibraryStore, *, posts: PostStore, card_poster: CardPoster, clock: Clock
    ) -> None:
        self._store = store
        self._posts = posts
        self._card_poster = card_poster
        self._clock = clock

    async def page(self, actor: Actor, query: Query, *, number: int = 0) -> Page:
        """Return a page of what fits; beyond the last one, the last.

        Raises:
            NotAllowed: the server's copies, without the Manage Server permission.
        """
        scope = scope_of(actor, query.whose)
        total = await self._store.count(scope, query)
        shown = max(0, min(number, pages_of(total) - 1))
        entries = await self._store.find(scope, query, limit=PAGE_SIZE, offset=shown * PAGE_SIZE)
        return Page(entries, number=shown, total=total)

    async def export(self, actor: Actor, query: Query) -> tuple[Entry, ...]:
        """Return everything that fits, the newest ``EXPORT_MAX`` at most.

        Raises:
            NotAllowed: the server's copies, without the Manage Server permission.
        """
        scope = scope_of(actor, query.whose)
        return await self._store.find(scope, query, limit=EXPORT_MAX)

    async def get(self, actor: Actor, upload_id: UploadId) -> Entry:
        """Return one copy.

        Raises:
            UploadNotFound: there is none, or none that the actor may see.
        """
        entry = await self._store.get(upload_id)
        if not may_see(actor, entry.upload):
            raise UploadNotFound
        return entry

    async def post_again(self, actor: Actor, upload_id: UploadId, *, nonce: str) -> MessageLocation:
        """Post the copy's card below in its channel, and take the one before away.

        Raises:
            UploadNotFound: there is no such copy, or none that the actor may see.
            NotAllowed: the actor could not write in that channel themselves, or the bot can't.
            SourceGone: there is no such channel any more.
            SourceUnreachable: Discord did not answer.
        """
        entry = await self.get(actor, upload_id)
        upload = entry.upload
        if not await self._card_poster.may_post(actor.user_id, upload.guild_id, entry.channel_id):
            raise NotAllowed(needs="send_messages")
        card = await self._posts.get_card(upload.post_id, now=self._clock.now())
        posted = await self._card_poster.post(card, nonce=nonce)
        due = preview_at(posted, now=self._clock.now())
        await self._posts.set_card(card.post.id, posted.location, preview_at=due)
        if card.post.card is not None and card.post.card != posted.location:
            await self._card_poster.remove(card.post.card)
        return posted.location
