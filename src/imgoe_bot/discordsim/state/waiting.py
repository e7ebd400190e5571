"""Waiting for something to become true in a world, with an end."""

import asyncio
from collections.abc import Callable

from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.world import World


async def until(world: World, condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Wait until the condition holds, asking again after each event.

    Returns:
        Whether it held within ``timeout_s`` seconds.
    """
    happened = asyncio.Event()

    def notice(event: Event) -> None:
        happened.set()

    world.listeners.append(notice)
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await happened.wait()
                happened.clear()
    except TimeoutError:
        return condition()
    finally:
        world.listeners.remove(notice)
    return True
