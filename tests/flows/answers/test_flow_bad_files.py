"""Discord's CDN has a bad moment, or a proxy on the way: what was posted is kept all the same."""

from collections.abc import Awaitable, Callable

import pytest

from imgoe_bot.discordsim import Message, SimOptions
from imgoe_bot.discordsim.payloads.messages import attachment_path
from tests.flows.kit import PATIENCE_S, Town, eventually, picture

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


def _titles(town: Town) -> list[str]:
    return sorted(str(card.embeds[0].get("title")) for card in town.cards(town.photos))


async def test_what_the_cdn_does_not_hand_out_at_first_is_kept_and_nobody_is_blamed(
    town: Town,
) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        town.sim.faults.next_files(BAD_ANSWERS)
        names = [f"{number}.png" for number in range(len(BAD_ANSWERS))]

        for name in names:
            await town.ben.say(town.photos, files=[picture(name)])

        await eventually(lambda: _titles(town) == names)
        assert not any("deleted" in m.content for m in town.ben.messages(town.ben.dm))
        assert len(list((town.folder / "host" / "images").rglob("*[0-9].png"))) == len(names)


async def _sticker(town: Town) -> Message:
    sticker = town.guild.add_sticker("wave", WHOLE)
    return await town.ben.say(town.photos, sticker_ids=[sticker.id])


async def _forward(town: Town) -> Message:
    shown = await town.ada.say(town.lounge, files=[picture("far.png")])
    return await town.ben.forward(shown, town.photos)


async def _preview(town: Town) -> Message:
    shown = await town.ada.say(town.lounge, files=[picture("far.png")])
    path = town.sim.world.links.sign(attachment_path(shown.attachments[0]))
    posted = await town.ben.say(town.photos, "look at this")
    town.sim.unfurl(
        posted, [{"type": "image", "url": path, "thumbnail": {"url": path, "proxy_url": path}}]
    )
    return posted


async def _link(town: Town) -> Message:
    """Post a link that has run out by then."""
    shown = await town.ada.say(town.lounge, files=[picture("far.png")])
    url = town.sim.world.links.sign(attachment_path(shown.attachments[0]))
    town.sim.faults.expire_links()
    return await town.ben.say(town.photos, f"look: {url}")


@pytest.mark.parametrize("answer", [(404, EXPIRED), (200, HTML), (200, b"")], ids=str)
@pytest.mark.parametrize("post", [_sticker, _forward, _preview, _link])
async def test_every_kind_of_thing_at_discord_is_asked_for_again(
    town: Town, post: Callable[[Town], Awaitable[Message]], answer: tuple[int, bytes]
) -> None:
    async with town.bot(refresh_links=True):
        await town.set_key()
        await town.mirror()
        await town.set_option("sources", "attachments, stickers, forwards, embeds, links")
        town.sim.faults.next_files([answer])

        posted = await post(town)

        card = await town.card_for(posted)
        assert card.embeds[0].get("url")


async def test_each_try_asks_discord_for_a_fresh_link(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        town.sim.faults.next_files([(503, b"")])
        posted = await town.ben.say(town.photos, files=[picture()])
        await eventually(lambda: not town.sim.world.active_faults.files)

        town.sim.faults.expire_links()

        assert (await town.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_when_the_tries_run_out_the_card_says_who_did_not_hand_the_file_over(
    town: Town,
) -> None:
    async with town.bot(job_patience_s=1):
        await town.set_key()
        await town.mirror()
        town.sim.faults.next_files([(404, EXPIRED), (404, EXPIRED)])

        posted = await town.ben.say(town.photos, files=[picture()])

        assert "Discord did not hand over the file" in str((await town.card_for(posted)).embeds)
        assert town.ben.messages(town.ben.dm) == []


async def test_a_proxys_404_to_a_look_at_the_message_does_not_take_anything_back(
    town: Town,
) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        look = f"GET /channels/{town.photos.id}/messages/*"
        town.sim.faults.next_statuses(look, [404], coded=False)

        posted = await town.ben.say(town.photos, files=[picture()])

        assert (await town.card_for(posted)).embeds[0]["title"] == "cat.png"


@pytest.mark.parametrize("codes", [[10003], [10008], [10004]], ids=str)
async def test_an_answer_that_could_not_be_posted_takes_no_copy_back_while_the_message_stands(
    town: Town, codes: list[int]
) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        town.sim.faults.next_problems(f"POST /channels/{town.photos.id}/messages", codes)

        posted = await town.ben.say(town.photos, files=[picture()])

        card = await town.card_for(posted)
        assert await town.status(card.embeds[0]["url"]) == 200
        assert not any("deleted" in m.content for m in town.ben.messages(town.ben.dm))


@pytest.mark.parametrize("private", [False, True])
async def test_a_command_s_file_is_asked_for_again_while_the_person_waits(
    running: Town, private: bool
) -> None:
    running.sim.faults.next_files([(404, EXPIRED), (200, HTML)])

    asked = await running.ben.slash(running.photos, "upload", file=picture(), private=private)

    assert (await asked.wait_response(PATIENCE_S)).embeds[0]["title"] == "cat.png"


async def test_a_command_s_file_that_never_comes_is_said_to_be_discord_s(running: Town) -> None:
    running.sim.faults.next_files([(404, EXPIRED)] * 9)

    asked = await running.ben.slash(running.photos, "upload", file=picture())

    answer = await asked.wait_response(PATIENCE_S)
    assert "Discord did not hand over the file" in answer.content
