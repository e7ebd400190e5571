"""Use case: find copies again, and show one once more."""

from typing import Protocol

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, UploadId, UserId
from imgoe_bot.domain.library import (
    COUNT_MAX,
    LAST_PAGE,
    PAGE_SIZE,
    Entry,
    Page,
    Query,
    Scope,
    ShownPage,
    may_see,
    number_from_end,
    pages_of,
    scope_of,
)
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.errors import NotAllowed, UploadNotFound
from imgoe_bot.services.cards.previews import preview_at
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.posts import PostStore

PAGES_MAX = COUNT_MAX // PAGE_SIZE
EXPORT_MAX = 10_000
"""Entries in one file; some 5 MB of JSON."""


class LibraryStore(Protocol):
    """Searches among the copies that exist and are not being erased."""

    async def count(self, scope: Scope, query: Query) -> int:
        """Return how many fit, ``COUNT_MAX`` + 1 at most."""
        ...

    async def find(
        self,
        scope: Scope,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        start: UploadId | None = None,
        oldest_first: bool = False,
    ) -> tuple[Entry, ...]:
        """Return those that fit, newest first unless the oldest are asked for.

        Args:
            scope: whose.
            query: what for.
            limit: how many at most.
            offset: how many are left out before; their number costs time.
            start: which one to begin with; nothing is found if that is not in the library.
            oldest_first: turns the order round.
        """
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

    async def page(
        self, actor: Actor, query: Query, *, number: int = 0, beside: ShownPage | None = None
    ) -> Page:
        """Return a page of what fits; beyond the last one, the last.

        Args:
            actor: who asks.
            query: what for.
            number: which page.
            beside: what they see now; pages are found from there where their number is high.

        Raises:
            NotAllowed: the server's copies, without the Manage Server permission.
        """
        scope = scope_of(actor, query.whose)
        total = await self._store.count(scope, query)
        pages = _Pages(self._store, scope, query, total)
        if total <= COUNT_MAX:
            return await pages.counted(max(0, min(number, pages_of(total) - 1)))
        found = await pages.beside(number, beside) if beside else None
        return found or await pages.near_an_end(max(0, min(number, LAST_PAGE)))

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


class _Pages:
    """The pages of what one query finds; its entries are not to be skipped one by one by thousands.

    So pages near either end are found by their number, and those between beside the one shown.
    """

    def __init__(self, store: LibraryStore, scope: Scope, query: Query, total: int) -> None:
        self._store = store
        self._scope = scope
        self._query = query
        self._total = total

    async def counted(self, number: int) -> Page:
        """Return a page where it is known how many there are."""
        entries = await self._find(offset=number * PAGE_SIZE)
        older = number < pages_of(self._total) - 1
        return Page(entries, number, self._total, has_newer=number > 0, has_older=older)

    async def near_an_end(self, number: int) -> Page:
        """Return one of the first or of the last pages, the nearest to a number."""
        from_end = number_from_end(number)
        if from_end is None:
            number = min(number, PAGES_MAX - 1)
            entries = await self._find(offset=number * PAGE_SIZE)
            return Page(entries, number, self._total, has_newer=number > 0, has_older=True)
        from_end = min(from_end, PAGES_MAX - 1)
        entries = await self._find(offset=from_end * PAGE_SIZE, oldest_first=True)
        number, older = LAST_PAGE - from_end, from_end > 0
        return Page(entries[::-1], number, self._total, has_newer=True, has_older=older)

    async def beside(self, number: int, shown: ShownPage) -> Page | None:
        """Return the page that is shown, or its neighbour; None for any other or if it is gone."""
        if abs(number - shown.number) > 1 or _is_near_an_end(number):
            return None
        upwards = number < shown.number
        found = await self._find(
            offset=int(number != shown.number),
            limit=PAGE_SIZE + 1,
            start=shown.newest if upwards else shown.oldest,
            oldest_first=upwards,
        )
        if not found:
            return None
        more, entries = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
        if upwards:
            return Page(entries[::-1], number, self._total, has_newer=more, has_older=True)
        return Page(entries, number, self._total, has_newer=True, has_older=more)

    async def _find(
        self,
        *,
        offset: int,
        limit: int = PAGE_SIZE,
        start: UploadId | None = None,
        oldest_first: bool = False,
    ) -> tuple[Entry, ...]:
        return await self._store.find(
            self._scope,
            self._query,
            limit=limit,
            offset=offset,
            start=start,
            oldest_first=oldest_first,
        )


def _is_near_an_end(number: int) -> bool:
    from_end = number_from_end(number)
    return (number if from_end is None else from_end) < PAGES_MAX
