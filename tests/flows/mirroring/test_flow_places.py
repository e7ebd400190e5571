"""What a server sets for a place, and what that changes for a picture posted there."""

import pytest

from imgoe_bot.discordsim import ChannelType, Message, Permission
from tests.flows.kit import DELETE_LINK, Harness, eventually, picture


async def _answer_in_the_lounge(harness: Harness) -> None:
    await harness.set_option("answer", "log")
    await harness.set_option("log_channel", str(harness.lounge.id))


def _texts(message: Message) -> str:
    return str((message.content, message.embeds, message.components))


async def test_the_answer_may_go_into_a_thread_below_the_message(running: Harness) -> None:
    await running.set_option("answer", "thread")

    posted = await running.ben.say(running.photos, files=[picture()])

    thread = running.sim.world.channels
    await eventually(lambda: posted.id in thread)
    card = await running.ben.wait_for_message(thread[posted.id], lambda m: bool(m.embeds))
    assert card.embeds[0]["title"] == "cat.png"


async def test_the_answer_may_go_into_a_log_channel_and_names_its_source(running: Harness) -> None:
    await _answer_in_the_lounge(running)

    posted = await running.ben.say(running.photos, files=[picture()])

    card = await running.ben.wait_for_message(running.lounge, lambda m: bool(m.embeds))
    assert f"/{running.photos.id}/{posted.id}" in card.content
    assert not card.mention_ids
    assert running.cards(running.photos) == []


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_a_card_in_a_log_channel_names_its_source_after_a_change_too(
    running: Harness, layout: str
) -> None:
    await _answer_in_the_lounge(running)
    await running.set_option("layout", layout)
    posted = await running.ben.say(running.photos, files=[picture()])
    note = await running.direct_message_for(running.ben)

    await running.ben.click(note, "Delete cat.png")

    card = await running.ben.wait_for_message(
        running.lounge, lambda m: "The copy was deleted." in _texts(m)
    )
    assert f"/{running.photos.id}/{posted.id}" in _texts(card)


async def test_the_answer_may_be_a_mere_reaction(running: Harness) -> None:
    await running.set_option("answer", "reaction")

    posted = await running.ben.say(running.photos, files=[picture()])

    await eventually(lambda: "✅" in posted.reactions)
    assert DELETE_LINK.search((await running.direct_message_for(running.ben)).content)
    assert running.cards(running.photos) == []


async def test_in_silence_only_the_uploader_hears_of_it(running: Harness) -> None:
    await running.set_option("answer", "silent")

    await running.ben.say(running.photos, files=[picture()])

    assert DELETE_LINK.search((await running.direct_message_for(running.ben)).content)
    assert running.cards(running.photos) == []


async def test_a_gallery_shows_pictures_with_alt_text_and_hides_spoilers(running: Harness) -> None:
    await running.set_option("layout", "gallery")

    files = [picture("a.png"), picture("SPOILER_b.png", colour="red")]
    posted = await running.ben.say(running.photos, files=files)

    card = await running.card_for(posted)
    text = _texts(card)
    assert card.flags & 1 << 15
    assert "'description': 'a.png'" in text
    assert "'spoiler': True" in text


async def test_a_gallery_card_becomes_a_tombstone_too(running: Harness) -> None:
    await running.set_option("layout", "gallery")
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)
    note = await running.direct_message_for(running.ben)

    await running.ben.click(note, "Delete cat.png")

    await running.ben.wait_for_message(
        running.photos, lambda m: m is card and "The copy was deleted." in _texts(m)
    )


async def test_a_day_s_quota_stops_the_next_picture_and_says_so(running: Harness) -> None:
    await running.set_option("person_files", "1")
    first = await running.ben.say(running.photos, files=[picture("a.png")])
    await running.card_for(first)

    second = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])

    assert "used up" in _texts(await running.card_for(second))


async def test_templates_name_the_upload_at_the_host(running: Harness) -> None:
    await running.set_option("title", "Club {name}")

    posted = await running.ben.say(running.photos, files=[picture("cat.png")])

    viewer = str((await running.card_for(posted)).embeds[0]["url"])
    page = (await running.http.get(viewer)).text
    assert "Club cat" in page


async def test_an_inner_place_inherits_and_overrides(running: Harness) -> None:
    await running.set_option("answer", "silent")
    own = await running.ada.slash(
        running.photos, "settings set", name="answer", value="reply", channel=running.photos
    )
    await own.wait_response()

    posted = await running.ben.say(running.photos, files=[picture()])

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_a_rule_for_a_category_holds_for_its_channels_and_threads(running: Harness) -> None:
    group = running.guild.add_channel("Group", type=ChannelType.CATEGORY)
    inner = running.guild.add_channel("inner", parent=group)
    await running.mirror(group)

    posted = await running.ben.say(inner, files=[picture()])

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_forwarded_pictures_are_kept_for_who_forwards_them(running: Harness) -> None:
    original = await running.ada.say(running.lounge, files=[picture("far.png")])

    forwarded = await running.ben.forward(original, running.photos)

    card = await running.card_for(forwarded)
    assert card.embeds[0]["title"] == "far.png"
    assert "far.png" in (await running.direct_message_for(running.ben)).content


async def test_a_paused_channel_rests_until_it_is_resumed(running: Harness) -> None:
    await (
        await running.ada.slash(running.photos, "mirror pause", channel=running.photos)
    ).wait_response()
    rest = await running.ben.say(running.photos, files=[picture("rest.png")])
    await running.observed(rest)
    await (
        await running.ada.slash(running.photos, "mirror resume", channel=running.photos)
    ).wait_response()

    posted = await running.ben.say(running.photos, files=[picture("work.png", colour="red")])

    await running.card_for(posted)
    assert [c.embeds[0]["title"] for c in running.cards(running.photos)] == ["work.png"]


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        (Permission.SEND_MESSAGES, "Send Messages"),
        (Permission.EMBED_LINKS, "Embed Links"),
    ],
)
async def test_a_channel_the_bot_lost_pauses_its_rule_and_tells_its_moderator_once(
    running: Harness, lost: Permission, named: str
) -> None:
    running.sim.faults.revoke(running.photos, lost)

    await running.ben.say(running.photos, files=[picture("a.png")])
    told = await running.ada.wait_for_message(running.ada.dm, lambda m: "paused" in m.content)
    await running.ben.say(running.photos, files=[picture("b.png", colour="red")])
    await running.mirror(running.lounge)

    assert named in told.content
    listed = await (await running.ada.slash(running.photos, "mirror list")).wait_response()
    assert f"<#{running.photos.id}> (paused: the permission **{named}**" in listed.content
    assert len(running.ada.messages(running.ada.dm)) == 1


async def test_a_lost_log_channel_is_named_as_the_place_where_the_permission_is_missing(
    running: Harness,
) -> None:
    await _answer_in_the_lounge(running)
    running.sim.faults.revoke(running.lounge, Permission.EMBED_LINKS)

    await running.ben.say(running.photos, files=[picture("a.png")])

    told = await running.ada.wait_for_message(running.ada.dm, lambda m: "paused" in m.content)
    missing = f"the permission **Embed Links** is missing in <#{running.lounge.id}>"
    assert f"answer for <#{running.photos.id}>: {missing}" in told.content
    listed = await (await running.ada.slash(running.photos, "mirror list")).wait_response()
    assert f"<#{running.photos.id}> (paused: {missing})" in listed.content


async def test_a_channel_lost_under_a_wider_rule_rests_alone(running: Harness) -> None:
    group = running.guild.add_channel("Group", type=ChannelType.CATEGORY)
    lost, kept = (running.guild.add_channel(name, parent=group) for name in ("lost", "kept"))
    await running.mirror(group)
    running.sim.faults.revoke(lost, Permission.SEND_MESSAGES)

    await running.ben.say(lost, files=[picture("a.png")])
    told = await running.ada.wait_for_message(running.ada.dm, lambda m: "paused" in m.content)
    posted = await running.ben.say(kept, files=[picture("b.png", colour="red")])

    assert f"<#{lost.id}>" in told.content
    assert (await running.card_for(posted)).embeds[0]["title"] == "b.png"
    listed = await (await running.ada.slash(running.photos, "mirror list")).wait_response()
    assert f"<#{lost.id}> (paused: " in listed.content
    assert f"<#{group.id}> (paused" not in listed.content


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_what_is_not_safe_for_work_is_veiled_where_everybody_may_look(
    running: Harness, layout: str
) -> None:
    await _answer_in_the_lounge(running)
    await running.set_option("layout", layout)
    running.guild.edit_channel(running.photos, nsfw=True)

    await running.ben.say(running.photos, files=[picture()])

    card = await running.ben.wait_for_message(
        running.lounge, lambda m: bool(m.embeds or m.components)
    )
    if layout == "embed":
        assert "thumbnail" not in card.embeds[0]
    else:
        assert "'spoiler': True" in str(card.components)
