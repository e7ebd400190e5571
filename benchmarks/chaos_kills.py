"""Kills at any moment of a life, with people who go on posting, also in a burst."""

import asyncio

from benchmarks.chaos_crowd import CALM_S
from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

LOADING_S = (0.1, 2.5)
"""Every second process ends while it loads, opens its database, logs in."""
CONNECTED_S = (2.0, 7.0)
"""The others end when they are connected, or about to be: catching up, or working."""
BURST_LIFE_S = (0.2, 1.5)
"""From a burst to the kill."""


def kills(count: int) -> Play:
    """Return a campaign of so many kills, and bursts before some of them."""

    async def play(stage: Stage) -> Verdict:
        stage.crowd.pause_s = CALM_S
        async with stage.bot() as process:
            await process.kill()
        async with stage.crowd.posting():
            for number in range(count):
                async with stage.starting() as process:
                    span_s = LOADING_S if number % 2 else CONNECTED_S
                    await asyncio.sleep(stage.chance.uniform(*span_s))
                    if number % 10 == 4:
                        await stage.crowd.burst(stage.chance.choice(stage.crowd.places.open))
                        await asyncio.sleep(stage.chance.uniform(*BURST_LIFE_S))
                    await process.kill()
        async with stage.bot():
            return await stage.judge()

    return play


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
