"""Settings, keys, rules and notes, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import Database, SqlRuleStore
from imgoe_bot.adapters.store.engine.units import Got, Unit
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.errors import ConfigError, StaleWrite
from tests.contracts.stores import BEN, GUILD, HOST, NOW, Stores, rule

KEY = ApiKey("chv_a_key_that_is_long_enough")
UNSET = GuildSettings(guild_id=GUILD, host_url=HOST)


async def _save(stores: Stores, settings: GuildSettings = UNSET) -> GuildSettings:
    return await stores.guilds.save_key(settings, KEY, actor_id=BEN, now=NOW)


async def test_a_guild_that_set_nothing_has_neither_settings_nor_key(stores: Stores) -> None:
    assert await stores.guilds.find_settings(GUILD) is None
    assert await stores.guilds.find_key(GUILD) is None


async def test_a_saved_key_comes_back_with_its_host(stores: Stores) -> None:
    saved = await _save(stores)

    assert await stores.guilds.find_settings(GUILD) == saved
    assert await stores.guilds.find_key(GUILD) == KEY
    assert (saved.version, saved.key_fingerprint, saved.host_url) == (1, "…ough", HOST)


async def test_a_key_rests_sealed(stores: Stores) -> None:
    await _save(stores)

    ((sealed,),) = await stores.rows("SELECT key_sealed FROM guild")

    assert isinstance(sealed, bytes)
    assert KEY.value.encode() not in sealed
    assert KEY.value not in str(await stores.rows("SELECT * FROM audit"))


async def test_a_removed_key_leaves_the_host_and_a_line_in_the_history(stores: Stores) -> None:
    saved = await _save(stores)

    without = await stores.guilds.remove_key(saved, actor_id=BEN, now=NOW)

    assert await stores.guilds.find_settings(GUILD) == without
    assert await stores.guilds.find_key(GUILD) is None
    assert (without.host_url, without.key_fingerprint, without.version) == (HOST, None, 2)
    assert await stores.rows("SELECT new FROM audit ORDER BY id DESC LIMIT 1") == [(None,)]
    with pytest.raises(StaleWrite):
        await stores.guilds.remove_key(saved, actor_id=BEN, now=NOW)


@pytest.mark.parametrize("moved", ["to another guild", "to another host"])
async def test_a_sealed_key_does_not_open_elsewhere(stores: Stores, moved: str) -> None:
    await _save(stores)
    thief = GuildId(666)
    await _save(stores, replace(UNSET, guild_id=thief))

    if moved == "to another guild":
        await stores.run(
            "UPDATE guild SET key_sealed = "
            "(SELECT key_sealed FROM guild WHERE guild_id = :victim) WHERE guild_id = :thief",
            victim=GUILD,
            thief=thief,
        )
    else:
        await stores.run(
            "UPDATE guild SET host_url = 'https://thief' WHERE guild_id = :thief", thief=thief
        )

    with pytest.raises(ConfigError, match="IMGOE_SECRET_KEY"):
        await stores.guilds.find_key(thief)
    assert await stores.guilds.find_key(GUILD) == KEY


@pytest.mark.parametrize("version", [0, 2, 7])
async def test_settings_read_before_somebody_elses_change_are_not_saved(
    stores: Stores, version: int
) -> None:
    saved = await _save(stores)

    with pytest.raises(StaleWrite):
        await _save(stores, replace(UNSET, version=version))

    assert await stores.guilds.find_settings(GUILD) == saved
    assert await stores.rows("SELECT count(*) FROM audit") == [(1,)]


@pytest.mark.parametrize("first", [True, False])
async def test_of_moderators_who_save_at_once_one_wins_and_the_others_are_told(
    stores: Stores, other: Stores, first: bool
) -> None:
    settings = UNSET if first else await _save(stores)

    results = await asyncio.gather(
        *(_save(process, settings) for process in (stores, other) * 4), return_exceptions=True
    )

    assert sum(isinstance(result, GuildSettings) for result in results) == 1
    assert sum(isinstance(result, StaleWrite) for result in results) == 7


async def test_each_change_leaves_a_line_of_who_changed_what(stores: Stores) -> None:
    await _save(stores, await _save(stores))

    changes = await stores.options.history(GUILD, limit=5)

    words = f"{HOST} …ough"
    assert [(each.actor_id, each.old, each.new) for each in changes] == [
        (BEN, words, words),
        (BEN, None, words),
    ]


async def test_rules_come_back_whole_and_oldest_first(stores: Stores) -> None:
    young, old = rule(channel_id=1), rule(channel_id=2, at=NOW - timedelta(days=1))
    for each in (young, old):
        assert await stores.rules.add(each)

    assert await stores.rules.of_guild(GUILD) == (old, young)
    assert set(await stores.rules.all()) == {old, young}


async def test_a_channel_has_one_rule(stores: Stores, other: Stores) -> None:
    added = await asyncio.gather(*(each.rules.add(rule()) for each in (stores, other) * 4))

    assert sum(added) == 1
    assert len(await stores.rules.all()) == 1


async def test_a_removed_rule_is_gone_and_only_that_one(stores: Stores) -> None:
    mine, foreign = rule(), rule(guild_id=GuildId(2))
    for each in (mine, foreign):
        await stores.rules.add(each)
    await stores.rules.of_guild(GUILD)

    assert await stores.rules.remove(GUILD, mine.channel_id)
    assert not await stores.rules.remove(GUILD, mine.channel_id)

    assert await stores.rules.of_guild(GUILD) == ()
    assert await stores.rules.of_guild(GuildId(2)) == (foreign,)


async def test_a_rule_comes_to_rest_once_and_a_moderators_word_takes_the_reason_away(
    stores: Stores, other: Stores
) -> None:
    mine = rule()
    await stores.rules.add(mine)

    rested = await asyncio.gather(
        *(
            process.rules.auto_pause(GUILD, mine.channel_id, lacks="view_channel")
            for process in (stores, other) * 3
        )
    )

    assert sum(rested) == 1
    assert await stores.rules.all() == (replace(mine, paused=True, lacks="view_channel"),)
    await stores.rules.pause(GUILD, mine.channel_id, paused=True)
    assert await stores.rules.of_guild(GUILD) == (replace(mine, paused=True),)
    assert not await stores.rules.auto_pause(GUILD, ChannelId(5), lacks="view_channel")


async def test_only_what_rests_for_want_of_a_permission_wakes_and_only_once(
    stores: Stores, other: Stores
) -> None:
    mine, paused = rule(), rule(channel_id=78)
    await stores.rules.add(mine)
    await stores.rules.add(paused)
    await stores.rules.auto_pause(GUILD, mine.channel_id, lacks="view_channel")
    await stores.rules.pause(GUILD, paused.channel_id, paused=True)

    woke = await asyncio.gather(
        *(process.rules.end_auto_pause(mine, remove=False) for process in (stores, other) * 3)
    )

    assert sum(woke) == 1
    assert not await stores.rules.end_auto_pause(paused, remove=False)
    assert not await stores.rules.end_auto_pause(paused, remove=True)
    assert set(await stores.rules.all()) == {mine, replace(paused, paused=True)}


async def test_an_exception_is_removed_as_it_wakes(stores: Stores) -> None:
    mine = rule()
    await stores.rules.add(mine)
    await stores.rules.auto_pause(GUILD, mine.channel_id, lacks="view_channel")

    assert await stores.rules.end_auto_pause(mine, remove=True)

    assert await stores.rules.of_guild(GUILD) == ()


class _LateRead(Database):
    """A database whose answers arrive late, so that something can happen meanwhile."""

    read_done = asyncio.Event()
    go_on = asyncio.Event()

    async def read(self, unit: Unit[Got]) -> Got:
        got = await super().read(unit)
        self.read_done.set()
        await self.go_on.wait()
        return got


async def test_a_rule_added_while_rules_are_read_is_not_forgotten(stores: Stores) -> None:
    database = _LateRead(stores.engine)
    database.read_done, database.go_on = asyncio.Event(), asyncio.Event()
    rules, new = SqlRuleStore(database), rule()
    early = asyncio.create_task(rules.of_guild(GUILD))
    await database.read_done.wait()

    await rules.add(new)
    database.go_on.set()
    await early

    assert await rules.of_guild(GUILD) == (new,)
    await database.close()


async def test_a_note_says_what_was_written_last(stores: Stores) -> None:
    assert await stores.notes.find("colour") is None

    await stores.notes.write("colour", "red")
    await stores.notes.write("colour", "blue")
    await stores.notes.write("shape", "round")

    assert await stores.notes.find("colour") == "blue"


async def test_a_note_that_is_written_once_is_written_by_one(stores: Stores, other: Stores) -> None:
    written = await asyncio.gather(
        *(
            process.notes.write_once("colour", colour)
            for process, colour in zip((stores, other) * 2, "rgbk", strict=True)
        )
    )

    assert sum(written) == 1
    assert await stores.notes.find("colour") == "rgbk"[written.index(True)]


async def test_two_processes_may_write_the_same_note_at_once(stores: Stores, other: Stores) -> None:
    await asyncio.gather(*(each.notes.write("commands", "hash") for each in (stores, other) * 8))

    assert await stores.notes.find("commands") == "hash"
