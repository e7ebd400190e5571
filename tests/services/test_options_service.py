"""Options by place: inherited, versioned, carried over whole."""

import json
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import open_engine
from imgoe_bot.domain.guild import MANAGE_GUILD, SERVER, Actor
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.options import OPTIONS, Answer
from imgoe_bot.errors import NotAllowed, SettingsRejected, StaleWrite
from tests.contracts.stores import BEN, GUILD, Stores
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))
OTHER = Actor(UserId(8), GuildId(GUILD + 1), frozenset({MANAGE_GUILD}))
MEMBER = Actor(BEN, GUILD)
THREAD, CHANNEL, CATEGORY = 30, 20, 10
LINE = (THREAD, CHANNEL, CATEGORY)


@pytest.fixture
def office(empty_office: Office) -> Office:
    """A server that has set nothing."""
    return empty_office


async def test_the_innermost_place_that_sets_an_option_decides(office: Office) -> None:
    options = office.options
    for scope_id, value in ((SERVER, "log"), (CATEGORY, "thread"), (THREAD, "silent")):
        await options.set(MODERATOR, scope_id, "answer", value)

    assert (await options.at(GUILD, LINE)).answer is Answer.SILENT
    assert (await options.at(GUILD, (CHANNEL, CATEGORY))).answer is Answer.THREAD
    assert (await options.at(GUILD, ())).answer is Answer.LOG


async def test_each_value_names_the_place_it_comes_from(office: Office) -> None:
    await office.options.set(MODERATOR, CATEGORY, "bots", "on")
    await office.options.set(MODERATOR, SERVER, "answer", "thread")

    held = {each.name: each for each in await office.options.explain(GUILD, LINE)}

    assert tuple(held) == tuple(OPTIONS)
    assert (held["bots"].text, held["bots"].scope_id) == ("on", CATEGORY)
    assert (held["answer"].text, held["answer"].scope_id) == ("thread", SERVER)
    assert (held["kinds"].text, held["kinds"].scope_id) == ("image,video", None)


async def test_what_another_version_stored_is_not_in_force(office: Office) -> None:
    await office.options.set(MODERATOR, SERVER, "answer", "thread")
    await office.stores.run("UPDATE option_value SET value = 'shout'")
    again = open_engine(office.stores.engine.url.render_as_string())
    restarted = Office(Stores(again, office.stores.vault))

    held = {each.name: each for each in await restarted.options.explain(GUILD, ())}

    assert (held["answer"].text, held["answer"].scope_id) == ("reply", None)
    await restarted.stores.database.close()


async def test_one_server_sees_nothing_of_another(office: Office) -> None:
    await office.options.set(OTHER, SERVER, "answer", "silent")

    assert (await office.options.at(GUILD, ())).answer is Answer.REPLY


async def test_a_change_made_on_old_settings_is_refused_and_changes_nothing(
    office: Office,
) -> None:
    version = (await office.guilds.get(GUILD)).version
    await office.options.set(MODERATOR, SERVER, "answer", "thread", expected=version)

    with pytest.raises(StaleWrite):
        await office.options.set(MODERATOR, SERVER, "bots", "on", expected=version)

    assert dict(await office.options.layer(GUILD, SERVER)) == {"answer": "thread"}


async def test_a_key_changes_the_version_too(office: Office) -> None:
    version = (await office.guilds.get(GUILD)).version
    await office.guilds.set_key(
        MODERATOR, host_url="https://host.example", key="chv_key", expected=version
    )

    with pytest.raises(StaleWrite):
        await office.options.set(MODERATOR, SERVER, "bots", "on", expected=version)
    with pytest.raises(StaleWrite):
        await office.guilds.set_key(
            MODERATOR, host_url="https://host.example", key="chv_other", expected=version
        )


async def test_nobody_changes_anything_without_the_permission(office: Office) -> None:
    options = office.options
    for refused in (
        options.set(MEMBER, SERVER, "bots", "on"),
        options.reset(MEMBER, SERVER, None),
        options.history(MEMBER),
        options.export(MEMBER),
        options.import_(MEMBER, "{}"),
    ):
        with pytest.raises(NotAllowed):
            await refused


@pytest.mark.parametrize(
    ("scope_id", "name", "text", "problem"),
    [
        (SERVER, "nothing", "on", "unknown"),
        (CHANNEL, "nothing", "on", "unknown"),
        (SERVER, "answer", "shout", "bad-value"),
        (CHANNEL, "guild_files", "5", "server-only"),
    ],
)
async def test_what_can_be_no_setting_is_refused_with_its_reason(
    office: Office, scope_id: int, name: str, text: str, problem: str
) -> None:
    with pytest.raises(SettingsRejected) as refused:
        await office.options.set(MODERATOR, scope_id, name, text)

    assert (refused.value.setting, refused.value.problem) == (name, problem)


async def test_an_export_imported_elsewhere_makes_the_other_server_the_same(
    office: Office,
) -> None:
    await office.options.set(MODERATOR, SERVER, "answer", "thread")
    await office.options.set(MODERATOR, CHANNEL, "expires", "P7D")
    await office.options.set(OTHER, SERVER, "bots", "on")
    exported = await office.options.export(MODERATOR)

    count = await office.options.import_(OTHER, exported)

    assert count == 2
    assert await office.options.export(OTHER) == exported
    assert json.loads(exported)["places"] == {"0": {"answer": "thread"}, "20": {"expires": "7d"}}


async def test_options_of_a_newer_version_in_an_export_are_passed_over(office: Office) -> None:
    text = '{"format": "imgoe-settings-1", "places": {"0": {"bots": "on", "telepathy": "yes"}}}'

    assert await office.options.import_(MODERATOR, text) == 1


async def test_history_is_newest_first_and_says_what_was_before(office: Office) -> None:
    await office.options.set(MODERATOR, SERVER, "answer", "thread")
    office.clock.move(timedelta(minutes=1))
    await office.options.set(MODERATOR, SERVER, "answer", "log")
    office.clock.move(timedelta(minutes=1))
    await office.options.reset(MODERATOR, SERVER, None)

    lines = await office.options.history(MODERATOR)

    assert [(each.old, each.new) for each in lines] == [
        ("log", None),
        ("thread", "log"),
        (None, "thread"),
    ]
