"""``/mirror pause`` and ``resume`` without a channel: everything stops, everything comes back."""

from collections.abc import Mapping

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from tests.flows.kit import Harness, eventually, picture


async def _mirror(harness: Harness, act: str, channel: Channel | None = None) -> Message:
    given: Mapping[str, object] = {} if channel is None else {"channel": channel}
    asked = await harness.ada.slash(harness.photos, f"mirror {act}", **given)
    return await asked.wait_response()


async def _passed_over(harness: Harness, *places: Channel) -> None:
    """Post in each place, and wait until the bot has decided on it."""
    for place in places:
        await harness.observed(await harness.ben.say(place, files=[picture("rest.png")]))


def _titles(harness: Harness, place: Channel) -> list[object]:
    return [card.embeds[0]["title"] for card in harness.cards(place)]


async def test_everything_rests_though_channels_and_categories_have_rules_of_their_own(
    running: Harness,
) -> None:
    art = running.guild.add_channel("art", type=ChannelType.CATEGORY)
    inside = running.guild.add_channel("sketches", parent=art)
    for place in (None, art):
        await _mirror(running, "add", place)

    answer = await _mirror(running, "pause")

    await _passed_over(running, running.photos, running.lounge, inside)
    assert answer.ephemeral
    assert "Everything is stopped" in answer.content
    assert "`/mirror resume` without a channel" in answer.content
    assert [running.cards(each) for each in (running.photos, running.lounge, inside)] == [[]] * 3


async def test_everything_rests_where_only_channels_are_mirrored(running: Harness) -> None:
    answer = await _mirror(running, "pause")

    await _passed_over(running, running.photos)
    assert "Everything is stopped" in answer.content
    assert running.cards(running.photos) == []


async def test_what_rested_before_everything_did_rests_afterwards(running: Harness) -> None:
    await _mirror(running, "add")
    await _mirror(running, "pause", running.lounge)
    for _ in range(2):  # a repeat forgets nothing
        await _mirror(running, "pause")

    answer = await _mirror(running, "resume")

    await _passed_over(running, running.lounge)
    kept = await running.ben.say(running.photos, files=[picture("work.png")])
    await running.card_for(kept)
    assert "Mirroring goes on in this server." in answer.content
    assert f"Still paused, each by itself: <#{running.lounge.id}>" in answer.content
    assert (_titles(running, running.photos), running.cards(running.lounge)) == (["work.png"], [])


async def test_a_server_that_was_not_mirrored_as_a_whole_is_not_afterwards(
    running: Harness,
) -> None:
    await _mirror(running, "pause")
    await _mirror(running, "resume")

    await running.ben.say(running.lounge, files=[picture("rest.png")])
    kept = await running.ben.say(running.photos, files=[picture("work.png")])

    await running.card_for(kept)
    assert running.cards(running.lounge) == []
    listed = await _mirror(running, "list")
    assert listed.content.splitlines()[1:] == [f"<#{running.photos.id}>"]


async def test_what_is_paused_by_name_while_everything_rests_does_not_come_back_with_it(
    running: Harness,
) -> None:
    await running.mirror(running.lounge)
    await _mirror(running, "pause")
    await _mirror(running, "pause", running.photos)

    answer = await _mirror(running, "resume")

    await _passed_over(running, running.photos)
    assert f"Still paused, each by itself: <#{running.photos.id}>" in answer.content
    assert running.cards(running.photos) == []


async def test_one_channel_can_go_on_while_the_rest_is_stopped(running: Harness) -> None:
    await running.mirror(running.lounge)
    await _mirror(running, "pause")

    await _mirror(running, "resume", running.photos)

    await _passed_over(running, running.lounge)
    kept = await running.ben.say(running.photos, files=[picture("work.png")])
    await running.card_for(kept)
    assert running.cards(running.lounge) == []


async def test_what_rests_for_want_of_a_permission_comes_back_too(running: Harness) -> None:
    running.sim.faults.revoke(running.photos, Permission.EMBED_LINKS)
    await running.ben.say(running.photos, files=[picture()])
    await running.ada.wait_for_message(running.ada.dm, lambda m: "paused" in m.content)
    await _mirror(running, "pause")
    running.sim.faults.restore(running.photos)

    await _mirror(running, "resume")

    kept = await running.ben.say(running.photos, files=[picture("work.png")])
    await running.card_for(kept)


@pytest.mark.parametrize("act", ["pause", "resume"])
async def test_a_server_without_rules_is_told_so(harness: Harness, act: str) -> None:
    async with harness.bot():
        answer = await _mirror(harness, act)

    assert "Nothing is mirrored in this server" in answer.content


async def test_a_stop_outlives_a_restart_and_stands_in_the_history(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await _mirror(harness, "pause")
    async with harness.bot():
        await _passed_over(harness, harness.photos)
        answer = await _mirror(harness, "resume")
        history = await (
            await harness.ada.slash(harness.photos, "settings history")
        ).wait_response()

    assert "Mirroring goes on" in answer.content
    assert harness.cards(harness.photos) == []
    assert "this server · **mirroring**: `paused` → `on`" in str(history.embeds)
    assert "this server · **mirroring**: `on` → `paused`" in str(history.embeds)


@pytest.mark.parametrize("act", ["pause", "remove"])
async def test_whoever_stops_a_category_hears_what_goes_on_in_it(
    running: Harness, act: str
) -> None:
    art = running.guild.add_channel("art", type=ChannelType.CATEGORY)
    inside = running.guild.add_channel("sketches", parent=art)
    for place in (art, inside):
        await running.mirror(place)

    answer = await _mirror(running, act, art)

    assert f"Still mirrored, by rules of their own: <#{inside.id}>." in answer.content


async def test_whoever_unmirrors_the_server_hears_which_channels_stay(running: Harness) -> None:
    answer = await _mirror(running, "remove")

    assert f"Still mirrored, by rules of their own: <#{running.photos.id}>." in answer.content


async def test_of_what_rests_for_a_permission_resuming_everything_names_that_and_no_command(
    running: Harness,
) -> None:
    await running.mirror(running.lounge)
    running.sim.faults.revoke(running.photos, Permission.EMBED_LINKS)
    await running.ben.say(running.photos, files=[picture()])
    await eventually(
        lambda: running.read_number("SELECT count(*) FROM mirror_rule WHERE paused") == 1
    )

    answer = await (await running.ada.slash(running.lounge, "mirror resume")).wait_response()

    assert "Mirroring goes on in this server." in answer.content
    assert f"<#{running.photos.id}> (paused: the permission **Embed Links**" in answer.content
    assert "`/mirror resume` with the channel" not in answer.content
