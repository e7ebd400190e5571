"""A machine whose clock is wrong by minutes: Discord's own time is in its ids."""

import os
import struct
from pathlib import Path

from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

SHIM = Path(__file__).parent / "shifted_clock"


class MovedClock:
    """The clock of bots that run with its environment; it may be moved while they run.

    Args:
        folder: where it is kept.
        shift_s: by how many seconds it is wrong, negative for behind.
    """

    def __init__(self, folder: Path, *, shift_s: float = 0.0) -> None:
        self._file = folder / "clock"
        self._shift_s = shift_s
        self._file.write_bytes(struct.pack("d", shift_s))

    def environment(self) -> dict[str, str]:
        """Return what a bot has to be told of it."""
        path = os.pathsep.join(filter(None, (str(SHIM), os.environ.get("PYTHONPATH"))))
        return {"PYTHONPATH": path, "CHAOS_CLOCK_FILE": str(self._file)}

    def advance(self, by_s: float) -> None:
        """Move it on, in one step, as if so much time had passed."""
        self._shift_s += by_s
        with self._file.open("r+b") as file:  # the same file, which bots have mapped
            file.write(struct.pack("d", self._shift_s))


def shifted(by_s: float) -> Play:
    """Return a play on a machine whose clock is wrong by so many seconds, negative for behind."""

    async def play(stage: Stage) -> Verdict:
        clock = MovedClock(stage.harness.folder, shift_s=by_s).environment()
        async with stage.bot(**clock) as process:
            for place in stage.crowd.places.open:
                await stage.crowd.say(place)
            await process.kill()
        for place in stage.crowd.places.open:
            await stage.crowd.say(place, files=2)
        async with stage.bot(**clock):
            await stage.crowd.say(stage.harness.photos)
            return await stage.judge()

    return play


def put_right(from_s: float) -> Play:
    """Return a play in which a clock that was wrong is put right while the bot is down."""

    async def play(stage: Stage) -> Verdict:
        clock = MovedClock(stage.harness.folder, shift_s=from_s).environment()
        async with stage.bot(**clock) as process:
            await stage.crowd.say(stage.harness.photos)
            await process.kill()
        await stage.crowd.say(stage.harness.photos)
        async with stage.bot():
            await stage.crowd.say(stage.harness.photos)
            return await stage.judge()

    return play
