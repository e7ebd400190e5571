"""Histories that Discord does not give for a while, or not beyond a page."""

from collections.abc import Callable
from functools import partial

from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict
from imgoe_bot.discordsim import Channel, Faults, Message
from tests.flows.kit import eventually

MISSED = 120
"""In the channel whose second page fails: two pages."""

Fault = Callable[[Faults, str], None]
"""What goes wrong with the requests of a pattern."""


def refused(status: int, *, times: int, coded: bool = True) -> Fault:
    """Answer a channel's history with a status, so many times."""
    return lambda faults, pattern: faults.next_statuses(pattern, [status] * times, coded=coded)


def hanging(for_s: float) -> Fault:
    """Let a channel's history come only after a while."""
    return lambda faults, pattern: faults.delay(pattern, for_s)


def closed(fault: Fault) -> Play:
    """Return a play in which one channel's history is not given, and those after it are."""

    async def play(stage: Stage) -> Verdict:
        await _leave(stage)
        for place in stage.crowd.places.open:
            for _ in range(2):
                await stage.crowd.say(place)
        fault(stage.harness.sim.faults, _history(stage.harness.photos))
        async with stage.bot():
            await stage.crowd.say(stage.harness.lounge)
            return await stage.judge()

    return play


def broken_off(status: int) -> Play:
    """Return a play in which the first page of a history comes, and the second doesn't at once."""

    async def play(stage: Stage) -> Verdict:
        await _leave(stage)
        for number in range(MISSED):
            await stage.crowd.say(stage.harness.photos, files=int(number % 10 == 0))
        faults, pattern = stage.harness.sim.faults, _history(stage.harness.photos)
        faults.next_statuses(pattern, [status] * 2, served_before=1)
        async with stage.bot():
            return await stage.judge()

    return play


async def _leave(stage: Stage) -> None:
    """Have the bot see a message in each place, and kill it."""
    async with stage.bot() as process:
        for place in stage.crowd.places.open:
            sent = await stage.crowd.say(place)
            await eventually(partial(_is_answered, stage, sent.message))
        await process.kill()


async def _is_answered(stage: Stage, message: Message) -> bool:
    answered = await stage.database.read("SELECT message_id FROM post WHERE answered")
    return any(row[0] == message.id for row in answered)


def _history(channel: Channel) -> str:
    return f"GET /channels/{channel.id}/messages"
