"""A machine whose clock is wrong by minutes: Discord's own time is in its ids."""

import os
from pathlib import Path

from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

SHIM = Path(__file__).parent / "shifted_clock"


def shifted(by_s: float) -> Play:
    """Return a play on a machine whose clock is wrong by so many seconds, negative for behind."""

    async def play(stage: Stage) -> Verdict:
        clock = _clock(by_s)
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
        async with stage.bot(**_clock(from_s)) as process:
            await stage.crowd.say(stage.harness.photos)
            await process.kill()
        await stage.crowd.say(stage.harness.photos)
        async with stage.bot():
            await stage.crowd.say(stage.harness.photos)
            return await stage.judge()

    return play


def _clock(shift_s: float) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(SHIM), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "CHAOS_CLOCK_SHIFT_S": str(shift_s)}
