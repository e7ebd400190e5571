"""Roles that a message doesn't bring are asked for: once a person in a while, and never guessed."""

from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlChoiceStore
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.services.mirroring.authors import KNOWN_MAX, ROLES_HOLD_FOR, Authors
from tests.contracts.stores import BEN, GUILD
from tests.services.conftest import Office

ROLES = frozenset({77})


class _Members:
    def __init__(self) -> None:
        self.asked: list[int] = []
        self.is_away = False

    async def role_ids(self, guild_id: GuildId, user_id: UserId) -> frozenset[int]:
        self.asked.append(user_id)
        if self.is_away:
            raise SourceUnreachable
        return ROLES


def _authors(office: Office, members: _Members) -> Authors:
    choices = SqlChoiceStore(office.stores.database, secret_key=b"0" * 32)
    return Authors(choices, members, office.clock)


async def test_somebody_is_asked_for_once_in_a_few_minutes(office: Office) -> None:
    members = _Members()
    authors = _authors(office, members)

    for _ in range(3):
        assert await authors.role_ids(GUILD, BEN) == ROLES
    assert len(members.asked) == 1

    office.clock.move(ROLES_HOLD_FOR + timedelta(seconds=1))
    await authors.role_ids(GUILD, BEN)
    assert len(members.asked) == 2


async def test_what_discord_does_not_say_is_asked_again(office: Office) -> None:
    members = _Members()
    authors = _authors(office, members)
    members.is_away = True
    with pytest.raises(SourceUnreachable):
        await authors.role_ids(GUILD, BEN)

    members.is_away = False

    assert await authors.role_ids(GUILD, BEN) == ROLES


async def test_only_so_many_people_are_remembered(office: Office) -> None:
    members = _Members()
    authors = _authors(office, members)

    for number in range(KNOWN_MAX + 1):
        await authors.role_ids(GUILD, UserId(number))
    await authors.role_ids(GUILD, UserId(KNOWN_MAX))
    assert len(members.asked) == KNOWN_MAX + 1

    await authors.role_ids(GUILD, UserId(0))
    assert members.asked[-1] == 0
