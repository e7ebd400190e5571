"""Ends at any moment of a life, by force and by request, with people who post all the time."""

import asyncio
import time

from benchmarks.chaos_crowd import BURST, CALM_S
from benchmarks.chaos_host_faults import late
from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

LOADING = (0.05, 1.0)
"""Every second process ends while it loads, opens its database, logs in: shares of a start."""
CONNECTED_S = (-0.4, 4.5)
"""The others end when they are about to be connected, catch up or work: from a start's end on."""
ANSWER_S = 0.3
"""How long the host takes, so that ends meet uploads."""
BURST_LIFE_S = (0.2, 1.5)
"""From a burst to the kill."""


def kills(count: int) -> Play:
    """Return a campaign of so many kills, and bursts before some of them."""

    async def play(stage: Stage) -> Verdict:
        stage.crowd.pause_s = CALM_S
        async with stage.bot() as process:
            await process.kill()
        async with stage.crowd.posting(), stage.proxy.answering(late(ANSWER_S)):
            start_s = await _start_s(stage)
            for number in range(count):
                async with stage.starting() as process:
                    await asyncio.sleep(_life_s(stage, start_s, is_short=number % 2 == 1))
                    if number % 10 == 4:
                        await _burst(stage)
                    await process.kill()
        async with stage.bot():
            return await stage.judge()

    return play


def terminated(count: int, *, burst_of: int = BURST) -> Play:
    """Return a play in which the bot is asked to end so often, each time in the middle of work.

    Raises:
        RuntimeError: it ended with an error, or said so in its log.
    """

    async def play(stage: Stage) -> Verdict:
        stage.crowd.pause_s = CALM_S
        async with stage.bot():
            await stage.crowd.say(stage.harness.photos)
        async with stage.crowd.posting(), stage.proxy.answering(late(ANSWER_S)):
            for _ in range(count):
                async with stage.bot() as process:
                    await stage.crowd.burst(stage.harness.photos, burst_of)
                    await asyncio.sleep(stage.chance.uniform(*BURST_LIFE_S))
                    code, log = await process.terminate(), process.read_text()
                    if code or "Traceback" in log:
                        raise RuntimeError(f"exit code {code}, log {log[-2000:]}")
        async with stage.bot():
            return await stage.judge()

    return play


async def _start_s(stage: Stage) -> float:
    """Return how long a start takes on this machine, as busy as it is: two seconds if it isn't."""
    began = time.monotonic()
    async with stage.bot() as process:
        taken_s = time.monotonic() - began
        await process.kill()
    return taken_s


def _life_s(stage: Stage, start_s: float, *, is_short: bool) -> float:
    if is_short:
        return start_s * stage.chance.uniform(*LOADING)
    return start_s + stage.chance.uniform(*CONNECTED_S)


async def _burst(stage: Stage) -> None:
    await stage.crowd.burst(stage.chance.choice(stage.crowd.places.open))
    await asyncio.sleep(stage.chance.uniform(*BURST_LIFE_S))


async def burst(stage: Stage) -> Verdict:
    """Post 50 messages at once in each of two channels to a bot that is never killed."""
    async with stage.bot():
        await asyncio.gather(*(stage.crowd.burst(each) for each in stage.crowd.places.channels))
        return await stage.judge()


async def newest_first(stage: Stage) -> Verdict:
    """Post while the bot is down, and once more at the moment it is back."""
    async with stage.bot() as process:
        await stage.crowd.say(stage.harness.photos)
        await process.kill()
    for _ in range(5):
        await stage.crowd.say(stage.harness.photos)
    async with stage.bot():
        await stage.crowd.say(stage.harness.photos)
        return await stage.judge()


def missed(count: int) -> Play:
    """Return a play in which so many messages of a channel are missed, most without a picture."""

    async def play(stage: Stage) -> Verdict:
        async with stage.bot() as process:
            await stage.crowd.say(stage.harness.photos)
            await process.kill()
        for number in range(count):
            await stage.crowd.say(stage.harness.photos, files=int(number % 25 == 0))
        async with stage.bot():
            return await stage.judge()

    return play
