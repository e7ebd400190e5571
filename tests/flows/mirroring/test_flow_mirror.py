"""Auto-mirror, end to end, nothing replaced."""

from imgoe_bot.discordsim import ChannelType, Message
from imgoe_bot.discordsim.untyped_json import Payload, mapping, mappings, text
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, picture


async def test_a_posted_picture_comes_back_as_a_card_with_thumb_and_viewer_link(
    running: Harness,
) -> None:
    posted = await running.ben.say(running.photos, "look", files=[picture("cat.png")])

    card = await running.card_for(posted)

    embed = card.embeds[0]
    assert embed["title"] == "cat.png"
    assert await running.status(embed["url"]) == 200
    assert await running.status(_thumb_of(embed)) == 200


async def test_the_uploader_is_sent_a_delete_link_and_the_channel_is_not(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])

    card, note = await running.card_for(posted), await running.direct_message_for(running.ben)

    assert DELETE_LINK.search(note.content)
    assert note.flags & 4, "embeds are suppressed, for a preview would delete the file"
    assert "/delete/" not in str((card.content, card.embeds, card.components))


async def test_pressing_delete_removes_file_and_page_and_leaves_a_tombstone(
    running: Harness,
) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    card, note = await running.card_for(posted), await running.direct_message_for(running.ben)
    viewer, thumb = card.embeds[0]["url"], _thumb_of(card.embeds[0])

    await running.ben.click(note, "Delete cat.png")

    await running.ben.wait_for_message(running.photos, _is_tombstone)
    assert await running.status(viewer) == 404
    assert await running.status(thumb) == 404
    assert DELETE_LINK.search(note.content) is None
    assert _labels(note.components) == []


async def test_ten_files_make_one_card_and_one_direct_message(running: Harness) -> None:
    await running.set_option("layout", "embed")
    files = [picture(f"{n}.png", colour=f"#0000{n:02x}") for n in range(10)]
    posted = await running.ben.say(running.photos, files=files)

    card, note = await running.card_for(posted), await running.direct_message_for(running.ben)

    assert [embed["title"] for embed in card.embeds] == [f"{n}.png" for n in range(10)]
    assert len(DELETE_LINK.findall(note.content)) == 10
    assert len(running.ben.messages(running.ben.dm)) == 1
    assert len(running.cards(running.photos)) == 1


async def test_an_event_delivered_twice_is_answered_once(running: Harness) -> None:
    running.sim.faults.duplicate_events(2)

    first = await running.ben.say(running.photos, files=[picture("first.png")])
    await running.card_for(first)
    running.sim.faults.clear()
    last = await running.ben.say(running.photos, files=[picture("last.png", colour="red")])
    await running.card_for(last)

    assert len(running.cards(running.photos)) == 2


async def test_words_other_channels_and_other_bots_are_left_alone(running: Harness) -> None:
    await running.ben.say(running.photos, "no picture here")
    await running.ben.say(running.lounge, files=[picture()])

    posted = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(posted)

    assert len(running.cards(running.photos)) == 1
    assert running.cards(running.lounge) == []


async def test_what_was_posted_while_the_bot_was_away_is_kept_when_it_returns(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
    posted = await harness.ben.say(harness.photos, files=[picture()])

    async with harness.bot():
        card = await harness.card_for(posted)

    assert card.embeds[0]["title"] == "cat.png"


async def test_every_channel_under_a_rule_is_caught_up_from_its_own_mark(harness: Harness) -> None:
    group = harness.guild.add_channel("Group", type=ChannelType.CATEGORY)
    busy, calm = (harness.guild.add_channel(name, parent=group) for name in ("busy", "calm"))
    async with harness.bot():
        await harness.set_key()
        await harness.mirror(group)
        await harness.card_for(await harness.ben.say(busy, files=[picture("before.png")]))
    missed = [
        await harness.ben.say(place, files=[picture(colour=colour)])
        for place, colour in ((calm, "red"), (busy, "blue"))
    ]
    thread = await harness.ben.open_thread(busy, "Dusk")
    missed.append(await harness.ben.say(thread, files=[picture(colour="green")]))

    for _ in range(2):
        async with harness.bot():
            for message in missed:
                await harness.card_for(message)

    assert [len(harness.cards(place)) for place in (busy, calm, thread)] == [2, 1, 1]


async def test_a_whole_server_is_mirrored_but_for_its_exceptions(harness: Harness) -> None:
    harness.guild.set_system_channel(harness.lounge)
    async with harness.bot():
        await harness.set_key()
        added = await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        assert "The whole server is mirrored now." in added.content
        notice = await harness.ben.wait_for_message(
            harness.lounge, lambda m: "From now on" in m.content
        )
        assert "anywhere in this server" in notice.content
        paused = await harness.ada.slash(harness.photos, "mirror pause", channel=harness.lounge)
        assert "is paused" in (await paused.wait_response()).content

        await harness.observed(await harness.ben.say(harness.lounge, files=[picture(colour="red")]))
        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"
        assert harness.cards(harness.lounge) == []
        listed = await (await harness.ada.slash(harness.photos, "mirror list")).wait_response()
        assert listed.content.splitlines()[1:] == [
            "The whole server",
            f"<#{harness.lounge.id}> (paused)",
        ]


async def test_a_server_without_a_place_for_the_notice_is_told_so(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()

        hint = await harness.ada.wait_for_message(
            harness.photos, lambda m: "I could not post a notice" in m.content
        )

        assert hint.ephemeral_for == harness.ada.id
        assert "`/privacy opt-out`" in hint.content


async def test_each_channel_of_a_category_is_given_the_notice(harness: Harness) -> None:
    group = harness.guild.add_channel("Group", type=ChannelType.CATEGORY)
    inner = [harness.guild.add_channel(name, parent=group) for name in ("one", "two")]
    async with harness.bot():
        await harness.set_key()

        await harness.mirror(group)

        for channel in inner:
            await harness.ben.wait_for_message(channel, lambda m: "From now on" in m.content)


async def test_a_spoiler_shows_no_thumb(running: Harness) -> None:
    hidden = picture("SPOILER_plot.png")

    posted = await running.ben.say(running.photos, files=[hidden])

    card = await running.card_for(posted)
    assert "thumbnail" not in card.embeds[0]


async def test_a_removed_rule_mirrors_no_more(running: Harness) -> None:
    removed = await running.ada.slash(running.photos, "mirror remove", channel=running.photos)
    assert "no longer" in (await removed.wait_response()).content
    await running.ben.say(running.photos, files=[picture()])
    await running.mirror(running.lounge)

    posted = await running.ben.say(running.lounge, files=[picture()])
    await running.card_for(posted)

    assert running.cards(running.photos) == []


async def test_a_file_name_can_neither_ping_nor_format_nor_turn_text_around(
    running: Harness,
) -> None:
    posted = await running.ben.say(running.photos, files=[picture("**@everyone**\u202egnp.png")])

    card = await running.card_for(posted)

    title = str(card.embeds[0]["title"])
    assert "\u202e" not in title
    assert "@everyone" not in title
    assert not card.mention_everyone


async def test_a_file_is_called_what_its_sender_called_it(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture("我的猫 (1).png")])
    handed = await running.ben.slash(running.lounge, "upload", file=picture("другая.png"))

    card = await running.card_for(posted)
    answer = await handed.wait_response(PATIENCE_S)

    assert card.embeds[0]["title"] == "我的猫 (1).png"
    assert answer.embeds[0]["title"] == "другая.png"


def _thumb_of(embed: Payload) -> str:
    return text(mapping(embed["thumbnail"]), "url")


def _is_tombstone(message: Message) -> bool:
    return "The copy was deleted." in str(message.embeds)


def _labels(components: list[Payload]) -> list[str]:
    parts = [part for row in components for part in mappings(row.get("components"))]
    return [text(part, "label") for part in parts]
