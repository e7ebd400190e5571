"""Option values by place on every engine: all or nothing, versioned, with their history."""

import asyncio
from datetime import timedelta

import pytest

from imgoe_bot.domain.guild import SERVER, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import StaleWrite
from tests.contracts.stores import GUILD, HOST, NOW, Stores

ADA = UserId(1_200_000_000_000_000_009)
CHANNEL = 1_300_000_000_000_000_005


def _at(version: int) -> GuildSettings:
    return GuildSettings(guild_id=GUILD, host_url=HOST, version=version)


async def _change(stores: Stores, version: int, *changes: tuple[int, str, str | None]) -> int:
    at = NOW + timedelta(seconds=version)
    return await stores.options.change(_at(version), changes, actor_id=ADA, now=at)


async def test_what_was_never_set_is_empty(stores: Stores) -> None:
    assert dict(await stores.options.layers(GUILD)) == {}
    assert await stores.options.history(GUILD, limit=5) == ()


async def test_values_are_kept_by_place_and_outlive_the_process(
    stores: Stores, other: Stores
) -> None:
    await _change(stores, 0, (SERVER, "answer", "thread"), (CHANNEL, "title", "{name} 💾"))

    expected = {SERVER: {"answer": "thread"}, CHANNEL: {"title": "{name} 💾"}}
    assert await stores.options.layers(GUILD) == expected
    assert await other.options.layers(GUILD) == expected
    assert dict(await other.options.layers(GuildId(GUILD + 1))) == {}


async def test_a_change_is_seen_at_once_although_values_are_remembered(stores: Stores) -> None:
    await stores.options.layers(GUILD)
    await _change(stores, 0, (SERVER, "bots", "on"))
    assert await stores.options.layers(GUILD) == {SERVER: {"bots": "on"}}

    await _change(stores, 1, (SERVER, "bots", None))

    assert (await stores.options.layers(GUILD)).get(SERVER, {}) == {}


async def test_each_change_is_a_version_of_the_settings(stores: Stores) -> None:
    first = await _change(stores, 0, (SERVER, "bots", "on"))
    second = await _change(stores, first, (SERVER, "bots", "off"))

    settings = await stores.guilds.find_settings(GUILD)
    assert (first, second) == (1, 2)
    assert settings is not None
    assert settings.version == 2
    assert settings.host_url == HOST


async def test_an_old_version_changes_nothing_at_all(stores: Stores, other: Stores) -> None:
    await _change(stores, 0, (SERVER, "answer", "thread"))

    with pytest.raises(StaleWrite):
        await _change(other, 0, (SERVER, "answer", "log"), (SERVER, "bots", "on"))

    assert await other.options.layers(GUILD) == {SERVER: {"answer": "thread"}}
    assert len(await other.options.history(GUILD, limit=9)) == 1


async def test_of_two_at_the_same_moment_one_wins_and_the_other_is_told(
    stores: Stores, other: Stores
) -> None:
    ended = await asyncio.gather(
        _change(stores, 0, (SERVER, "answer", "thread")),
        _change(other, 0, (SERVER, "answer", "log")),
        return_exceptions=True,
    )

    lost = [each for each in ended if isinstance(each, StaleWrite)]
    assert [each for each in ended if each == 1] == [1]
    assert len(lost) == 1
    assert len(await stores.options.history(GUILD, limit=9)) == 1


async def test_history_is_newest_first_and_names_old_and_new(stores: Stores) -> None:
    await _change(stores, 0, (CHANNEL, "bots", "on"))
    await _change(stores, 1, (CHANNEL, "bots", "off"))
    await _change(stores, 2, (CHANNEL, "bots", None))

    lines = await stores.options.history(GUILD, limit=2)

    assert [(each.scope_id, each.name, each.old, each.new) for each in lines] == [
        (CHANNEL, "bots", "off", None),
        (CHANNEL, "bots", "on", "off"),
    ]
    assert {each.actor_id for each in lines} == {ADA}
    assert lines[0].at == NOW + timedelta(seconds=2)
