"""Uploads on demand with all they can ask for, end to end."""

from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.discordsim import Message, Upload
from imgoe_bot.discordsim.payloads.messages import attachment_path
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import PATIENCE_S, Harness, picture


async def test_what_was_asked_for_reaches_the_host(running: Harness) -> None:
    asked = await running.ben.slash(
        running.lounge,
        "upload",
        file=picture("dog.png"),
        title="Rex in Rome",
        tags="dogs, rome",
        width=32,
        expires="12h",
    )

    card = await asked.wait_response(10)

    page = (await running.http.get(str(card.embeds[0]["url"]))).text
    assert "Rex in Rome" in page
    assert "32 × 24" in str(card.embeds[0]["description"])
    expires = int(str(card.embeds[0]["description"]).partition("<t:")[2].partition(":")[0])
    wanted = datetime.now(UTC) + timedelta(hours=12)
    assert abs(expires - wanted.timestamp()) < 120
    assert len(asked.responses) == 1, "the host kept the expiry, so there is nothing to remark"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"expires": "soon"}, "`7d`"),
        ({"tags": "x" * 40}, "`cats, summer`"),
        ({"album": "not an id"}, "`Xy7`"),
    ],
)
async def test_a_bad_value_is_answered_with_an_example_and_nothing_is_kept(
    running: Harness, values: dict[str, str], says: str
) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture(), **values)

    answer = await asked.wait_response(10)

    assert says in answer.content
    assert running.ben.messages(running.ben.dm) == []


async def test_neither_or_both_of_file_and_address_are_refused(running: Harness) -> None:
    none = await running.ben.slash(running.lounge, "upload")
    both = await running.ben.slash(
        running.lounge, "upload", file=picture(), url="https://example.com/a.png"
    )

    assert "either a file or an address" in (await none.wait_response(10)).content
    assert "either a file or an address" in (await both.wait_response(10)).content


async def test_an_address_is_uploaded_too(running: Harness) -> None:
    posted = await running.ben.say(running.lounge, files=[picture("sea.png")])
    url = running.sim.world.links.sign(attachment_path(posted.attachments[0]))

    asked = await running.ben.slash(running.lounge, "upload", url=url)

    card = await asked.wait_response(10)
    assert card.embeds[0]["title"] == "sea.png"


async def test_an_address_inside_the_operators_network_is_never_asked(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", url=f"{running.host.url}/a.png")

    answer = await asked.wait_response(10)

    assert "not one I read from" in answer.content


async def test_a_private_answer_is_seen_by_its_person_alone(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture(), private=True)

    card = await asked.wait_response(10)
    note = await running.direct_message_for(running.ben)

    assert card.embeds[0]["title"] == "cat.png"
    assert card.ephemeral_for == running.ben.id
    assert running.cards(running.lounge) == []
    assert note.content


async def test_only_the_uploaders_role_may_upload_where_one_is_set(running: Harness) -> None:
    role = running.guild.add_role("keepers")
    setting = {"name": "uploaders", "value": str(role.id)}
    await (await running.ada.slash(running.lounge, "settings set", **setting)).wait_response(10)
    refused = await running.ben.slash(running.lounge, "upload", file=picture())
    answer = await refused.wait_response(10)
    by_mod = await running.ada.slash(running.lounge, "upload", file=picture("a.png"))
    running.guild.set_roles(running.ben, [role])
    asked = await running.ben.slash(running.lounge, "upload", file=picture("b.png"))

    assert f"<@&{role.id}>" in answer.content
    assert (await by_mod.wait_response(10)).embeds[0]["title"] == "a.png"
    assert (await asked.wait_response(10)).embeds[0]["title"] == "b.png"


async def test_several_files_get_one_card_that_names_what_failed(running: Harness) -> None:
    await running.set_option("layout", "embed")
    opened = await running.ben.slash(running.lounge, "upload-many")
    files = [
        picture("1.png"),
        Upload("2.png", b"just words", "image/png"),
        picture("3.png", colour="red"),
    ]
    sent = await running.ben.fill_modal(opened, {"files": files})

    card = await sent.wait_response(10)
    note = await running.direct_message_for(running.ben)

    titles = [embed.get("title") for embed in card.embeds]
    assert titles == ["1.png", "3.png", "Not kept"]
    assert "2.png" in str(card.embeds[2]["description"])
    assert "1.png" in note.content
    assert "3.png" in note.content


async def test_links_come_in_every_format_to_whoever_presses(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture())
    card = await asked.wait_response(10)

    pressed = await running.ada.click(card, "Links")

    answer = await pressed.wait_response(10)
    viewer = str(card.embeds[0]["url"])
    assert answer.ephemeral_for == running.ada.id
    assert viewer in answer.content
    direct = answer.content.partition("```\n")[2].partition("\n")[0]
    assert await running.status(direct) == 200
    assert f"![cat.png]({direct})" in answer.content
    assert f'<img src="{direct}" alt="cat.png">' in answer.content
    assert f"[img]{direct}[/img]" in answer.content
    assert "/delete/" not in answer.content


async def test_links_of_many_files_come_as_a_file_besides(running: Harness) -> None:
    opened = await running.ben.slash(running.lounge, "upload-many")
    files = [picture(f"{'long' * 12}{n}.png", colour=f"#0000{n}0") for n in range(10)]
    sent = await running.ben.fill_modal(opened, {"files": files})
    card = await sent.wait_response(20)

    answer = await (await running.ben.click(card, "Links")).wait_response(10)

    assert len(answer.content) <= 2000
    listed = answer.attachments[0].data.decode()
    assert listed.count("[img]") == 10


async def test_a_card_whose_interaction_ran_out_is_posted_in_the_channel(running: Harness) -> None:
    running.sim.faults.next_problems("POST /webhooks/*", [10015])

    await running.ben.slash(running.lounge, "upload", file=picture())

    card = await running.ben.wait_for_message(
        running.lounge, lambda m: bool(m.embeds) and m.embeds[0].get("title") == "cat.png", 10
    )
    note = await running.direct_message_for(running.ben)
    await running.ben.click(note, "Delete cat.png")
    await running.ben.wait_for_message(
        running.lounge, lambda m: m is card and "The copy was deleted." in str(m.embeds)
    )


async def test_the_menu_keeps_any_message_also_without_message_content(harness: Harness) -> None:
    harness.sim.faults.forbid_intents(1 << 15)
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("layout", "embed")
        source = await harness.ben.say(
            harness.lounge, files=[picture("1.png"), picture("2.png", colour="red")]
        )

        asked = await harness.ada.use_menu(source, "Mirror to host")

        card = await asked.wait_response(10)
        note = await harness.direct_message_for(harness.ben)
        assert [embed["title"] for embed in card.embeds] == ["1.png", "2.png"]
        assert card.ephemeral_for is None
        assert "1.png" in note.content, "the copies are their author's"


async def test_the_menu_keeps_ten_files_and_a_sticker_too(running: Harness) -> None:
    await running.set_option("layout", "embed")
    wave = running.guild.add_sticker("wave", picture(colour="red").data)
    files = [picture(f"{n}.png", colour=f"#0000{n}0") for n in range(10)]
    source = await running.ben.say(running.lounge, files=files, sticker_ids=[wave.id])

    asked = await running.ada.use_menu(source, "Mirror to host")

    card = await asked.wait_response(20)
    assert len(card.embeds) == 10
    assert "[wave.png](<http" in str(card.embeds[-1]["description"])


async def test_what_was_kept_already_is_shown_and_not_uploaded_again(running: Harness) -> None:
    source = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(source)

    asked = await running.ada.use_menu(source, "Mirror to host")

    again = await asked.wait_response(10)
    assert again.embeds[0]["url"] == card.embeds[0]["url"]


async def test_a_message_without_media_is_said_to_have_none(running: Harness) -> None:
    source = await running.ben.say(running.lounge, "just words")

    asked = await running.ada.use_menu(source, "Mirror to host")

    answer = await asked.wait_response(10)
    assert "no image or video" in answer.content
    assert answer.ephemeral_for == running.ada.id


async def test_nobody_else_keeps_what_its_author_wants_left_alone(running: Harness) -> None:
    source = await running.ben.say(running.lounge, files=[picture()])
    opened = await running.ben.slash(running.lounge, "privacy opt-out")
    await opened.wait_response(10)

    asked = await running.ada.use_menu(source, "Mirror to host")

    answer = await asked.wait_response(10)
    assert "wants nothing copied" in answer.content


async def test_dead_links_are_healed_with_fresh_and_permanent_ones(running: Harness) -> None:
    source = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(source)
    old = running.sim.world.links.sign(attachment_path(source.attachments[0]))
    quoted = await running.ben.say(running.lounge, f"look: {old}")
    running.sim.faults.expire_links()

    healed = await (await running.ben.use_menu(source, "Permanent link")).wait_response(10)
    linked = await (await running.ben.use_menu(quoted, "Permanent link")).wait_response(10)

    viewer = str(card.embeds[0]["url"])
    fresh = healed.content.partition("at Discord, for a day](<")[2].partition(">")[0]
    assert f"[permanent](<{viewer}>)" in healed.content
    assert await running.status(old) != 200
    assert await running.status(fresh) == 200
    assert linked.content.count(f"[permanent](<{viewer}>)") == 1
    assert "at Discord" not in linked.content, "its link there is dead"


async def _heal_after_expiry(harness: Harness) -> tuple[str, str]:
    """Return an old link in another message's text, and the answer about that message."""
    source = await harness.ben.say(harness.photos, files=[picture()])
    await harness.card_for(source)
    old = harness.sim.world.links.sign(attachment_path(source.attachments[0]))
    quoted = await harness.ben.say(harness.lounge, f"look: {old} and https://example.com/a.png")
    harness.sim.faults.expire_links()
    asked = await harness.ben.use_menu(quoted, "Permanent link")
    return old, (await asked.wait_response(10)).content


async def test_an_old_link_in_a_text_is_signed_anew_where_the_operator_lets_it(
    harness: Harness,
) -> None:
    async with harness.bot(refresh_links=True):
        await harness.set_key()
        await harness.mirror()

        old, healed = await _heal_after_expiry(harness)

        fresh = healed.partition("at Discord, for a day](<")[2].partition(">")[0]
        assert await harness.status(old) != 200
        assert await harness.status(fresh) == 200
        assert "[permanent](<" in healed
        assert healed.count("at Discord") == 1, "the other link is not Discord's"


async def test_no_old_link_is_signed_anew_by_default(running: Harness) -> None:
    _, healed = await _heal_after_expiry(running)

    assert "[permanent](<" in healed
    assert "at Discord" not in healed
    assert not [call for call in running.sim.calls if "refresh-urls" in call]


async def test_links_that_discord_does_not_sign_anew_have_their_copy_all_the_same(
    harness: Harness,
) -> None:
    async with harness.bot(refresh_links=True):
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_statuses("POST /attachments/refresh-urls", [403])

        _, healed = await _heal_after_expiry(harness)

        assert "[permanent](<" in healed
        assert "at Discord" not in healed


async def test_what_was_never_kept_is_said_to_have_no_copy(running: Harness) -> None:
    source = await running.ben.say(running.lounge, files=[picture()])

    answer = await (await running.ben.use_menu(source, "Permanent link")).wait_response(10)

    assert "no copy yet" in answer.content
    assert "**Mirror to host**" in answer.content


async def test_what_the_host_has_to_approve_first_is_said_to_wait(harness: Harness) -> None:
    options = HostOptions(data_dir=harness.folder / "strict", moderation="all")
    async with HostServer(options) as strict, harness.bot():
        await harness.set_key(await strict.create_key("flow", user="guest"), host=strict.url)
        asked = await harness.ben.slash(harness.lounge, "upload", file=picture())

        card = await asked.wait_response(10)

        await harness.direct_message_for(harness.ben)
        assert "has to approve it" in str(card.embeds[0]["description"])
        assert "url" not in card.embeds[0]
        assert "thumbnail" not in card.embeds[0]
        assert [label for label in ("Open", "Links") if label in str(card.components)] == []
        assert "Delete…" in str(card.components)


async def test_forms_for_many_files_that_two_people_have_open_do_not_mix(running: Harness) -> None:
    forms = [
        (person, await person.slash(running.lounge, "upload-many"))
        for person in (running.ada, running.ben)
    ]
    for person, form in forms:
        await form.wait_modal(PATIENCE_S)
        sent = await person.fill_modal(form, {"files": [picture(f"{person.name}.png")]})

        card = await sent.wait_response(PATIENCE_S)

        assert [embed["title"] for embed in card.embeds] == [f"{person.name}.png"]


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("spoilers", "refuse", "no files behind a spoiler"),
        ("nsfw", "refuse", "not safe for work"),
        ("kinds", "video", "files of that kind"),
        ("max_size", "1kb", "too large"),
    ],
)
async def test_what_a_server_does_not_keep_nobody_uploads_either(
    running: Harness, option: str, value: str, told: str
) -> None:
    await running.set_option(option, value)
    running.guild.edit_channel(running.lounge, nsfw=True)

    data = picture().data + bytes(1000)

    upload = Upload("SPOILER_cat.png", data, "image/png")
    asked = await running.ben.slash(running.lounge, "upload", file=upload)

    answer = await asked.wait_response(PATIENCE_S)
    assert told in answer.content
    assert running.read_number("SELECT count(*) FROM upload") == 0


async def test_what_is_marked_as_not_safe_for_work_shows_no_thumb_where_all_may_look(
    running: Harness,
) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture(), nsfw=True)

    card = await asked.wait_response(PATIENCE_S)

    assert "thumbnail" not in card.embeds[0]


async def test_a_typed_address_of_a_spoilered_file_shows_no_thumb(running: Harness) -> None:
    spoilered = await running.ben.say(running.lounge, files=[picture("SPOILER_cat.png")])
    url = running.sim.world.links.sign(attachment_path(spoilered.attachments[0]))

    card = await (await running.ben.slash(running.lounge, "upload", url=url)).wait_response(
        PATIENCE_S
    )

    assert "thumbnail" not in card.embeds[0]


async def test_a_preview_is_not_taken_for_another_messages_preview(running: Harness) -> None:
    await running.set_option("sources", "attachments,embeds")
    cards: list[Message] = []
    for name, place in (("secret.png", running.photos), ("other.png", running.lounge)):
        shown = await running.ada.say(running.lounge, files=[picture(name)])
        url = running.sim.world.links.sign(attachment_path(shown.attachments[0]))
        message = await running.ada.say(place, "look")
        picture_of_it = {"url": url, "proxy_url": url}
        running.sim.unfurl(message, [{"type": "image", "url": url, "thumbnail": picture_of_it}])
        if place is running.photos:
            cards.append(await running.card_for(message))

    answer = await (await running.ben.use_menu(message, "Permanent link")).wait_response(PATIENCE_S)

    assert "other.png" in answer.content
    assert str(cards[0].embeds[0]["url"]) not in answer.content
