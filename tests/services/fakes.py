"""The outside world in memory: a clock that is moved, a host, a Discord."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.command import Command
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.ids import ChannelId, MessageId, UploadId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Contact
from imgoe_bot.domain.upload import DeleteLink, Details, Stored, Upload
from imgoe_bot.domain.upload_options import Remark
from imgoe_bot.errors import HostError, ImgoeError
from imgoe_bot.services.ports.image_host import Recall, SentState
from imgoe_bot.services.ports.media import MediaFile, Thumb
from tests.contracts.stores import CARD, HOST, NOW, fresh_number

BODY = b"\x89PNG\r\n\x1a\n" + bytes(500)


@dataclass(slots=True)
class FakeClock:
    """Stands still until it is moved."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        self.time += by


@dataclass(slots=True)
class FakeReader:
    """Hands out the same bytes for every source."""

    opened: list[Source] = field(default_factory=list[Source])
    typed_gate: asyncio.Event | None = None
    """What sites that people name keep the reader waiting for."""

    @asynccontextmanager
    async def open(self, source: Source, *, limit_bytes: int) -> AsyncGenerator[MediaFile]:
        self.opened.append(source)
        if source.typed and self.typed_gate is not None:
            await self.typed_gate.wait()
        yield MediaFile(source.filename, "image/png", len(BODY), self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield BODY[:100]
        yield BODY[100:]


@dataclass(slots=True)
class FakeHost:
    """Keeps what it is sent by delete link; fails as it is told, oldest order first."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    uploads: int = 0
    failures: list[BaseException] = field(default_factory=list[BaseException])
    gate: asyncio.Event | None = None
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    """What one host's answers wait for instead, by its address."""
    deleting: asyncio.Event | None = None
    """What an answer to a deletion waits for."""
    details: list[Details] = field(default_factory=list[Details])
    moderates: bool = False
    looks: int = 0
    at_once: int = 0
    most_at_once: int = 0

    knows_keys: bool = False
    by_key: dict[str, Stored] = field(default_factory=dict[str, Stored])
    keys: list[str | None] = field(default_factory=list[str | None])
    are_unique: list[bool] = field(default_factory=list[bool])
    losing: list[BaseException] = field(default_factory=list[BaseException])
    """What comes in place of answers, of files that are stored."""
    answers: asyncio.Event | None = None
    """What the answer about the next file that is stored waits for."""

    async def upload(
        self,
        media: MediaFile,
        *,
        host_url: str,
        key: ApiKey,
        details: Details,
        idempotency_key: str | None = None,
        is_unique: bool = False,
    ) -> Stored:
        self.details.append(details)
        self.are_unique.append(is_unique)
        self.keys.append(idempotency_key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            stored = await self._take(media, self.gates.get(host_url, self.gate))
        finally:
            self.at_once -= 1
        self.by_key[idempotency_key or ""] = stored
        answers, self.answers = self.answers, None
        if answers is not None:
            await answers.wait()
        if self.losing:
            raise self.losing.pop(0)
        return stored

    async def recall(self, idempotency_key: str, *, host_url: str, key: ApiKey) -> Recall:
        if not self.knows_keys:
            return Recall(SentState.UNKNOWN)
        stored = self.by_key.get(idempotency_key)
        return Recall(SentState.STORED if stored else SentState.NOT_STORED, stored)

    async def _take(self, media: MediaFile, gate: asyncio.Event | None) -> Stored:
        body = b"".join([chunk async for chunk in media.chunks])
        if gate is not None:
            await gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.uploads += 1
        link = f"{HOST}/image/{self.uploads}/delete/{self.uploads:048x}"
        self.files[link] = body
        page = f"{HOST}/image/{self.uploads}"
        return Stored(
            media.mime,
            len(body),
            page,
            page,
            thumb_url=None if self.moderates else f"{page}.th.png",
            delete_link=DeleteLink(link),
            approved=not self.moderates,
        )

    async def find_published(self, stored: Stored, *, host_url: str) -> Stored | None:
        self.looks += 1
        if self.failures:
            raise self.failures.pop(0)
        if self.moderates:
            return None
        url = f"{stored.viewer_url}.png"
        return replace(stored, approved=True, url=url, thumb_url=url)

    async def delete(self, link: DeleteLink, *, host_url: str) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        found = self.files.pop(link.value, None) is not None
        if self.deleting is not None:
            await self.deleting.wait()
        return found


@dataclass(slots=True)
class FakeAnswerer:
    """Remembers how commands were answered."""

    cards: list[Card] = field(default_factory=list[Card])
    refusals: list[ImgoeError] = field(default_factory=list[ImgoeError])
    waits: list[ImgoeError | None] = field(default_factory=list[ImgoeError | None])

    async def answer(
        self, command: Command, card: Card, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        self.cards.append(card)
        return None if command.private else PostedCard(CARD)

    async def remark(
        self,
        command: Command,
        card: Card,
        *,
        remarks: tuple[Remark, ...],
        near: tuple[QuotaUse, ...],
    ) -> None:
        return None

    async def refuse(self, command: Command, post: Post, error: ImgoeError) -> None:
        self.refusals.append(error)

    async def tell_waiting(self, command: Command, post: Post, error: HostError | None) -> None:
        self.waits.append(error)


@dataclass(slots=True)
class FakeThumbs:
    """Hands out the same thumb for every upload, but for those that are told apart."""

    failures: dict[str, ImgoeError] = field(default_factory=dict[str, ImgoeError])
    """By file name."""

    async def read(self, upload: Upload, *, limit_bytes: int) -> Thumb:
        failure = self.failures.get(upload.filename)
        if failure is not None:
            raise failure
        return Thumb("image/png", BODY[:limit_bytes])


@dataclass(slots=True)
class FakeMessenger:
    """Remembers what was said to whom; posts once a nonce."""

    cards: dict[str, Card] = field(default_factory=dict[str, Card])
    notes: dict[str, Card] = field(default_factory=dict[str, Card])
    direct_messages: list[list[str]] = field(default_factory=list[list[str]])
    letters_repeated: list[bool] = field(default_factory=list[bool])
    delivered: int = 0
    withdrawn: list[Card] = field(default_factory=list[Card])
    told_waiting: list[tuple[Contact, ImgoeError]] = field(
        default_factory=list[tuple[Contact, ImgoeError]]
    )
    backfilled: list[tuple[Post, int]] = field(default_factory=list[tuple[Post, int]])
    refreshed: list[Card] = field(default_factory=list[Card])
    paused: list[list[MirrorRule]] = field(default_factory=list[list[MirrorRule]])
    removed: list[Card] = field(default_factory=list[Card])
    held: list[Card] = field(default_factory=list[Card])
    held_failures: list[ImgoeError] = field(default_factory=list[ImgoeError])
    options: list[Options] = field(default_factory=list[Options])
    repeated: list[bool] = field(default_factory=list[bool])
    near: list[Sequence[QuotaUse]] = field(default_factory=list[Sequence[QuotaUse]])
    dms_open: bool = True
    gate: asyncio.Event | None = None
    sending: asyncio.Event | None = None
    """What the answer to a direct message waits for."""
    source_failures: list[ImgoeError] = field(default_factory=list[ImgoeError])
    deliver_failures: list[ImgoeError] = field(default_factory=list[ImgoeError])
    announce_failures: list[ImgoeError] = field(default_factory=list[ImgoeError])
    refresh_failures: list[ImgoeError] = field(default_factory=list[ImgoeError])
    loses_thumbs: int = 0
    """How many times Discord still fails to load what it is shown."""
    attached: list[Mapping[UploadId, Thumb]] = field(default_factory=list[Mapping[UploadId, Thumb]])
    on_refresh: Callable[[], Awaitable[None]] | None = None

    async def find_source(self, post: Post, item: Item) -> Source:
        if self.source_failures:
            raise self.source_failures.pop(0)
        return Source(f"https://cdn.example/{item.attachment_id}", item.filename, len(BODY))

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        self.options.append(options)
        self.repeated.append(repeated)
        if self.announce_failures:
            raise self.announce_failures.pop(0)
        self.cards[nonce] = card
        if self.gate is not None:
            await self.gate.wait()
        return PostedCard(
            MessageLocation(ChannelId(77), MessageId(fresh_number())), self._loses_thumbs()
        )

    def _loses_thumbs(self) -> bool:
        self.loses_thumbs -= 1
        return self.loses_thumbs >= 0

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> MessageLocation:
        if self.held_failures:
            raise self.held_failures.pop(0)
        self.held.append(card)
        return card.post.card or MessageLocation(ChannelId(77), MessageId(fresh_number()))

    async def remove_card(self, card: Card) -> None:
        self.removed.append(card)

    async def refresh(self, card: Card) -> None:
        if self.refresh_failures:
            raise self.refresh_failures.pop(0)
        self.refreshed.append(card)
        if self.on_refresh is not None:
            await self.on_refresh()

    async def lacks_thumbs(self, card: Card) -> bool:
        return self._loses_thumbs()

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        self.attached.append(thumbs)
        if self.on_refresh is not None:
            await self.on_refresh()

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[QuotaUse] = (), repeated: bool
    ) -> bool:
        self.near.append(near)
        self.delivered += 1
        self.letters_repeated.append(repeated)
        if self.deliver_failures:
            raise self.deliver_failures.pop(0)
        if self.dms_open:
            self.direct_messages.append([card.post.id for card in cards])
            self.notes |= {card.post.id: card for card in cards}
        if self.sending is not None:
            await self.sending.wait()
        return self.dms_open

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        self.paused.append(list(rules))

    async def tell_backfilled(self, post: Post, files: int, *, nonce: str, repeated: bool) -> bool:
        self.backfilled.append((post, files))
        return self.dms_open

    async def tell_waiting(self, contact: Contact, error: ImgoeError) -> None:
        self.told_waiting.append((contact, error))

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        self.withdrawn.append(card)
