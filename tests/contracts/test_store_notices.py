"""What servers set is seen by every process on one database, though each keeps it in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from imgoe_bot.adapters.store import SqlHostMoveStore, SqlMembershipStore, SqlPersonStore
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.host_move import HostMove
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.errors import StaleWrite
from tests.contracts.stores import BEN, GUILD, HOST, NOW, Stores, rule

SOON_S = 1.0
LATER_S = 10.0
"""Also after a connection was lost, and on a busy machine."""
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE query ILIKE 'LISTEN%' AND datname = current_database()"
)


@pytest.fixture
def server(postgres_server: str) -> str:
    """Where databases are made: with SQLite there is one process."""
    return postgres_server


@pytest_asyncio.fixture
async def second(other: Stores) -> AsyncIterator[Stores]:
    """A second process, which listens."""
    heard = asyncio.Event()
    other.database.notices.subscribe("imgoe_settings", lambda _: heard.set())
    other.database.notices.open()
    async with asyncio.timeout(LATER_S):
        await heard.wait()
    yield other


async def _becomes(
    look: Callable[[], Awaitable[object]], wanted: object, *, within_s: float
) -> None:
    async with asyncio.timeout(within_s):
        while await look() != wanted:  # noqa: ASYNC110 - what is waited for is another process's
            await asyncio.sleep(0.01)


async def _set_key(stores: Stores, key: str, *, version: int = 0) -> GuildSettings:
    settings = GuildSettings(GUILD, HOST, version=version)
    return await stores.guilds.save_key(settings, ApiKey(key), actor_id=BEN, now=NOW)


pytestmark = pytest.mark.service("postgres")


async def test_a_rule_that_another_process_adds_or_removes_is_seen_within_a_second(
    stores: Stores, second: Stores
) -> None:
    await second.rules.all()
    assert second.rules.known_of_guild(GUILD) == ()

    added = rule()
    await stores.rules.add(added)
    await _becomes(lambda: second.rules.of_guild(GUILD), (added,), within_s=SOON_S)
    await stores.rules.remove(GUILD, added.channel_id)
    await _becomes(lambda: second.rules.of_guild(GUILD), (), within_s=SOON_S)


async def test_an_option_that_another_process_sets_is_seen_within_a_second(
    stores: Stores, second: Stores
) -> None:
    assert await second.options.layers(GUILD) == {}

    settings = GuildSettings(GUILD, HOST)
    await stores.options.change(settings, [(0, "answer", "log")], actor_id=BEN, now=NOW)

    await _becomes(lambda: second.options.layers(GUILD), {0: {"answer": "log"}}, within_s=SOON_S)
    found = await second.guilds.find_settings(GUILD)
    assert found is not None
    assert found.version == 1


async def test_a_key_that_another_process_saves_or_removes_is_seen_within_a_second(
    stores: Stores, second: Stores
) -> None:
    assert await second.guilds.find_key(GUILD) is None

    saved = await _set_key(stores, "chv_one")
    await _becomes(lambda: second.guilds.find_key(GUILD), ApiKey("chv_one"), within_s=SOON_S)
    await stores.guilds.remove_key(saved, actor_id=BEN, now=NOW)
    await _becomes(lambda: second.guilds.find_key(GUILD), None, within_s=SOON_S)


async def test_a_server_that_another_process_forgets_is_forgotten(
    stores: Stores, second: Stores
) -> None:
    await _set_key(stores, "chv_one")
    await _becomes(lambda: second.guilds.find_key(GUILD), ApiKey("chv_one"), within_s=SOON_S)
    memberships = SqlMembershipStore(stores.database)
    await memberships.note_gone([GUILD], at=NOW.replace(year=2020))

    assert await memberships.forget_gone(before=NOW) == (GUILD,)

    await _becomes(lambda: second.guilds.find_key(GUILD), None, within_s=SOON_S)


async def test_a_person_who_is_forgotten_is_no_rules_maker_in_any_process(
    stores: Stores, second: Stores
) -> None:
    await stores.rules.add(rule())
    await second.rules.all()

    await SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims).order_erasure(
        BEN, at=NOW
    )

    async def makers() -> set[int]:
        return {each.created_by for each in await second.rules.of_guild(GUILD)}

    await _becomes(makers, {0}, within_s=SOON_S)
    assert {each.created_by for each in await stores.rules.of_guild(GUILD)} == {0}


async def test_what_was_told_while_a_process_was_cut_off_is_found_out_afterwards(
    stores: Stores, second: Stores
) -> None:
    await second.rules.all()
    await second.options.layers(GUILD)
    assert await second.guilds.find_key(GUILD) is None

    await stores.run(CUT_OFF)
    added = rule()
    await stores.rules.add(added)
    await _set_key(stores, "chv_one")

    await _becomes(lambda: second.rules.of_guild(GUILD), (added,), within_s=LATER_S)
    await _becomes(lambda: second.guilds.find_key(GUILD), ApiKey("chv_one"), within_s=LATER_S)


async def test_what_is_told_after_a_connection_was_lost_is_heard_on_the_next_one(
    stores: Stores, second: Stores
) -> None:
    missed = asyncio.Event()

    def note(told: str | None) -> None:
        if told is None:
            missed.set()

    second.database.notices.subscribe("imgoe_settings", note)
    await stores.run(CUT_OFF)
    async with asyncio.timeout(LATER_S):
        await missed.wait()
    assert await second.rules.of_guild(GUILD) == ()

    added = rule()
    await stores.rules.add(added)

    await _becomes(lambda: second.rules.of_guild(GUILD), (added,), within_s=SOON_S)


async def test_nothing_is_said_of_a_change_that_was_not_made(
    stores: Stores, second: Stores
) -> None:
    heard: list[str | None] = []
    second.database.notices.subscribe("imgoe_settings", heard.append)
    await _set_key(stores, "chv_one")

    with pytest.raises(StaleWrite):
        await _set_key(stores, "chv_two", version=7)
    await stores.rules.add(rule(guild_id=GuildId(GUILD + 1)))

    await _becomes(lambda: asyncio.sleep(0, heard), [str(GUILD), str(GUILD + 1)], within_s=SOON_S)


async def test_a_host_that_an_operator_moves_is_seen_within_a_second(
    stores: Stores, second: Stores
) -> None:
    before = await _set_key(stores, "chv_the_first_key_of_all")
    assert await second.guilds.find_settings(GUILD) == before
    moves = SqlHostMoveStore(stores.database, vault=stores.vault)

    new = "https://new.example"
    await moves.move_servers(HostMove(HOST, new), GuildId(0), now=NOW)

    moved = replace(before, host_url=new, version=before.version + 1)
    await _becomes(lambda: second.guilds.find_settings(GUILD), moved, within_s=SOON_S)
    assert await second.guilds.find_key(GUILD) == ApiKey("chv_the_first_key_of_all")
