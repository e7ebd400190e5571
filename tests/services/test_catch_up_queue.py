"""Servers are caught up one worker each, and again after a failure."""

import asyncio

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.services import catch_up_queue
from imgoe_bot.services.catch_up_queue import CatchUpQueue

ONE, TWO = GuildId(1), GuildId(2)


async def _next(queue: CatchUpQueue) -> GuildId:
    async with asyncio.timeout(10):
        return await queue.take()


async def _is_empty(queue: CatchUpQueue) -> bool:
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    return taking.cancelled()


async def test_a_server_that_is_asked_for_twice_comes_once() -> None:
    queue = CatchUpQueue()
    queue.ask(ONE)
    queue.ask(ONE)
    queue.ask(TWO)

    assert [await _next(queue), await _next(queue)] == [ONE, TWO]
    assert await _is_empty(queue)


async def test_a_server_that_is_asked_for_while_it_is_read_comes_again_afterwards() -> None:
    queue = CatchUpQueue()
    queue.ask(ONE)
    await _next(queue)
    queue.ask(ONE)

    assert await _is_empty(queue)
    queue.done(ONE, complete=True)
    assert await _next(queue) == ONE


async def test_a_server_that_failed_comes_by_itself_after_a_wait() -> None:
    queue = CatchUpQueue(first_wait_s=0.01)
    queue.ask(ONE)
    await _next(queue)

    queue.done(ONE, complete=False)

    assert await _is_empty(queue)
    assert await _next(queue) == ONE


async def test_messages_don_t_shorten_the_wait_of_a_server_that_failed_but_a_cure_does() -> None:
    queue = CatchUpQueue(first_wait_s=catch_up_queue.LONGEST_WAIT_S)
    queue.ask(ONE)
    await _next(queue)
    queue.done(ONE, complete=False)

    queue.ask(ONE)
    assert await _is_empty(queue)
    queue.ask_now(ONE)
    assert await _next(queue) == ONE


async def test_somebody_who_waits_is_told_of_a_new_server() -> None:
    queue = CatchUpQueue()
    waiting = asyncio.ensure_future(_next(queue))
    await asyncio.sleep(0)

    queue.ask(TWO)

    assert await waiting == TWO


async def test_messages_that_come_while_a_server_fails_don_t_shorten_its_wait_either() -> None:
    queue = CatchUpQueue(first_wait_s=catch_up_queue.LONGEST_WAIT_S)
    queue.ask(ONE)
    await _next(queue)
    queue.ask(ONE)

    queue.done(ONE, complete=False)

    assert await _is_empty(queue)


async def test_a_cure_that_comes_while_a_server_fails_has_it_tried_at_once() -> None:
    queue = CatchUpQueue(first_wait_s=catch_up_queue.LONGEST_WAIT_S)
    queue.ask(ONE)
    await _next(queue)
    queue.ask_now(ONE)

    queue.done(ONE, complete=False)

    assert await _next(queue) == ONE
