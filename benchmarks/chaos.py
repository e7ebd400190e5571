"""Kill the bot again and again while people post, and count what was lost: ``make chaos``.

The real process, a real SQLite file, Discord and host on loopback. The bot is killed (SIGKILL) at
any moment from its start on, in the middle of it too; people go on posting while it is away.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from imgoe_bot.discordsim import Message
from tests.flows.bot_process import bot_process
from tests.flows.kit import NO_PAUSES, Harness, eventually, open_harness, picture

RESULTS = Path(__file__).parent / "results"
LIFE_S = (0.3, 7.0)
"""From the start of a process to its end: it connects after a second or two, slower if busy."""
PAUSE_S = (0.05, 0.6)
"""Between two messages."""
SETTLED_S = 300.0
"""The longest wait for what is still to be done when all is over."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign came to.

    Attributes:
        kills: how often the bot was killed.
        messages: how many messages with a picture were posted.
        without_row: of these, how many the bot never stored; each is lost.
        without_card: of these, how many have no card.
        second_cards: cards beyond the first of a message.
        second_notes: direct messages that tell of a picture already told of.
        copies: files that the host holds.
        orphans: of these, how many the bot's database does not know.
    """

    kills: int
    messages: int
    without_row: int
    without_card: int
    second_cards: int
    second_notes: int
    copies: int
    orphans: int


@dataclass(slots=True)
class Crowd:
    """People who post pictures, whoever listens."""

    harness: Harness
    chance: random.Random
    posted: list[Message] = field(default_factory=list[Message])

    @asynccontextmanager
    async def posting(self) -> AsyncGenerator[None]:
        """Post while the block runs."""
        task = asyncio.create_task(self._post())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _post(self) -> None:
        while True:
            number = len(self.posted)
            file = picture(f"{number}.png", colour=f"#{self.chance.randrange(1 << 24):06x}")
            self.posted.append(await self.harness.ben.say(self.harness.photos, files=[file]))
            await asyncio.sleep(self.chance.uniform(*PAUSE_S))


async def campaign(folder: Path, *, kills: int, seed: int) -> Result:
    """Run one campaign in an empty folder."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    async with open_harness(folder, NO_PAUSES) as harness:
        async with bot_process(harness, IMGOE_HOST_BUDGET="none"):
            await harness.sim.bot_ready(commands=True, timeout_s=60)
            await harness.set_key()
            await harness.mirror()
        crowd = Crowd(harness, chance)
        async with crowd.posting():
            for _ in range(kills):
                async with bot_process(harness, IMGOE_HOST_BUDGET="none") as process:
                    await asyncio.sleep(chance.uniform(*LIFE_S))
                    await process.kill()
        async with bot_process(harness, IMGOE_HOST_BUDGET="none"):
            await _settled(harness, crowd.posted)
        return _counted(harness, crowd.posted, kills=kills)


async def _settled(harness: Harness, posted: list[Message]) -> None:
    """Wait until every message is answered, or for as long as there is any hope."""
    open_jobs = (
        "SELECT count(*) FROM job WHERE state IN ('ready', 'leased', 'waiting') "
        "AND step IN ('upload', 'announce', 'deliver')"
    )
    with suppress(TimeoutError):
        await eventually(
            lambda: not _unanswered(harness, posted) and not harness.read_number(open_jobs),
            patience_s=SETTLED_S,
        )


def _answers(harness: Harness) -> Counter[int]:
    references = [card.reference for card in harness.cards(harness.photos)]
    return Counter(each.message_id for each in references if each and each.message_id)


def _unanswered(harness: Harness, posted: list[Message]) -> int:
    answers = _answers(harness)
    return sum(message.id not in answers for message in posted)


def _counted(harness: Harness, posted: list[Message], *, kills: int) -> Result:
    has_row = "SELECT count(*) FROM post WHERE message_id = ?"
    answers = _answers(harness)
    told = Counter(
        line
        for note in harness.ben.messages(harness.ben.dm)
        for line in note.content.splitlines()
        if "/delete/" in line
    )
    stored = sum(1 for _ in (harness.folder / "host" / "images").rglob("*.th.*"))
    known = harness.read_number("SELECT count(*) FROM upload")
    return Result(
        kills=kills,
        messages=len(posted),
        without_row=sum(not harness.read_number(has_row, message.id) for message in posted),
        without_card=_unanswered(harness, posted),
        second_cards=sum(count - 1 for count in answers.values()),
        second_notes=sum(count - 1 for count in told.values()),
        copies=stored,
        orphans=stored - known,
    )


def main() -> int:
    """Run, print and keep the result; 1 when a message was lost or answered twice."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(campaign(Path(folder), kills=given.kills, seed=given.seed))
    text = json.dumps(asdict(result), indent=2)
    (RESULTS / "chaos.json").write_text(text + "\n")
    sys.stdout.write(text + "\n")
    return int(bool(result.without_row or result.second_cards))


if __name__ == "__main__":
    sys.exit(main())
