"""What the garbage collector is told of: the servers of a session that is over, and no others."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from imgoe_bot.ui.client import collector


class _Server:
    """Refers to itself, as discord.py's servers do by their channels."""

    def __init__(self) -> None:
        self.guild = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_the_servers_of_an_earlier_session_go_when_the_next_one_begins() -> None:
    collector.make_way(again=False)
    server = _Server()
    collector.settle()
    gone = weakref.ref(server)

    del server
    collector.make_way(again=True)

    assert gone() is None


def test_what_has_come_is_not_looked_at_again_while_the_session_lasts() -> None:
    collector.make_way(again=False)
    server = _Server()

    collector.settle()

    assert server.guild is server
    assert not any(each is server for each in gc.get_objects())
    assert gc.get_threshold() == collector.STEADY
