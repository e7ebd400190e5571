"""Discord has a bad time while people post, for a while."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_troubles import Trouble
from benchmarks.chaos_verdict import Verdict
from imgoe_bot.discordsim import Permission

POSTING = "POST /channels/*/messages"
ANY = "*"
TROUBLE_S = 4.0
RATE_LIMITED_S = 0.5


def through(trouble: Trouble, *, for_s: float = TROUBLE_S) -> Play:
    """Return a play with people who go on posting before, during and after a trouble."""

    async def play(stage: Stage) -> Verdict:
        stage.crowd.edits_are_heard = True
        async with stage.bot():
            async with stage.crowd.posting():
                await asyncio.sleep(1)
                async with trouble(stage):
                    await asyncio.sleep(for_s)
                await asyncio.sleep(1)
            return await stage.judge()

    return play


def refusing(*statuses: int, pattern: str = POSTING) -> Trouble:
    """Answer all requests of a pattern with these statuses in turn."""

    @asynccontextmanager
    async def trouble(stage: Stage) -> AsyncGenerator[None]:
        faults = stage.harness.sim.faults
        faults.retry_after_s = RATE_LIMITED_S
        faults.next_statuses(pattern, list(statuses) * 1000)
        yield
        faults.clear()

    return trouble


def losing_answers(pattern: str = POSTING) -> Trouble:
    """Do what is asked, and let every second answer be lost on its way."""

    @asynccontextmanager
    async def trouble(stage: Stage) -> AsyncGenerator[None]:
        stage.harness.sim.faults.lose_answers(pattern, every=2)
        yield
        stage.harness.sim.faults.clear()

    return trouble


@asynccontextmanager
async def may_not_post(stage: Stage) -> AsyncGenerator[None]:
    """Take the right to post in a channel away, and give it back."""
    faults, photos = stage.harness.sim.faults, stage.harness.photos
    faults.revoke(photos, Permission.SEND_MESSAGES)
    yield
    faults.restore(photos)


@asynccontextmanager
async def dropping(stage: Stage) -> AsyncGenerator[None]:
    """Drop the gateway again and again, and refuse and lose answers meanwhile."""

    async def drop() -> None:
        while True:
            await stage.harness.sim.faults.drop_sockets(resumable=True)
            await asyncio.sleep(1)

    task = asyncio.create_task(drop())
    try:
        async with losing_answers()(stage):
            yield
    finally:
        task.cancel()
