"""Whether each message and each file came to what it ought to: row, card, delete link, copy."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace

from benchmarks.chaos_crowd import Crowd, Due, Sent
from benchmarks.chaos_databases import Database
from benchmarks.chaos_seen import Seen
from imgoe_bot.discordsim import Message
from tests.flows.kit import Harness

SETTLED_S = 240.0
"""The longest wait for what is still to be done when the trouble is over."""
QUIET_S = 40.0
"""After so long without any change, nothing more is hoped for."""
LOOKED_EVERY_S = 0.25
NEIGHBOUR_MAX = 2.0
"""The longest that a server may wait because of another one's host, in its usual times."""
LINKS_USED = 20
"""Of the delete links so many are used; all of them are looked at."""

_LINE = re.compile(r"\*\*(?P<file>[^*]+)\*\* · delete link: <(?P<link>[^>]+)>")
_IN_LIBRARY = re.compile(r"and (\d+) more: `/library`")
"""What a direct message says of copies that found no place in it."""
_OPEN_JOBS = (
    "SELECT count(*) FROM job WHERE state NOT IN ('done', 'dead') "
    "AND step IN ('upload', 'announce', 'deliver', 'retire')"
)
_UPLOADS = (
    "SELECT post.message_id, upload.filename, upload.viewer_url, upload.deleted_at "
    "FROM upload JOIN post ON post.id = upload.post_id"
)
_RENDITION = re.compile(r"\.(th|md|fr)\.")
_LISTED = "SELECT filename FROM orphan"
_SOURCE = re.compile(r".*?p\d+")
"""The beginning of a file's name that a copy's name at the host has too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scenario came to.

    Attributes:
        messages: how many messages that have to be kept were posted, and stand.
        without_row: of these, how many the bot never stored.
        without_card: of these, how many have no card.
        second_cards: cards beyond the first of a message, and those that answer none.
        doubled_notes: delete links told twice.
        missing_notes: copies whose delete link was never told, nor that the library has it.
        files_lost: files that have to be kept and aren't.
        off_card: kept files that the card of their message does not show.
        wrongly_kept: copies of what must not be kept: posted before the rule, in a pause, by
            somebody who opted out, or withdrawn before its card, or where copies go with it.
        dead_links: delete links that don't work.
        edits_missed: files that came by an edit nobody may have listened to, and aren't kept.
        orphans: files at the host that the bot's database does not know.
        unlisted: of these, how many nobody would ever find: where the host can be asked what it
            has, all of them; else those that the bot's list of likely orphans does not name.
        tries: uploads begun.
        copies: files at the host beyond the first of each that was posted.
        neighbour: how many times as long as usual another server waits for a card; 0 for nobody.
        settle_s: seconds from the end of the trouble until all was done.
        seen: what people read until then, but of copies.
    """

    messages: int
    without_row: int
    without_card: int
    second_cards: int
    doubled_notes: int
    missing_notes: int
    files_lost: int
    off_card: int
    wrongly_kept: int
    edits_missed: int
    orphans: int
    unlisted: int = 0
    tries: int = 0
    copies: int = 0
    dead_links: int = 0
    neighbour: float = 0.0
    settle_s: float = 0.0
    seen: str = ""

    @property
    def losses(self) -> int:
        """Everything that must be 0."""
        return sum(
            (
                self.without_row,
                self.without_card,
                self.second_cards,
                self.doubled_notes,
                self.missing_notes,
                self.files_lost,
                self.off_card,
                self.wrongly_kept,
                self.dead_links,
                self.unlisted,
                self.neighbour > NEIGHBOUR_MAX,
            )
        )


@dataclass(frozen=True, slots=True)
class _Copy:
    message_id: int
    viewer_url: str
    deleted: bool


@dataclass(slots=True)
class Judge:
    """Compares what people did with what became of it.

    Attributes:
        knows_keys: whether the host can be asked what it has stored.
    """

    harness: Harness
    database: Database
    crowd: Crowd
    knows_keys: bool = True
    _seen: Seen = field(default_factory=Seen)
    _links: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def settle(self) -> Verdict:
        """Wait until all is well, or nothing changes any more; then try the delete links."""
        began = changed = time.monotonic()
        before: tuple[object, ...] = ()
        while True:
            verdict, open_jobs = await self.look()
            now = time.monotonic()
            if (astuple(verdict), open_jobs) != before:
                before, changed = (astuple(verdict), open_jobs), now
            done = not (verdict.losses or open_jobs)
            if done or now - changed > QUIET_S or now - began > SETTLED_S:
                break
            await asyncio.sleep(LOOKED_EVERY_S)
        dead, settle_s = await self._dead_links(), round(changed - began, 1)
        return replace(verdict, dead_links=dead, settle_s=settle_s, seen=str(self._seen))

    async def look(self) -> tuple[Verdict, int]:
        """Return how it stands now, and how many jobs are still to be done."""
        rows = {int(row[0]) for row in await self._ids_of_posts()}
        copies = {
            str(name): _Copy(int(message_id or 0), str(url), deleted_at is not None)
            for message_id, name, url, deleted_at in await self.database.read(_UPLOADS)
        }
        open_jobs = int((await self.database.read(_OPEN_JOBS))[0][0])
        verdict = self._judge(rows, copies)
        listed = [str(name) for (name,) in await self.database.read(_LISTED)]
        return self._with_copies(verdict, copies, listed), open_jobs

    def _with_copies(
        self, verdict: Verdict, copies: Mapping[str, _Copy], listed: Iterable[str]
    ) -> Verdict:
        """Compare the files at the host with what is known of them, by the file that was posted."""
        there = Counter(map(_source, self._files_at_host()))
        known = Counter(_source(name) for name, copy in copies.items() if not copy.deleted)
        orphans = there - known
        lost = orphans if self.knows_keys else orphans - Counter(map(_source, listed))
        copied = sum(there.values()) - len(there)
        return replace(verdict, orphans=orphans.total(), unlisted=lost.total(), copies=copied)

    async def _ids_of_posts(self) -> Iterable[tuple[int]]:
        found = await self.database.read("SELECT message_id FROM post WHERE message_id > 0")
        return [(int(row[0]),) for row in found]

    def _judge(self, rows: set[int], copies: Mapping[str, _Copy]) -> Verdict:
        sent = self.crowd.sent
        due = [each for each in sent if each.is_due]
        cards = self._cards()
        kept = {name: copy for name, copy in copies.items() if not copy.deleted}
        self._links = self._told()
        files = [(name, what) for each in due for name, what in each.files.items()]
        told = [name for name, copy in kept.items() if cards.get(copy.message_id)]
        return Verdict(
            messages=len(due),
            without_row=sum(each.message.id not in rows for each in due),
            without_card=sum(not cards.get(each.message.id) for each in due),
            second_cards=_too_many(cards, {each.message.id for each in sent}),
            doubled_notes=sum(len(links) - 1 for links in self._links.values()),
            missing_notes=max(0, sum(name not in self._links for name in told) - self._led()),
            files_lost=sum(what is Due.KEPT and name not in kept for name, what in files),
            off_card=sum(not _shows(cards.get(copy.message_id), copy) for copy in kept.values()),
            wrongly_kept=sum(self._wrongly_kept(each, kept, cards) for each in sent),
            edits_missed=sum(what is Due.EITHER and name not in kept for name, what in files),
            orphans=0,
        )

    def _wrongly_kept(
        self, sent: Sent, kept: Mapping[str, _Copy], cards: Mapping[int, list[Message]]
    ) -> int:
        is_in_bin = sent.message.channel_id == self.crowd.places.bin.id
        may_stay = not is_in_bin and bool(cards.get(sent.message.id))
        has_to_go = sent.message.deleted and not may_stay
        return sum(
            name in kept and (has_to_go or what is Due.NOT_KEPT)
            for name, what in sent.files.items()
        )

    def _cards(self) -> dict[int, list[Message]]:
        """Return the cards by the message that each answers, 0 for none."""
        places = self.crowd.places
        cards: dict[int, list[Message]] = {}
        for channel in (*places.open, places.bin, places.paused, places.elsewhere):
            for card in self.harness.cards(channel):
                source = card.reference.message_id if card.reference else 0
                cards.setdefault(source, []).append(card)
                self._seen.add_card(card)
        for note in self.harness.ada.messages(self.harness.ada.dm):
            self._seen.add_note(note)
        return cards

    def _told(self) -> dict[str, list[str]]:
        """Return the delete links that were told, by the file's name."""
        links: dict[str, list[str]] = {}
        for person in (*self.crowd.people, self.crowd.opted_out):
            for note in person.messages(person.dm):
                for line in _LINE.finditer(note.content):
                    links.setdefault(line["file"], []).append(line["link"])
        return links

    def _led(self) -> int:
        """Return how many copies people were led to the library for."""
        people = (*self.crowd.people, self.crowd.opted_out)
        notes = (note.content for person in people for note in person.messages(person.dm))
        return sum(int(count) for note in notes for count in _IN_LIBRARY.findall(note))

    def _files_at_host(self) -> list[str]:
        files = (self.harness.folder / "host" / "images").rglob("*")
        names = [each.name for each in files if each.is_file()]
        return [name for name in names if _SOURCE.match(name) and not _RENDITION.search(name)]

    async def _dead_links(self) -> int:
        """Look at each delete link of a file that is kept, and use some of them."""
        copies = await self.database.read(_UPLOADS)
        kept = {str(name): str(url) for _, name, url, deleted_at in copies if deleted_at is None}
        told = [(self._links[name][0], url) for name, url in kept.items() if name in self._links]
        dead = [await self.harness.status(link) != 200 for link, _ in told]
        for link, url in told[:LINKS_USED]:
            await self.harness.http.post(link)
            dead.append(await self.harness.status(url) != 404)
        return sum(dead)


def _source(name: str) -> str:
    found = _SOURCE.match(name)
    return found[0] if found else name


def _too_many(cards: Mapping[int, list[Message]], sources: set[int]) -> int:
    count = Counter({source: len(found) for source, found in cards.items()})
    return sum(found - (source in sources) for source, found in count.items())


def _shows(cards: list[Message] | None, copy: _Copy) -> bool:
    """Tell whether a card shows a copy; a copy without any card is counted as such."""
    return not cards or any(copy.viewer_url in str((c.embeds, c.components)) for c in cards)
