"""Servers come to and left, on SQLite and on PostgreSQL."""

from datetime import timedelta

from sqlalchemy import Connection, Engine, func, select

from imgoe_bot.adapters.store import SqlBudgetStore, SqlMembershipStore, tables
from imgoe_bot.adapters.store.settings.memberships import OF_A_GUILD
from imgoe_bot.domain.budget import Lane
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.history import Gap, Mark, RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rate_limit import RateLimit
from tests.contracts.stores import (
    BEN,
    GUILD,
    HOST,
    NOW,
    Stores,
    add_uploaded,
    item,
    post,
    rule,
    statements_asked,
    upload_of,
)

OTHER = GuildId(GUILD + 1)
DAY = timedelta(days=1)


def _memberships(stores: Stores) -> SqlMembershipStore:
    return SqlMembershipStore(stores.database)


async def _furnish(stores: Stores, guild_id: GuildId) -> None:
    """Leave a row of a server in every table."""
    settings = GuildSettings(guild_id=guild_id, host_url=HOST)
    saved = await stores.guilds.save_key(settings, ApiKey("chv_k"), actor_id=BEN, now=NOW)
    await stores.options.change(saved, [(0, "bots", "on")], actor_id=BEN, now=NOW)
    await stores.rules.add(rule(guild_id=guild_id))
    mark = Mark(guild_id, ChannelId(guild_id), MessageId(5))
    gap = Gap(guild_id, mark.channel_id, MessageId(1), None, RangeReason.SESSION)
    await stores.history.note([mark], [gap], at=NOW)
    owner, what = post(guild_id=guild_id), item()
    await stores.posts.add(owner, [what])
    uploaded = post(guild_id=guild_id)
    await add_uploaded(stores, uploaded, upload_of(uploaded, what))
    await stores.notes.write(f"asked {guild_id} 5", "now")
    await stores.rules.of_guild(guild_id)
    await stores.options.layers(guild_id)


async def _counts(stores: Stores, guild_id: GuildId) -> dict[str, int]:
    def unit(connection: Connection) -> dict[str, int]:
        counts: dict[str, int] = {}
        for table in tables.metadata.sorted_tables:
            if "guild_id" in table.c:
                query = select(func.count()).select_from(table).where(table.c.guild_id == guild_id)
                counts[table.name] = int(connection.execute(query).scalar_one())
        return counts

    return await stores.database.read(unit)


async def test_ten_thousand_servers_are_noted_in_one_statement(stores: Stores) -> None:
    many = [GuildId(GUILD + number) for number in range(10_000)]

    with statements_asked(Engine) as asked:
        await _memberships(stores).note_present(many)
        await _memberships(stores).note_gone(many[:10], at=NOW)
        await _memberships(stores).note_gone(many[:10], at=NOW + DAY)
        await _memberships(stores).note_present(many[:5])

    assert len([sql for sql in asked if not sql.startswith("BEGIN")]) == 4
    known = await _memberships(stores).known()
    assert len(known) == len(many)
    assert [known[each] for each in many[:11]] == [None] * 5 + [NOW] * 5 + [None]


def test_every_table_that_names_a_server_is_emptied_but_for_peoples_choices() -> None:
    naming = {table.name for table in tables.metadata.sorted_tables if "guild_id" in table.c}

    assert naming - {table.name for table in OF_A_GUILD} == {"person_choice", "host_slot"}


async def test_a_server_that_was_left_long_ago_is_forgotten_whole_and_alone(
    stores: Stores,
) -> None:
    memberships = _memberships(stores)
    for guild_id in (GUILD, OTHER):
        await _furnish(stores, guild_id)
    await memberships.note_present([GUILD, OTHER])
    full = await _counts(stores, OTHER)
    await memberships.note_gone([GUILD], at=NOW)
    budget = (RateLimit(5, DAY),)
    budgets = SqlBudgetStore(stores.database)
    await budgets.take(HOST, budget, Lane.PERSON, guild_id=GUILD, now=NOW)

    forgotten = await memberships.forget_gone(before=NOW + DAY)

    assert forgotten == (GUILD,)
    assert await stores.rows("SELECT guild_id FROM host_slot") == [(None,)], "its host counts it"
    assert set((await _counts(stores, GUILD)).values()) == {0}
    assert await _counts(stores, OTHER) == full
    assert await stores.rules.of_guild(GUILD) == ()
    assert await stores.options.layers(GUILD) == {}
    assert await stores.rows("SELECT name FROM note") == [(f"asked {OTHER} 5",)]
    assert await memberships.known() == {OTHER: None}


async def test_a_server_that_was_left_lately_or_come_back_to_is_kept(stores: Stores) -> None:
    memberships = _memberships(stores)
    for guild_id in (GUILD, OTHER):
        await _furnish(stores, guild_id)
    await memberships.note_present([GUILD, OTHER])
    await memberships.note_gone([GUILD, OTHER], at=NOW)
    await memberships.note_present([OTHER])

    assert await memberships.forget_gone(before=NOW) == ()

    assert await memberships.known() == {GUILD: NOW, OTHER: None}


async def test_the_day_it_was_left_is_not_moved_by_hearing_of_it_again(stores: Stores) -> None:
    memberships = _memberships(stores)

    for days in (0, 5):
        await memberships.note_gone([GUILD], at=NOW + days * DAY)

    assert await memberships.known() == {GUILD: NOW}


async def test_more_servers_than_one_statement_takes_are_noted(stores: Stores) -> None:
    memberships = _memberships(stores)
    many = [GuildId(GUILD + number) for number in range(1201)]

    await memberships.note_present(many)
    await memberships.note_gone(many[1:], at=NOW)

    assert await memberships.known() == {many[0]: None} | dict.fromkeys(many[1:], NOW)
