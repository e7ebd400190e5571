"""Kill the bot again and again while it reads a backfill, and count what was lost or doubled.

The real process, a real SQLite file, Discord and host on loopback: `python -m
benchmarks.backfill_kills`. The bot is killed (SIGKILL) each time it has read so many messages more.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from imgoe_bot.adapters.store import migrate, open_engine
from imgoe_bot.domain.backfill import BackfillState
from tests.flows.backfilling import open_desk
from tests.flows.bot_process import bot_process
from tests.flows.kit import NO_PAUSES, Harness, eventually, open_harness, picture

RESULTS = Path(__file__).parent / "results"
PATIENCE_S = 1800.0
"""The longest wait for what lies between two kills."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign came to.

    Attributes:
        kills: how often the bot was killed.
        messages: how many messages, each with a picture, there were.
        looked_at: how many of them the backfill says it has read.
        missing: pictures without a row of their own.
        doubled: rows beyond the first of a picture.
        failed: pictures that the backfill says it could not keep.
        cards: cards, of which it was to post none.
        summaries: direct messages, of which it was to send one.
        orphans: files at the host beyond one a picture: sent by a process that was killed before it
            could store that.
        seconds: how long it took.
    """

    kills: int
    messages: int
    looked_at: int
    missing: int
    doubled: int
    failed: int
    cards: int
    summaries: int
    orphans: int
    seconds: int

    @property
    def is_whole(self) -> bool:
        """Whether each picture was kept once, silently, and its author told once."""
        wrong = (self.missing, self.doubled, self.failed, self.cards, self.summaries - 1)
        return not any(wrong) and self.looked_at == self.messages


async def run(messages: int, every: int, folder: Path) -> Result:
    """Post messages, have them kept, kill the bot each time so many more were read."""
    (folder / "bot").mkdir()
    engine = open_engine(f"sqlite+aiosqlite:///{folder / 'bot' / 'imgoe_bot.sqlite3'}")
    await migrate(engine)
    await engine.dispose()
    async with open_harness(folder, NO_PAUSES) as harness:
        async with harness.bot():
            await harness.set_key()
        await _post(harness, messages)
        async with open_desk(harness) as desk:
            began = time.monotonic()
            backfill = await desk.begin(harness.photos.id, summary=True)
            kills = list(range(every, messages, every))
            for read in kills:
                async with bot_process(harness, IMGOE_HOST_BUDGET="none") as process:
                    await _has_read(harness, read)
                    await process.kill()
                print(f"killed after {read} messages", file=sys.stderr)
            async with bot_process(harness, IMGOE_HOST_BUDGET="none"):
                done = await desk.done(backfill, patience_s=PATIENCE_S)
                sent = "SELECT count(*) FROM job WHERE step = 'deliver' AND state = 'done'"
                await eventually(lambda: harness.read_number(sent) == 1)
            assert done.state is BackfillState.DONE
            rows = harness.read_texts("SELECT attachment_id FROM upload")
            return Result(
                kills=len(kills),
                messages=messages,
                looked_at=done.counts.messages,
                missing=messages - len(set(rows)),
                doubled=len(rows) - len(set(rows)),
                failed=done.counts.failed,
                cards=len(harness.cards(harness.photos)),
                summaries=len(harness.ben.dm.messages),
                orphans=_at_host(harness) - len(rows),
                seconds=round(time.monotonic() - began),
            )


async def _post(harness: Harness, messages: int) -> None:
    for number in range(messages):
        file = picture(f"{number}.png", colour=f"#{number:06x}")
        await harness.ben.say(harness.photos, files=[file])


async def _has_read(harness: Harness, messages: int) -> None:
    query = "SELECT max(messages) FROM backfill"
    await eventually(lambda: harness.read_number(query) >= messages, patience_s=PATIENCE_S)


def _at_host(harness: Harness) -> int:
    files = (harness.folder / "host" / "images").rglob("*.png")
    return len([file for file in files if ".th." not in file.name and ".md." not in file.name])


def main() -> int:
    """Run a campaign, and keep what it came to; 1 where something was lost or doubled."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--every", type=int, default=1000)
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="backfill-", dir=os.environ.get("TMPDIR")))
    try:
        result = asyncio.run(run(given.messages, given.every, folder))
    finally:
        shutil.rmtree(folder)
    text = json.dumps(asdict(result), indent=2)
    (RESULTS / "backfill_kills.json").write_text(text + "\n")
    print(text)
    return 0 if result.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
