"""What goes wrong: each gets a clear answer to whoever can act, and the bot lives on."""

import asyncio

import pytest
from structlog.testing import capture_logs

from imgoe_bot.discordsim import Message, Permission, Upload
from imgoe_bot.discordsim.gateway.intents import MESSAGE_CONTENT
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.terminal.run import run_bot
from tests.flows.kit import DELETE_LINK, Harness, eventually, picture


async def _still_works(harness: Harness) -> None:
    posted = await harness.ada.say(harness.photos, files=[picture("alive.png", colour="gold")])
    card = await harness.card_for(posted)
    assert card.embeds[0]["title"] == "alive.png"
    assert card.embeds[0].get("url")


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (Upload("notes.png", b"these are words, not pixels", "image/png"), "no image or video"),
        (Upload("empty.png", b"", "image/png"), "is empty"),
        (Upload("page.jpg", b"<html><script>alert(1)</script>", "image/jpeg"), "no image"),
    ],
)
async def test_a_file_that_is_no_media_is_named_with_the_reason(
    running: Harness, upload: Upload, says: str
) -> None:
    posted = await running.ben.say(running.photos, files=[upload])

    card = await running.card_for(posted)

    assert upload.filename in str(card.embeds)
    assert says in str(card.embeds)
    await _still_works(running)


async def test_a_garbled_picture_among_good_ones_spoils_only_itself(running: Harness) -> None:
    good = picture("good.png")
    broken = Upload("broken.png", good.data[:40], "image/png")
    await running.set_option("layout", "embed")

    posted = await running.ben.say(running.photos, files=[broken, good])

    card = await running.card_for(posted)
    assert [embed["title"] for embed in card.embeds] == ["good.png", "Not kept"]
    assert "broken.png" in str(card.embeds[1])


async def test_a_file_over_the_limit_is_refused_with_both_sizes(harness: Harness) -> None:
    async with harness.bot(max_upload_bytes=100, park_for_s=0):
        await harness.set_key()
        await harness.mirror()

        posted = await harness.ben.say(harness.photos, files=[picture("big.png")])

        text = str((await harness.card_for(posted)).embeds)
    assert "too large" in text
    assert "The limit is 100 bytes" in text


async def test_without_a_key_the_answer_tells_a_moderator_what_to_do(harness: Harness) -> None:
    async with harness.bot():
        await harness.mirror()

        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert "/settings key" in str((await harness.card_for(posted)).embeds)
        await harness.set_key()
        await _still_works(harness)


async def test_a_wrong_key_is_told_as_such(running: Harness) -> None:
    await running.set_untried_key("chv_wrong_wrong_wrong")

    posted = await running.ben.say(running.photos, files=[picture()])

    text = str((await running.card_for(posted)).embeds)
    assert "does not accept this server's API key" in text
    assert "chv_wrong" not in text
    await running.set_key()
    await _still_works(running)


async def test_an_unreachable_host_is_told_after_the_last_try(harness: Harness) -> None:
    async with harness.bot(park_for_s=1):
        await harness.set_untried_key("chv_some_key_1234", host="http://127.0.0.1:9")
        await harness.mirror()

        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert "can't be reached" in str((await harness.card_for(posted)).embeds)
        await harness.set_key()
        await _still_works(harness)


async def test_a_host_that_comes_back_gets_the_picture_after_all(harness: Harness) -> None:
    async with HostServer(HostOptions(data_dir=harness.folder / "late")) as late:
        key = str(late.first_key)
        port = int(late.url.rpartition(":")[2])
    async with harness.bot():
        await harness.set_untried_key(key, host=f"http://127.0.0.1:{port}")
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await eventually(lambda: any("/messages/" in call for call in harness.sim.calls))

        async with HostServer(HostOptions(data_dir=harness.folder / "late", port=port)):
            card = await harness.card_for(posted)

    assert card.embeds[0]["title"] == "cat.png"


async def test_with_closed_dms_the_card_leads_to_the_link_instead(running: Harness) -> None:
    running.ben.dms_closed = True
    await running.ben.say(running.photos, files=[picture()])
    card = await running.ben.wait_for_message(
        running.photos, lambda m: "can't send you direct messages" in m.content
    )

    pressed = await running.ben.click(card, "Delete…")

    answer = await pressed.wait_response()
    assert answer.ephemeral
    assert DELETE_LINK.search(answer.content)
    await running.ben.click(answer, "Delete cat.png")
    await running.ben.wait_for_message(
        running.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
    )


async def test_somebody_else_gets_neither_the_link_nor_the_deletion(running: Harness) -> None:
    cleo = running.sim.add_person("cleo")
    running.guild.join(cleo)
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)

    answer = await (await cleo.click(card, "Delete…")).wait_response()

    assert "/delete/" not in answer.content
    assert answer.components == []
    assert await running.status(card.embeds[0]["url"]) == 200


async def test_a_moderator_may_delete_but_does_not_see_the_link(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)
    viewer = card.embeds[0]["url"]

    answer = await (await running.ada.click(card, "Delete…")).wait_response()
    assert "/delete/" not in answer.content
    await running.ada.click(answer, "Delete cat.png")

    await running.ada.wait_for_message(
        running.photos, lambda m: "The copy was deleted." in str(m.embeds)
    )
    assert await running.status(viewer) == 404


async def _deleted_while(harness: Harness, call: str) -> Message:
    """Post a picture and delete the message while the bot's request ``call`` is held up."""
    harness.sim.faults.delay(call, 0.4)
    calls_before = len(harness.sim.calls)
    posted = await harness.ben.say(harness.photos, files=[picture()])
    method, _, path = call.partition(" ")
    start = path.partition("*")[0]
    begins = f"{method} {start}"
    await eventually(lambda: any(c.startswith(begins) for c in harness.sim.calls[calls_before:]))
    await harness.ben.delete(posted)
    return await harness.ben.wait_for_message(
        harness.ben.dm, lambda m: "was deleted before" in m.content
    )


async def test_a_message_deleted_before_it_is_read_is_not_kept(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_files([(404, b"")])  # so that its message is asked for

        answer = await _deleted_while(harness, f"GET /channels/{harness.photos.id}/messages/*")

        assert "Nothing was kept" in answer.content
        assert harness.cards(harness.photos) == []
        await _still_works(harness)


async def test_a_message_deleted_before_its_card_takes_the_copy_with_it(running: Harness) -> None:
    answer = await _deleted_while(running, f"POST /channels/{running.photos.id}/messages")

    assert "I deleted the copy too" in answer.content
    assert _stored_files(running) == []
    running.sim.faults.clear()
    await _still_works(running)


async def test_a_copy_that_was_announced_outlives_its_message(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)

    await running.ben.delete(posted)

    await _still_works(running)
    assert await running.status(card.embeds[0]["url"]) == 200


async def test_in_a_channel_the_bot_may_not_write_the_uploader_still_gets_the_link(
    running: Harness,
) -> None:
    running.sim.faults.revoke(running.photos, Permission.SEND_MESSAGES)

    await running.ben.say(running.photos, files=[picture()])

    assert DELETE_LINK.search((await running.direct_message_for(running.ben)).content)


async def test_a_storm_of_rate_limits_and_faults_delays_the_card_but_loses_nothing(
    running: Harness,
) -> None:
    route = f"POST /channels/{running.photos.id}/messages"
    running.sim.faults.next_statuses(route, [429, 429, 500])

    posted = await running.ben.say(running.photos, files=[picture()])

    await running.card_for(posted)
    assert len(running.cards(running.photos)) == 1


async def test_a_dropped_gateway_is_resumed(running: Harness) -> None:
    await running.sim.faults.drop_sockets(resumable=True)

    posted = await running.ben.say(running.photos, files=[picture()])

    await running.card_for(posted)


def _stored_files(harness: Harness) -> list[str]:
    return [str(f) for f in (harness.folder / "host" / "images").rglob("*") if f.is_file()]


@pytest.mark.parametrize("status", [403, 404, 429])
async def test_a_page_in_the_place_of_discord_at_the_start_is_a_matter_of_the_network(
    harness: Harness, status: int
) -> None:
    harness.sim.faults.next_statuses("GET /users/@me", [status] * 9, coded=False)

    with pytest.raises(SourceUnreachable):
        await run_bot(harness.settings())


async def test_a_network_that_goes_between_the_two_ways_to_start_is_no_crash(
    harness: Harness,
) -> None:
    harness.sim.faults.forbid_intents(MESSAGE_CONTENT)
    harness.sim.faults.delay("GET /users/@me", 2)

    with capture_logs() as logs:
        starting = asyncio.create_task(run_bot(harness.settings()))
        await eventually(lambda: any("Message Content intent is off" in e["event"] for e in logs))
        harness.sim.faults.next_statuses("GET /users/@me", [404] * 9, coded=False)
        with pytest.raises(SourceUnreachable):
            await starting
