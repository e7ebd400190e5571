"""Discord's CDN has a bad moment, or a proxy on the way: what was posted is kept all the same."""

from collections.abc import Awaitable, Callable

import pytest

from imgoe_bot.discordsim import Message, SimOptions
from imgoe_bot.discordsim.payloads.messages import attachment_path
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

EXPIRED = b"This content is no longer available."
HTML = b"<!DOCTYPE html><title>Error 1015</title>"
JSON = b'{"message": "internal error", "code": 0}'
WHOLE = picture().data
BAD_ANSWERS: list[tuple[int, bytes]] = [
    (403, EXPIRED),
    (404, EXPIRED),
    (410, b""),
    (500, b""),
    (200, HTML),
    (200, JSON),
    (200, b""),
    (200, WHOLE[:-20]),
    (200, WHOLE + b"x"),
]


@pytest.fixture
def sim_options() -> SimOptions:
    return SimOptions(fetch_previews=False, message_limit=50, message_window_s=1)


def _titles(harness: Harness) -> list[str]:
    return sorted(str(card.embeds[0].get("title")) for card in harness.cards(harness.photos))


async def test_what_the_cdn_does_not_hand_out_at_first_is_kept_and_nobody_is_blamed(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_files(BAD_ANSWERS)
        names = [f"{number}.png" for number in range(len(BAD_ANSWERS))]

        for name in names:
            await harness.ben.say(harness.photos, files=[picture(name)])

        await eventually(lambda: _titles(harness) == names)
        assert not any("deleted" in m.content for m in harness.ben.messages(harness.ben.dm))
        assert len(list((harness.folder / "host" / "images").rglob("*[0-9].png"))) == len(names)


async def test_while_the_cdn_has_nothing_every_post_waits_and_none_is_lost(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.fail_files(404, EXPIRED)
        await harness.ben.say(harness.photos, files=[picture("a.png")])
        await harness.ben.say(harness.photos, files=[picture("b.png")])
        await eventually(lambda: harness.sim.world.active_faults.files_failed >= 3)

        harness.sim.faults.serve_files()

        await eventually(lambda: _titles(harness) == ["a.png", "b.png"])
        assert not any("deleted" in m.content for m in harness.ben.messages(harness.ben.dm))


async def _sticker(harness: Harness) -> Message:
    sticker = harness.guild.add_sticker("wave", WHOLE)
    return await harness.ben.say(harness.photos, sticker_ids=[sticker.id])


async def _forward(harness: Harness) -> Message:
    shown = await harness.ada.say(harness.lounge, files=[picture("far.png")])
    return await harness.ben.forward(shown, harness.photos)


async def _preview(harness: Harness) -> Message:
    shown = await harness.ada.say(harness.lounge, files=[picture("far.png")])
    path = harness.sim.world.links.sign(attachment_path(shown.attachments[0]))
    posted = await harness.ben.say(harness.photos, "look at this")
    harness.sim.unfurl(
        posted, [{"type": "image", "url": path, "thumbnail": {"url": path, "proxy_url": path}}]
    )
    return posted


async def _link(harness: Harness) -> Message:
    """Post a link that has run out by then."""
    shown = await harness.ada.say(harness.lounge, files=[picture("far.png")])
    url = harness.sim.world.links.sign(attachment_path(shown.attachments[0]))
    harness.sim.faults.expire_links()
    return await harness.ben.say(harness.photos, f"look: {url}")


@pytest.mark.parametrize("answer", [(404, EXPIRED), (200, HTML), (200, b"")], ids=str)
@pytest.mark.parametrize("post", [_sticker, _forward, _preview, _link])
async def test_every_kind_of_thing_at_discord_is_asked_for_again(
    harness: Harness, post: Callable[[Harness], Awaitable[Message]], answer: tuple[int, bytes]
) -> None:
    async with harness.bot(refresh_links=True):
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("sources", "attachments, stickers, forwards, embeds, links")
        harness.sim.faults.next_files([answer])

        posted = await post(harness)

        card = await harness.card_for(posted)
        assert card.embeds[0].get("url")


async def test_the_first_try_takes_the_link_that_came_with_the_message(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])

    await running.card_for(posted)

    look = f"GET /channels/{running.photos.id}/messages/{posted.id}"
    assert look not in running.sim.calls


async def test_each_further_try_asks_discord_for_a_fresh_link(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_files([(503, b"")])
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await eventually(lambda: not harness.sim.world.active_faults.files)

        harness.sim.faults.expire_links()

        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_when_the_tries_run_out_the_card_says_who_did_not_hand_the_file_over(
    harness: Harness,
) -> None:
    async with harness.bot(park_for_s=1):
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_files([(404, EXPIRED), (404, EXPIRED)])

        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert "Discord did not hand over the file" in str((await harness.card_for(posted)).embeds)
        assert harness.ben.messages(harness.ben.dm) == []


async def test_a_proxys_404_to_a_look_at_the_message_does_not_take_anything_back(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        look = f"GET /channels/{harness.photos.id}/messages/*"
        harness.sim.faults.next_files([(404, EXPIRED)])
        harness.sim.faults.next_statuses(look, [404], coded=False)

        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"


@pytest.mark.parametrize("codes", [[10003], [10008], [10004]], ids=str)
async def test_an_answer_that_could_not_be_posted_takes_no_copy_back_while_the_message_stands(
    harness: Harness, codes: list[int]
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_problems(f"POST /channels/{harness.photos.id}/messages", codes)

        posted = await harness.ben.say(harness.photos, files=[picture()])

        card = await harness.card_for(posted)
        assert await harness.status(card.embeds[0]["url"]) == 200
        assert not any("deleted" in m.content for m in harness.ben.messages(harness.ben.dm))


@pytest.mark.parametrize("private", [False, True])
async def test_a_command_s_file_is_asked_for_again_while_the_person_waits(
    running: Harness, private: bool
) -> None:
    running.sim.faults.next_files([(404, EXPIRED), (200, HTML)])

    asked = await running.ben.slash(running.photos, "upload", file=picture(), private=private)

    assert (await asked.wait_response(PATIENCE_S)).embeds[0]["title"] == "cat.png"


async def test_a_command_s_file_that_never_comes_is_said_to_be_discord_s(running: Harness) -> None:
    running.sim.faults.next_files([(404, EXPIRED)] * 9)

    asked = await running.ben.slash(running.photos, "upload", file=picture())

    answer = await asked.wait_response(PATIENCE_S)
    assert "Discord did not hand over the file" in answer.content
