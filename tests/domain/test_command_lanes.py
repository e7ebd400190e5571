"""Whose file is next of those that people wait for."""

from collections.abc import Sequence

import pytest

from imgoe_bot.domain.command_lanes import Shares, Transfer, next_transfer
from imgoe_bot.domain.ids import GuildId, UserId

SHARES = Shares(hands=8, of_person=2)


def _of(person: int, *, server: int = 1, host: str = "", typed: bool = False) -> Transfer:
    return Transfer(UserId(person), GuildId(server), host or f"host {server}", typed)


BEN, ANN = _of(1), _of(2)
TYPED = [_of(n, server=n, typed=True) for n in range(3)]


@pytest.mark.parametrize(
    ("waiting", "running", "number"),
    [
        ([], [], None),
        ([BEN, ANN], [], 0),
        pytest.param([BEN, ANN], [BEN, BEN], 1, id="a person has two at once"),
        pytest.param([BEN], [BEN, BEN], None, id="also while nobody else waits"),
        pytest.param([_of(9)], [_of(n) for n in range(4)], None, id="half is a server's"),
        pytest.param([_of(9, server=2)], [_of(n) for n in range(4)], 0, id="the rest is not"),
        pytest.param(
            [_of(9, server=9, host="x")],
            [_of(n, server=n, host="x") for n in range(4)],
            None,
            id="half is a host's",
        ),
        pytest.param([TYPED[2], ANN], TYPED[:2], 1, id="a quarter are addresses"),
        pytest.param([ANN], [_of(n, server=n) for n in range(3, 11)], None, id="no hand is free"),
    ],
)
def test_shares_are_held(
    waiting: Sequence[Transfer], running: Sequence[Transfer], number: int | None
) -> None:
    assert next_transfer(waiting, running, SHARES) == number


def test_everybody_has_a_turn_before_anybody_has_another() -> None:
    waiting = [BEN, BEN, ANN]

    assert next_transfer(waiting, [], SHARES, served=[BEN.user_id]) == 2
    assert next_transfer(waiting, [], SHARES, served=[BEN.user_id, ANN.user_id]) == 0


def test_one_hand_is_enough_for_all_of_them() -> None:
    assert next_transfer([TYPED[0]], [], Shares(hands=1, of_person=1)) == 0
