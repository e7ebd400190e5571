"""The process ends while people post: politely, in a hurry, and again and again by a kill."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest

from imgoe_bot.discordsim import Message
from tests.flows.bot_process import BotProcess, bot_process
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

LEASE_S = "600"
"""Longer than anybody waits here: what is gone on with was not waited for."""
DEATHS = 3

Start = Callable[[], AbstractAsyncContextManager[BotProcess]]


class SlowHost:
    """Stands before the image host, which gets no upload while this is not open."""

    def __init__(self, harness: Harness) -> None:
        self._behind = int(harness.host.url.rpartition(":")[2])
        self.open = asyncio.Event()
        self.open.set()
        self.connections = 0

    async def pass_on(self, bot: asyncio.StreamReader, to_bot: asyncio.StreamWriter) -> None:
        self.connections += 1
        host, to_host = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(self._copy(bot, to_host), self._copy(host, to_bot))
        self.connections -= 1

    async def _copy(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if data.startswith(b"POST /api/1/upload"):
                    await self.open.wait()
                to.write(data)
        to.close()


@asynccontextmanager
async def _mirroring(harness: Harness) -> AsyncGenerator[tuple[Start, SlowHost, BotProcess]]:
    """Run a bot whose host takes no upload any more; gives what starts the next one, too."""
    host = SlowHost(harness)
    async with await asyncio.start_server(host.pass_on, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        start = partial(
            bot_process,
            harness,
            IMGOE_LEASE_S=LEASE_S,
            IMGOE_DEFAULT_HOST_URL=url,
            IMGOE_ALLOW_PRIVATE_HOSTS="true",
        )
        async with start() as bot:
            await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
            await harness.set_key(host=url)
            await harness.mirror()
            host.open.clear()
            yield start, host, bot
        host.open.set()
        await eventually(lambda: not host.connections)


async def _post(harness: Harness) -> Message:
    """Post a picture, and wait until it is being uploaded."""
    posted = await harness.ben.say(harness.photos, files=[picture()])
    await eventually(lambda: _tries(harness) == 1)
    return posted


def _tries(harness: Harness) -> int:
    """Return how often the upload that is under way was begun."""
    query = "SELECT coalesce(max(attempts), 0) FROM job WHERE step = 'upload' AND state = 'leased'"
    return harness.read_number(query)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_file_under_way_is_kept_and_answered_before_a_polite_end(
    harness: Harness, by: signal.Signals
) -> None:
    async with _mirroring(harness) as (_, host, bot):
        posted = await _post(harness)
        ending = asyncio.create_task(bot.terminate(by))
        await eventually(lambda: "what is under way may end" in bot.read_text())

        host.open.set()

        assert await ending == 0

    (card,) = harness.cards(harness.photos)
    assert card.reference is not None
    assert card.reference.message_id == posted.id
    assert harness.read_number("SELECT count(*) FROM job WHERE state = 'leased'") == 0
    assert "Traceback" not in bot.read_text()


async def test_what_is_posted_meanwhile_is_left_to_the_next_process_and_a_second_signal_hurries(
    harness: Harness,
) -> None:
    async with _mirroring(harness) as (_, _, bot):
        await _post(harness)
        ending = asyncio.create_task(bot.terminate())
        await eventually(lambda: "what is under way may end" in bot.read_text())
        await harness.observed(await harness.ben.say(harness.photos, files=[picture("new.png")]))
        await asyncio.sleep(0.5)  # sooner, it would be one wish with the first
        assert not ending.done()

        assert await asyncio.wait_for(bot.terminate(), 10) == 0
        await ending

    states = "SELECT count(*) FROM job WHERE step = 'upload' AND state = 'ready' AND attempts = ?"

    assert (harness.read_number(states, 1), harness.read_number(states, 0)) == (1, 1)
    assert "Traceback" not in bot.read_text()


def _has_tried(harness: Harness, deaths: int) -> bool:
    return _tries(harness) > deaths


async def test_files_of_a_crash_loop_are_gone_on_with_at_once_and_kept_in_the_end(
    harness: Harness,
) -> None:
    async with _mirroring(harness) as (start, host, bot):
        posted = await _post(harness)
        await bot.kill()
        for deaths in range(1, DEATHS):
            async with start() as bot:
                await eventually(partial(_has_tried, harness, deaths))
                await bot.kill()
        host.open.set()

        async with start():
            await harness.card_for(posted)

    (tries,) = harness.read_texts("SELECT attempts FROM job WHERE step = 'upload'")
    assert int(tries) == DEATHS + 1
