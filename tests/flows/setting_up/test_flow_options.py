"""``/settings`` over the wire: show, set, reset, export, import, history, and what is offered."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import ChannelType, Interaction, Message, Permission, Person, Upload
from imgoe_bot.domain.option_kinds import ValueType
from imgoe_bot.domain.options import OPTIONS
from tests.flows.kit import Harness, eventually


@pytest_asyncio.fixture
async def office(harness: Harness) -> AsyncIterator[Harness]:
    """The bot runs; nothing is set."""
    async with harness.bot():
        yield harness


async def _answer(asked: Interaction) -> Message:
    return await asked.wait_response()


async def _set(harness: Harness, by: Person | None = None, **given: object) -> Message:
    return await _answer(await (by or harness.ada).slash(harness.photos, "settings set", **given))


async def _offers(asked: Interaction) -> dict[str, str]:
    await asked.wait_acknowledged()
    return {str(each["value"]): str(each["name"]) for each in asked.choices or []}


async def _shown(harness: Harness, **given: object) -> str:
    """Return every page of ``/settings show``."""
    message = await _answer(await harness.ada.slash(harness.photos, "settings show", **given))
    pages = [str(message.embeds)]
    while "'label': 'Next'" in str(message.components):
        await harness.ada.click(message, "Next")
        await eventually(lambda: str(message.embeds) != pages[-1])
        pages.append(str(message.embeds))
    return "\n".join(pages)


async def test_show_explains_every_option_on_pages_that_fit(office: Harness) -> None:
    pages = await _shown(office)

    assert [
        name for name in OPTIONS if f"**{name.replace('_', chr(92) * 2 + '_')}**" not in pages
    ] == []
    assert "Where the answer to a kept message goes" in pages
    assert "default" in pages


async def test_a_value_is_inherited_from_the_category_and_says_so(office: Harness) -> None:
    art = office.guild.add_channel("art", type=ChannelType.CATEGORY)
    inside = office.guild.add_channel("sketches", parent=art)
    await _set(office, name="answer", value="thread", channel=art)

    thread = await office.ben.open_thread(inside, "one")
    pages = await _shown(office, channel=thread)

    assert f"`thread` · from <#{art.id}>" in pages


async def test_set_answers_with_what_held_before_and_holds_for_that_place_alone(
    office: Harness,
) -> None:
    answer = await _set(office, name="answer", value="silent", channel=office.lounge)

    assert answer.ephemeral
    assert f"<#{office.lounge.id}> is now `silent`" in answer.content
    assert "Before: `reply`" in answer.content
    assert "`silent`" not in await _shown(office)
    assert "`silent` · set here" in await _shown(office, channel=office.lounge)


async def test_a_template_is_shown_filled_in(office: Harness) -> None:
    answer = await _set(office, name="title", value="{name} in the club")

    assert "For example: `holiday in the club`" in answer.content


async def test_a_forum_and_a_thread_take_options_of_their_own(office: Harness) -> None:
    forum = office.guild.add_channel("gallery", type=ChannelType.FORUM)
    thread = await office.ben.open_thread(office.photos, "cats")

    for place in (forum, thread):
        answer = await _set(office, name="bots", value="on", channel=place)
        assert f"<#{place.id}> is now `on`" in answer.content


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("answer", "shout", "one of `reply`, `thread`"),
        ("max_size", "big", "a size, such as `10mb` or `1gb`, or `none`"),
        ("expires", "1s", "a duration, such as `30m`"),
        ("max_size", "1", "It has no unit. Did you mean `1mb`?"),
        (
            "max_size",
            "10b",
            "Nothing would pass with so little; `none` sets no limit. Did you mean",
        ),
        ("delete_grace", "30", "It has no unit. Did you mean `30m` / `30h` / `30d`?"),
        ("person_files", "0", "Nothing would pass with so little; `none` sets no limit."),
        ("no_such", "on", "There is no such setting"),
    ],
)
async def test_a_value_that_is_none_is_refused_with_what_would_be_one(
    office: Harness, name: str, value: str, says: str
) -> None:
    answer = await _set(office, name=name, value=value)

    assert says in answer.content
    assert "Nothing was changed." in answer.content


async def test_what_holds_for_the_server_only_takes_no_channel(office: Harness) -> None:
    answer = await _set(office, name="guild_files", value="5", channel=office.photos)

    assert "whole server" in answer.content


async def test_reset_lets_one_option_or_all_inherit_again(office: Harness) -> None:
    for name, value in (("answer", "silent"), ("bots", "on"), ("keyword", "cat")):
        await _set(office, name=name, value=value)

    one = await _answer(await office.ada.slash(office.photos, "settings reset", name="answer"))
    await _press_reset(office, one)
    rest = await _answer(await office.ada.slash(office.photos, "settings reset"))
    await _press_reset(office, rest)
    none = await _answer(await office.ada.slash(office.photos, "settings reset"))

    assert "inherits 1 option again" in one.content
    assert "inherits 2 options again" in rest.content
    assert "Nothing to reset" in none.content
    assert none.components == []


async def _press_reset(harness: Harness, question: Message) -> None:
    asked = question.content
    await harness.ada.click(question, "Reset")
    await eventually(lambda: question.content != asked)


async def test_a_reset_says_first_what_goes_and_what_holds_then(office: Harness) -> None:
    await _set(office, name="answer", value="silent")
    for name, value in (("answer", "thread"), ("bots", "on")):
        await _set(office, name=name, value=value, channel=office.lounge)

    asked = await office.ada.slash(office.photos, "settings reset", channel=office.lounge)
    question = await _answer(asked)

    assert question.ephemeral
    assert question.content.splitlines() == [
        f"Reset 2 options of <#{office.lounge.id}>? This would change:",
        "**answer**: `thread` → `silent` (from this server)",
        "**bots**: `on` → `off` (default)",
    ]
    assert "`thread` · set here" in await _shown(office, channel=office.lounge)


async def test_a_reset_that_is_not_confirmed_changes_nothing(office: Harness) -> None:
    await _set(office, name="answer", value="silent")

    await _answer(await office.ada.slash(office.photos, "settings reset"))

    assert "`silent` · set here" in await _shown(office)


async def test_a_reset_of_what_was_changed_meanwhile_is_asked_anew(office: Harness) -> None:
    await _set(office, name="answer", value="silent")
    question = await _answer(await office.ada.slash(office.photos, "settings reset"))
    await _set(office, name="bots", value="on")

    refused = await office.ada.click(question, "Reset")

    assert "Somebody else changed this meanwhile" in (await refused.wait_response()).content
    assert "`silent` · set here" in await _shown(office)


async def test_who_lost_the_right_meanwhile_confirms_no_reset(office: Harness) -> None:
    cleo = office.sim.add_person("cleo")
    member = office.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    await _set(office, name="answer", value="silent")
    question = await _answer(await cleo.slash(office.photos, "settings reset"))
    member.role_ids.clear()

    refused = await cleo.click(question, "Reset")

    assert "Manage Server" in (await refused.wait_response()).content
    assert "`silent` · set here" in await _shown(office)


async def test_a_reset_can_be_confirmed_after_a_restart(harness: Harness) -> None:
    async with harness.bot():
        await _set(harness, name="answer", value="silent", channel=harness.lounge)
        asked = await harness.ada.slash(harness.photos, "settings reset", channel=harness.lounge)
        question = await _answer(asked)
    async with harness.bot():
        await _press_reset(harness, question)

        assert f"<#{harness.lounge.id}> inherits 1 option again" in question.content


async def test_an_export_brings_everything_back_and_holds_no_secret(office: Harness) -> None:
    key = await office.host.create_key("flow")
    await office.set_key(key)
    await _set(office, name="title", value="{channel}")
    await _set(office, name="bots", value="on", channel=office.lounge)
    exported = await _answer(await office.ada.slash(office.photos, "settings export"))
    (file,) = exported.attachments
    data = file.data
    await _set(office, name="bots", value="off", channel=office.lounge)
    await _set(office, name="answer", value="silent")

    upload = Upload("settings.json", data, "application/json")
    imported = await _answer(await office.ada.slash(office.photos, "settings import", file=upload))

    assert exported.ephemeral
    assert key not in data.decode()
    assert "2 values are set now" in imported.content
    assert "`on` · set here" in await _shown(office, channel=office.lounge)
    assert "`silent`" not in await _shown(office)


@pytest.mark.parametrize(
    "data",
    [
        b"just words",
        b"[]",
        b"[" * 15_000,
        b"\xff\xfe",
        json.dumps({"format": "other", "places": {}}).encode(),
        json.dumps({"format": "imgoe-settings-1", "places": {"-5": {"bots": "on"}}}).encode(),
        json.dumps({"format": "imgoe-settings-1", "places": {"9" * 30: {"bots": "on"}}}).encode(),
    ],
)
async def test_a_file_that_is_no_export_changes_nothing(office: Harness, data: bytes) -> None:
    await _set(office, name="answer", value="silent")

    upload = Upload("settings.json", data, "application/json")
    answer = await _answer(await office.ada.slash(office.photos, "settings import", file=upload))

    assert "no file of `/settings export`" in answer.content
    assert "`silent` · set here" in await _shown(office)


async def test_an_export_with_a_value_that_is_none_is_refused_whole(office: Harness) -> None:
    places = {"0": {"bots": "on", "answer": "shout"}}
    data = json.dumps({"format": "imgoe-settings-1", "places": places}).encode()

    upload = Upload("settings.json", data, "application/json")
    answer = await _answer(await office.ada.slash(office.photos, "settings import", file=upload))

    assert "one of `reply`" in answer.content
    assert "set here" not in await _shown(office)


async def test_a_file_far_too_large_is_refused_by_its_size(office: Harness) -> None:
    upload = Upload("settings.json", b" " * 80_001, "application/json")

    answer = await _answer(await office.ada.slash(office.photos, "settings import", file=upload))

    assert "too long" in answer.content


async def test_history_tells_who_changed_what_newest_first(office: Harness) -> None:
    await office.set_key()
    await _set(office, name="bots", value="on", channel=office.lounge)
    await _set(office, name="answer", value="silent")

    shown = await _answer(await office.ada.slash(office.photos, "settings history"))

    lines = str(shown.embeds[0]["description"]).splitlines()
    assert f"<@{office.ada.id}>" in lines[0]
    assert "**answer**: inherited → `silent`" in lines[0]
    assert f"<#{office.lounge.id}> · **bots**: inherited → `on`" in lines[1]
    assert "**key**" in lines[2]


async def test_no_option_points_at_another_servers_channel(office: Harness) -> None:
    other = office.sim.add_guild("Elsewhere", owner=office.ada).add_channel("secret")
    places = {"0": {"log_channel": str(other.id)}}
    data = json.dumps({"format": "imgoe-settings-1", "places": places}).encode()

    answer = await _set(office, name="log_channel", value=f"<#{other.id}>")
    upload = Upload("settings.json", data, "application/json")
    imported = await _answer(await office.ada.slash(office.photos, "settings import", file=upload))

    assert "not on this server" in answer.content
    assert "not on this server" in imported.content
    assert "set here" not in await _shown(office)


async def test_names_and_values_are_offered_while_typing(office: Harness) -> None:
    names = await _offers(
        await office.ada.autocomplete(office.photos, "settings set", "name", name="uploaders:")
    )
    values = await _offers(
        await office.ada.autocomplete(
            office.photos, "settings set", "value", name="consent", value="agreed"
        )
    )

    assert names == {"uploaders": "uploaders: Only members with this role may upload"}
    assert values == {"opt-in": "opt-in: only of those who agreed before"}


async def test_a_channel_option_offers_the_servers_channels(office: Harness) -> None:
    values = await _offers(
        await office.ada.autocomplete(
            office.photos, "settings set", "value", name="log_channel", value="loun"
        )
    )

    answer = await _set(office, name="log_channel", value=next(iter(values)))

    assert values == {str(office.lounge.id): "#lounge"}
    assert f"is now <#{office.lounge.id}>" in answer.content


async def test_every_value_that_is_offered_is_taken(office: Harness) -> None:
    for name, option in OPTIONS.items():
        typed = await office.ada.autocomplete(
            office.photos, "settings set", "value", name=name, value=""
        )
        values = await _offers(typed)

        assert values or option.value_type is ValueType.TEXT
        assert [value for value in values if option.show(option.parse(value)) is None] == []
        assert all(0 < len(label) <= 100 for label in values.values())


async def test_a_member_is_refused_even_where_discord_shows_the_commands(office: Harness) -> None:
    office.guild.override_command("settings", office.ben, allowed=True)
    upload = Upload("settings.json", b"{}", "application/json")

    for command, given in (
        ("show", {}),
        ("set", {"name": "bots", "value": "on"}),
        ("reset", {}),
        ("export", {}),
        ("import", {"file": upload}),
        ("history", {}),
    ):
        asked = await office.ben.slash(office.photos, f"settings {command}", **given)
        answer = await _answer(asked)
        assert answer.ephemeral
        assert "Manage Server" in answer.content

    offered = await office.ben.autocomplete(
        office.photos, "settings set", "value", name="log_channel", value=""
    )
    assert await _offers(offered) == {}
    assert "set here" not in await _shown(office)


async def test_pages_turn_after_a_restart_and_not_for_who_lost_the_right(harness: Harness) -> None:
    cleo = harness.sim.add_person("cleo")
    member = harness.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    async with harness.bot():
        shown = await _answer(await cleo.slash(harness.photos, "settings show"))
    async with harness.bot():
        turned = await cleo.click(shown, "Next")
        await turned.wait_acknowledged()
        second = await cleo.wait_for_message(harness.photos, lambda m: "· 2/" in str(m.embeds))
        member.role_ids.clear()

        refused = await cleo.click(second, "Back")

        assert "Manage Server" in (await refused.wait_response()).content
