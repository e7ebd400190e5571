"""The notice that a place is mirrored: given, given anew, and what a moderator hears of it."""

from typing import Any, cast

from imgoe_bot.discordsim import Channel, ChannelType, Message
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import Harness, eventually, picture

UNTOLD = "No notice was posted in"


def _notices(channel: Channel) -> list[Message]:
    return [m for m in channel.messages.values() if "From now on" in m.content]


async def _told(channel: Channel, count: int) -> None:
    """Wait until a channel has so many notices."""
    await eventually(lambda: len(_notices(channel)) == count)


async def _hint(harness: Harness) -> Message:
    """Wait for what a moderator is told of places that were told nothing."""
    return await harness.ada.wait_for_message(harness.photos, lambda m: UNTOLD in m.content, 10)


async def _walk(harness: Harness, step: int) -> Message:
    """Walk through the wizard up to a step; returns its message."""
    shown = await (await harness.ada.slash(harness.photos, "setup")).wait_response()
    for number in range(2, step + 1):
        await harness.ada.click(shown, "Next")
        await _shows(shown, f"step {number}")
    return shown


async def _shows(message: Message, text: str) -> None:
    await eventually(lambda: text in str(message.embeds))


async def test_who_was_asked_before_is_told_when_nobody_is_asked_any_more(running: Harness) -> None:
    await running.set_option("consent", "opt-in")
    await running.set_option("consent", "announce")
    await _told(running.photos, 2)

    for name, value in (("consent", "announce"), ("keyword", "cat")):
        await running.set_option(name, value)

    await running.mirror(running.lounge)
    assert len(_notices(running.photos)) == 2
    assert "press the button" in _notices(running.photos)[1].content


async def test_a_new_host_is_named_in_each_mirrored_place_once(running: Harness) -> None:
    await running.mirror(running.lounge)
    await running.set_key()
    async with HostServer(HostOptions(data_dir=running.folder / "other")) as other:
        for _ in range(2):
            await running.set_key(await other.create_key("flow"), host=other.url)
        for channel in (running.photos, running.lounge):
            await _told(channel, 2)
        await running.card_for(await running.ben.say(running.photos, files=[picture()]))

    name = other.url.removeprefix("http://")
    for channel in (running.photos, running.lounge):
        first, second = _notices(channel)
        assert name in second.content
        assert name not in first.content


async def test_the_wizard_tells_anew_too(running: Harness) -> None:
    await running.set_option("consent", "react")
    shown = await _walk(running, 3)
    rows = cast("list[dict[str, Any]]", shown.components)
    parts = [part["custom_id"] for row in rows for part in row["components"]]

    await running.ada.select(shown, next(id_ for id_ in parts if "consent" in id_), ["announce"])

    await _told(running.photos, 2)


async def test_a_place_with_a_consent_of_its_own_is_told_of_its_own(running: Harness) -> None:
    group = running.guild.add_channel("Group", type=ChannelType.CATEGORY)
    inner, other = (running.guild.add_channel(name, parent=group) for name in ("inner", "other"))
    await running.set_option("consent", "opt-in")
    await running.mirror(group)
    await _told(other, 1)

    await running.set_option("consent", "announce", running.lounge)
    await running.set_option("consent", "announce", inner)

    await _told(inner, 2)
    assert [len(_notices(each)) for each in (other, running.lounge)] == [1, 0]


async def test_a_paused_place_is_told_when_it_is_resumed(running: Harness) -> None:
    await running.set_option("consent", "opt-in")
    paused = await running.ada.slash(running.photos, "mirror pause", channel=running.photos)
    await paused.wait_response()
    await running.set_option("consent", "announce")
    await running.mirror(running.lounge)
    assert len(_notices(running.photos)) == 1

    await running.ada.slash(running.photos, "mirror resume", channel=running.photos)

    await _told(running.photos, 2)


async def test_of_a_forum_the_moderator_hears_that_nobody_was_told(running: Harness) -> None:
    forum = running.guild.add_channel("gallery", type=ChannelType.FORUM)

    await running.mirror(forum)

    hint = await _hint(running)
    assert hint.ephemeral_for == running.ada.id
    assert f"{UNTOLD} <#{forum.id}>." in hint.content
    assert "`/privacy opt-out`" in hint.content


async def test_of_a_large_category_the_moderator_hears_which_channels_were_not_told(
    running: Harness,
) -> None:
    group = running.guild.add_channel("Group", type=ChannelType.CATEGORY)
    inner = [running.guild.add_channel(f"room-{n}", parent=group) for n in range(12)]

    await running.mirror(group)

    hint = await _hint(running)
    assert f"{UNTOLD} <#{inner[10].id}>, <#{inner[11].id}>." in hint.content
    assert [len(_notices(channel)) for channel in inner] == [1] * 10 + [0] * 2


async def test_the_wizard_says_where_nobody_was_told(running: Harness) -> None:
    forum = running.guild.add_channel("gallery", type=ChannelType.FORUM)
    shown = await _walk(running, 4)

    await running.ada.select(shown, "imgoe:setup:channels", [forum, running.lounge])

    await _shows(shown, f"{UNTOLD} <#{forum.id}>.")
    assert len(_notices(running.lounge)) == 1
