"""People who post, edit and delete, whoever listens, and what ought to come of it."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from imgoe_bot.discordsim import Channel, Message, Person, Upload
from imgoe_bot.discordsim.actions.messages import edit_message
from imgoe_bot.discordsim.payloads.messages import attachment_path
from imgoe_bot.discordsim.rules.drafts import draft_from
from tests.flows.kit import Harness, picture

BRISK_S = (0.02, 0.2)
"""Between two things that people do."""
CALM_S = (0.05, 0.6)
"""The same where they go on for a quarter of an hour."""
SECOND_THOUGHTS_S = (0.0, 1.5)
"""From a message to its edit, or its deletion."""
BURST = 50


class Due(Enum):
    """What ought to become of a file."""

    KEPT = auto()
    EITHER = auto()
    """It came by an edit that nobody may have listened to: the gateway replays none."""
    NOT_KEPT = auto()
    """It was posted before the rule, in a pause, or by somebody who opted out."""


@dataclass(slots=True, eq=False)
class Sent:
    """A message of somebody's.

    Attributes:
        files: what ought to become of each, by its name, which no other file has.
    """

    message: Message
    author: Person
    files: dict[str, Due]

    @property
    def may_be_kept(self) -> bool:
        """Whether anything of it may be kept."""
        return any(due is not Due.NOT_KEPT for due in self.files.values())

    @property
    def is_due(self) -> bool:
        """Whether it has to have a row and a card: it stands, and something has to be kept."""
        return not self.message.deleted and Due.KEPT in self.files.values()


Act = Callable[[Sent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Places:
    """Where people are.

    Attributes:
        channels: mirrored channels.
        thread: a thread of one of them.
        bin: a mirrored channel whose copies go with their messages.
        paused: a mirrored channel that a moderator has paused.
        elsewhere: a channel that is not mirrored.
    """

    channels: Sequence[Channel]
    thread: Channel
    bin: Channel
    paused: Channel
    elsewhere: Channel

    @property
    def open(self) -> tuple[Channel, ...]:
        """Where all is kept, whatever becomes of the messages."""
        return (*self.channels, self.thread)


@dataclass(slots=True)
class Crowd:
    """People who post, whoever listens.

    Attributes:
        people: who posts.
        opted_out: who posts too, and wants nothing kept.
        pause_s: how long it lasts until the next of them does something, at least and at most.
        edits_are_heard: whether a bot is there at all times, so that no edit is missed.
        label: begins the name of every picture.
        sent: every message so far that has to do with a mirrored channel.
    """

    harness: Harness
    chance: random.Random
    places: Places
    people: Sequence[Person]
    opted_out: Person
    pause_s: tuple[float, float] = BRISK_S
    edits_are_heard: bool = False
    label: str = ""
    sent: list[Sent] = field(default_factory=list[Sent])
    _made: int = 0
    _afterwards: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def picture(self) -> Upload:
        """Return a picture unlike any other, under a name of its own."""
        self._made += 1
        return picture(f"{self.label}p{self._made}.png", colour=f"#{self._made:06x}")

    async def say(
        self, channel: Channel, *, by: Person | None = None, files: int = 1, due: Due = Due.KEPT
    ) -> Sent:
        """Post a message with so many pictures."""
        author = by or self.chance.choice(self.people)
        pictures = [self.picture() for _ in range(files)]
        words = "" if files else "look at this"
        message = await author.say(channel, words, files=pictures)
        sent = Sent(message, author, dict.fromkeys([each.filename for each in pictures], due))
        self.sent.append(sent)
        return sent

    async def burst(self, channel: Channel, count: int = BURST) -> list[Sent]:
        """Post many messages at once."""
        return [await self.say(channel) for _ in range(count)]

    async def add_file(self, sent: Sent) -> None:
        """Add a picture to a message by an edit."""
        if sent.message.deleted:
            return
        added = self.picture()
        sent.files[added.filename] = self._due_of_edit()
        world = self.harness.sim.world
        channel = world.channel(sent.message.channel_id)
        edit_message(world, channel, sent.message, draft_from({}, [added]))

    async def show_preview(self, sent: Sent) -> None:
        """Have a link's preview arrive, as it does a moment after its message."""
        if sent.message.deleted:
            return
        shown = await sent.author.say(self.places.elsewhere, files=[self.picture()])
        sent.files[shown.attachments[0].filename] = self._due_of_edit()
        url = self.harness.sim.world.links.sign(attachment_path(shown.attachments[0]))
        found = {"url": url, "proxy_url": url}
        embed = {"type": "image", "url": url, "thumbnail": found}
        self.harness.sim.unfurl(sent.message, [embed])

    def _due_of_edit(self) -> Due:
        return Due.KEPT if self.edits_are_heard else Due.EITHER

    async def delete(self, sent: Sent) -> None:
        """Delete a message."""
        if not sent.message.deleted:
            await sent.author.delete(sent.message)

    @asynccontextmanager
    async def posting(self) -> AsyncGenerator[None]:
        """Have people do whatever people do, while the block runs."""
        task = asyncio.create_task(self._post())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.gather(*self._afterwards)

    async def _post(self) -> None:
        while True:
            await self.do_something()
            await asyncio.sleep(self.chance.uniform(*self.pause_s))

    async def do_something(self) -> None:
        """Do one of the things that people do."""
        place = self.chance.choice([*self.places.open, *self.places.open, self.places.bin])
        await self.chance.choices(
            (self._plain, self._regretted, self._old_one_deleted, self._extended, self._unwanted),
            weights=(60, 12, 8, 12, 8),
        )[0](place)

    async def _plain(self, place: Channel) -> None:
        await self.say(place, files=self.chance.choice((1, 1, 1, 2)))

    async def _regretted(self, place: Channel) -> None:
        sent = await self.say(place)
        self._later(sent, self.delete)

    async def _old_one_deleted(self, place: Channel) -> None:
        standing = [each for each in self.sent if not each.message.deleted and each.may_be_kept]
        if standing:
            await self.delete(self.chance.choice(standing))
        await self.say(place)

    async def _extended(self, place: Channel) -> None:
        sent = await self.say(place, files=self.chance.choice((0, 1)))
        self._later(sent, self.chance.choice((self.add_file, self.show_preview)))

    async def _unwanted(self, place: Channel) -> None:
        if self.chance.random() < 0.5:
            await self.say(place, by=self.opted_out, due=Due.NOT_KEPT)
        else:
            await self.say(self.places.paused, due=Due.NOT_KEPT)

    def _later(self, sent: Sent, act: Act) -> None:
        async def wait_and_act() -> None:
            await asyncio.sleep(self.chance.uniform(*SECOND_THOUGHTS_S))
            await act(sent)

        task = asyncio.create_task(wait_and_act())
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)
