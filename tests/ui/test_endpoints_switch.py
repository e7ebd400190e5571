"""Pointing discord.py somewhere else, and back."""

from imgoe_bot.ui import endpoints
from imgoe_bot.ui.endpoints import Endpoints

LOOPBACK = Endpoints("http://127.0.0.1:1/api/v10", "ws://127.0.0.1:1", "http://127.0.0.1:1/cdn")


def test_the_addresses_used_before_come_back_and_can_be_used_again() -> None:
    before = endpoints.use(LOOPBACK)

    assert endpoints.use(before) == LOOPBACK
    assert endpoints.use(before) == before
