"""Sessions lost, events twice or out of order, servers that come late or go for a while."""

import asyncio
from collections.abc import Awaitable, Callable

from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

LOST_FOR_S = 1.0
"""How long people post after a session was lost, on both sides of the next one's begin."""
STEP_S = 0.1
READY_AFTER_S = 4.0
"""discord.py is ready two seconds after the last server came, or should have come."""


async def _go_on(stage: Stage, *, for_s: float = LOST_FOR_S) -> None:
    """Post a message every tenth of a second."""
    for _ in range(round(for_s / STEP_S)):
        await stage.crowd.say(stage.chance.choice(stage.crowd.places.open))
        await asyncio.sleep(STEP_S)


def lost(lose: Callable[[Stage], Awaitable[None]], *, times: int = 3) -> Play:
    """Return a play in which the session is lost so often, in a way."""

    async def play(stage: Stage) -> Verdict:
        async with stage.bot():
            await _go_on(stage)
            for _ in range(times):
                await lose(stage)
                await _go_on(stage)
                await stage.ready()
                await _go_on(stage)
            return await stage.judge()

    return play


async def forget(stage: Stage) -> None:
    """Drop the sockets; Discord has forgotten the session and replays nothing."""
    await stage.harness.sim.faults.drop_sockets(resumable=False)


async def drop(stage: Stage) -> None:
    """Drop the sockets; the session can be resumed."""
    await stage.harness.sim.faults.drop_sockets(resumable=True)


async def ask_to_reconnect(stage: Stage) -> None:
    """Send opcode 7."""
    stage.harness.sim.faults.ask_to_reconnect()


async def forgotten_and_answered(stage: Stage) -> Verdict:
    """Lose the session and what is posted meanwhile; somebody posts right after it is back."""
    async with stage.bot():
        await stage.crowd.say(stage.harness.photos)
        await forget(stage)
        for _ in range(8):
            await stage.crowd.say(stage.harness.photos)
        await stage.ready()
        for _ in range(4):
            await stage.crowd.say(stage.harness.photos)
        return await stage.judge()


async def doubled_and_reordered(stage: Stage) -> Verdict:
    """Have every event come twice, and some in reverse."""
    faults = stage.harness.sim.faults
    stage.crowd.edits_are_heard = True
    async with stage.bot():
        faults.duplicate_events(2)
        async with stage.crowd.posting():
            for _ in range(4):
                faults.reorder_events(3)
                await asyncio.sleep(1)
        faults.clear()
        return await stage.judge()


async def late(stage: Stage) -> Verdict:
    """Start while the server is away; it comes when the bot has been ready for a while."""
    faults, guild = stage.harness.sim.faults, stage.harness.guild
    async with stage.bot() as process:
        await stage.crowd.say(stage.harness.photos)
        await process.kill()
    faults.begin_outage(guild)
    await _go_on(stage)
    async with stage.bot():
        await asyncio.sleep(READY_AFTER_S)
        await _go_on(stage)
        faults.end_outage(guild)
        await _go_on(stage)
        return await stage.judge()


async def outage(stage: Stage) -> Verdict:
    """Let the server go in the middle, twice, with people who notice nothing."""
    faults, guild = stage.harness.sim.faults, stage.harness.guild
    async with stage.bot():
        for _ in range(2):
            await _go_on(stage)
            faults.begin_outage(guild)
            await _go_on(stage)
            faults.end_outage(guild)
        await _go_on(stage)
        return await stage.judge()
