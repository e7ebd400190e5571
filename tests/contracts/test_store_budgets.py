"""What hosts were sent, on SQLite and on PostgreSQL."""

import asyncio
from datetime import datetime, timedelta

import pytest

from imgoe_bot.adapters.store import SqlBudgetStore
from imgoe_bot.domain.budget import Lane, LimitUse
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.rate_limit import RateLimit
from tests.contracts.stores import GUILD, HOST, NOW, Stores, item, post

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BUDGET = (RateLimit(5, MINUTE), RateLimit(7, HOUR))


@pytest.fixture
def budgets(stores: Stores) -> SqlBudgetStore:
    return SqlBudgetStore(stores.database)


async def _take(
    budgets: SqlBudgetStore,
    at: datetime = NOW,
    lane: Lane = Lane.PERSON,
    host: str = HOST,
    guild: GuildId = GUILD,
) -> int | datetime:
    return await budgets.take(host, BUDGET, lane, guild_id=guild, now=at)


async def test_places_are_taken_until_the_first_allowance_is_used_up(
    budgets: SqlBudgetStore,
) -> None:
    taken = [await _take(budgets, NOW + timedelta(seconds=second)) for second in range(6)]

    assert all(isinstance(place, int) for place in taken[:5])
    assert taken[5] == NOW + MINUTE  # when the first of the five has aged


async def test_the_longer_allowance_holds_when_the_shorter_one_has_room_again(
    budgets: SqlBudgetStore,
) -> None:
    for minute in range(7):
        assert isinstance(await _take(budgets, NOW + minute * MINUTE), int)

    assert await _take(budgets, NOW + 10 * MINUTE) == NOW + HOUR
    assert isinstance(await _take(budgets, NOW + HOUR), int)


async def test_mirrors_leave_room_for_people_and_old_messages_for_mirrors(
    budgets: SqlBudgetStore,
) -> None:
    for lane, places in ((Lane.BACKFILL, 3), (Lane.MIRROR, 1), (Lane.PERSON, 1)):
        for _ in range(places):
            assert isinstance(await _take(budgets, lane=lane), int)
        assert await _take(budgets, lane=lane) == NOW + MINUTE


async def test_a_server_leaves_half_to_others_as_long_as_any_wait(
    budgets: SqlBudgetStore, stores: Stores
) -> None:
    other = post(guild_id=GuildId(2))
    await stores.posts.add(other, [item()])
    mine = [await _take(budgets) for _ in range(3)]
    theirs = await _take(budgets, guild=other.guild_id)
    await stores.run("UPDATE job SET state = 'done'")

    assert [isinstance(place, int) for place in mine] == [True, True, False]
    assert mine[2] == NOW + MINUTE
    assert isinstance(theirs, int)
    assert isinstance(await _take(budgets), int), "nobody else waits any more"


async def test_each_host_has_a_budget_of_its_own(budgets: SqlBudgetStore) -> None:
    for _ in range(5):
        await _take(budgets)

    assert isinstance(await _take(budgets, host="https://other.example"), int)


async def test_a_place_given_back_is_free_again(budgets: SqlBudgetStore) -> None:
    places = [await _take(budgets) for _ in range(5)]
    assert isinstance(places[0], int)

    await budgets.give_back(places[0])
    await budgets.give_back(places[0])

    assert isinstance(await _take(budgets), int)
    assert await _take(budgets) == NOW + MINUTE


async def test_what_is_used_up_is_counted_for_each_allowance(budgets: SqlBudgetStore) -> None:
    await _take(budgets, NOW - 2 * MINUTE)
    await _take(budgets)

    used = await budgets.used(HOST, BUDGET, now=NOW)

    assert used == (LimitUse(BUDGET[0], 1), LimitUse(BUDGET[1], 2))
    assert [each.left for each in used] == [4, 5]


async def test_what_counts_no_more_is_forgotten(stores: Stores, budgets: SqlBudgetStore) -> None:
    await _take(budgets, NOW - 2 * HOUR)
    await _take(budgets)

    assert len(await stores.rows("SELECT * FROM host_slot")) == 1


async def test_processes_that_take_at_once_take_no_more_than_there_is(
    stores: Stores, budgets: SqlBudgetStore
) -> None:
    await _take(budgets)
    others = [SqlBudgetStore(stores.database) for _ in range(9)]

    taken = await asyncio.gather(*(_take(each) for each in others))

    assert sum(isinstance(place, int) for place in taken) == 4
