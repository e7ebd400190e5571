"""Something goes wrong for a while, then all is healthy: the host, the way to it, Discord."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from benchmarks import chaos_certificates as certificates
from benchmarks import chaos_names as names
from benchmarks.chaos_clocks import MovedClock
from benchmarks.chaos_host_proxy import Fault, HostProxy
from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict

FOR_S = 8.0
"""How long a trouble lasts, unless it is about its length."""
BRIEFLY_S = 0.8
"""How long it lasts in a row of many."""
POSTED_EVERY_S = 0.4
WAITED_OUT_S = 600.0
"""How far the clock is moved after each of a row: beyond every wait but those a host named."""
LOOKED_AFTER_S = 1.2
"""The bot looks for what has fallen due once a second."""

Trouble = Callable[[Stage], AbstractAsyncContextManager[None]]


def answering(fault: Fault) -> Trouble:
    """Have the host's proxy answer so."""
    return lambda stage: stage.proxy.answering(fault)


def closed(stage: Stage) -> AbstractAsyncContextManager[None]:
    """Refuse connections to the host."""
    return stage.proxy.closed()


def garbled(stage: Stage) -> AbstractAsyncContextManager[None]:
    """Answer every connection to the host with bytes that are no protocol's."""
    return stage.proxy.garbling()


def for_a_while(trouble: Trouble, *, for_s: float = FOR_S, period_s: float = 0) -> Play:
    """Return a play in which people post before, during and after a trouble.

    Args:
        trouble: what it is.
        for_s: how long it lasts.
        period_s: how far the clock is moved when it is over, where the bot was told to wait.
    """

    async def play(stage: Stage) -> Verdict:
        clock = MovedClock(stage.harness.folder)
        async with stage.bot(**clock.environment()):
            await stage.crowd.say(stage.harness.photos)
            await _through(stage, trouble(stage), for_s=for_s)
            clock.advance(period_s)
            await stage.crowd.say(stage.harness.photos)
            return await stage.judge()

    return play


async def _through(
    stage: Stage, trouble: AbstractAsyncContextManager[None], *, for_s: float
) -> None:
    """Post in each place, a message of two files too, and let the trouble last."""
    async with trouble:
        for place in stage.crowd.places.open:
            await stage.crowd.say(place)
            await asyncio.sleep(POSTED_EVERY_S)
        await stage.crowd.say(stage.harness.lounge, files=2)
        await asyncio.sleep(for_s)


def in_a_row(troubles: Mapping[str, Trouble], *, period_s: float = WAITED_OUT_S) -> Play:
    """Return a play of many brief troubles in one bot's life; files bear the names of theirs."""

    async def play(stage: Stage) -> Verdict:
        clock, crowd = MovedClock(stage.harness.folder), stage.crowd
        async with stage.bot(**clock.environment()):
            for name, trouble in troubles.items():
                crowd.label = "".join(filter(str.isalnum, name)) + "-"
                async with trouble(stage):
                    await crowd.say(stage.harness.photos)
                    await crowd.say(stage.harness.lounge)
                    await asyncio.sleep(BRIEFLY_S)
                clock.advance(period_s)
            await asyncio.sleep(LOOKED_AFTER_S)
            clock.advance(period_s)
            return await stage.judge()

    return play


def away(steps_s: Sequence[float]) -> Play:
    """Return a play in which the host is away, and the clock moved on so many seconds each time."""

    async def play(stage: Stage) -> Verdict:
        clock = MovedClock(stage.harness.folder)
        async with stage.bot(**clock.environment()):
            await stage.crowd.say(stage.harness.photos)
            async with stage.proxy.closed():
                for step_s in steps_s:
                    await stage.crowd.say(stage.harness.photos)
                    await stage.crowd.say(stage.harness.lounge, files=2)
                    await asyncio.sleep(LOOKED_AFTER_S)
                    clock.advance(step_s)
                    await asyncio.sleep(LOOKED_AFTER_S)
            clock.advance(WAITED_OUT_S)
            await stage.crowd.say(stage.harness.photos)
            return await stage.judge()

    return play


async def name_unknown(stage: Stage) -> Verdict:
    """Let the host's name not be found for a while."""
    folder = stage.harness.folder
    async with stage.bot(**names.environment(folder)):
        await stage.harness.set_key(host=stage.proxy.url.replace("127.0.0.1", names.HOST))
        return await _before_and_after(stage, names.unknown(folder))


async def without_tls(stage: Stage) -> Verdict:
    """Let the port that speaks TLS send something else for a while."""
    context, trust = certificates.self_signed(stage.harness.folder)
    async with (
        HostProxy(stage.proxy.origin, knows_keys=stage.proxy.knows_keys, tls=context) as secured,
        stage.bot(**trust),
    ):
        await stage.harness.set_key(host=secured.url)
        secured.uploads = 0
        verdict = await _before_and_after(stage, secured.garbling())
        return replace(verdict, tries=secured.uploads)


async def _before_and_after(stage: Stage, trouble: AbstractAsyncContextManager[None]) -> Verdict:
    await stage.crowd.say(stage.harness.photos)
    await _through(stage, trouble, for_s=FOR_S)
    await stage.crowd.say(stage.harness.photos)
    return await stage.judge()


async def address_changed(stage: Stage) -> Verdict:
    """Name another address of the host while the first one is away for ever."""
    first = HostProxy(stage.proxy.origin, knows_keys=stage.proxy.knows_keys)
    async with first, stage.bot():
        await stage.harness.set_key(host=first.url)
        async with first.closed():
            for place in stage.crowd.places.open:
                await stage.crowd.say(place)
            await asyncio.sleep(FOR_S)
            await stage.harness.set_key()
            return await stage.judge()


def files_answered(status: int, body: bytes = b"") -> Trouble:
    """Have Discord's CDN answer every request for a file so."""

    @asynccontextmanager
    async def trouble(stage: Stage) -> AsyncGenerator[None]:
        faults = stage.harness.sim.faults
        faults.next_files([(status, body)] * 1000)
        yield
        faults.next_files(())

    return trouble


CDN_PAGE = b"<!DOCTYPE html><html><head><title>Attention Required!</title></head></html>"
GONE = b"This content is no longer available."
CDN: Mapping[str, Trouble] = {
    "CDN: 404": files_answered(404, GONE),
    "CDN: 403": files_answered(403, GONE),
    "CDN: 503": files_answered(503),
    "CDN: 429": files_answered(429),
    "CDN: empty 200": files_answered(200),
    "CDN: a page under 200": files_answered(200, CDN_PAGE),
}
CDN_S = 3.0
