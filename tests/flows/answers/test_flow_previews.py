"""Cards whose pictures Discord can't load: nudged once, then given thumbs of their own."""

from collections.abc import Iterable
from typing import Any

import pytest

from imgoe_bot.discordsim import Message, Permission
from imgoe_bot.discordsim.payloads.messages import attachment_path, message_payload
from imgoe_bot.discordsim.rules.layouts import walk
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2
from imgoe_bot.discordsim.untyped_json import Json, integer, mapping, mappings, text
from imgoe_bot.hostserver.decoding.renditions import THUMB_PX
from tests.flows.kit import Harness, eventually, picture

ALWAYS = 99
WIDE = THUMB_PX
CAT, DOG = picture("cat.png"), picture("dog.png", colour="red")


def _shown(harness: Harness, card: Message) -> list[Json]:
    """Return the pictures of a card as Discord gives them: address and size."""
    payload = message_payload(harness.sim.world, card)
    items = [item for part in walk(mappings(payload["components"])) for item in _items(part)]
    thumbs = [embed.get("thumbnail") for embed in mappings(payload["embeds"])]
    return [mapping(each) for each in [*thumbs, *(item["media"] for item in items)] if each]


def _items(part: Json) -> Iterable[Json]:
    return mappings(part.get("items"))


def _widths(harness: Harness, card: Message) -> list[int]:
    """Return the pictures' widths; -1 where Discord has not looked yet."""
    return [integer(each, "width", -1) for each in _shown(harness, card)]


def _files(card: Message) -> list[str]:
    return [attachment.filename for attachment in card.attachments]


async def _look(harness: Harness, *, state: str, attempts: int) -> None:
    """Wait until the one look at a card stands there."""
    query = "SELECT count(*) FROM job WHERE step = 'preview' AND state = ? AND attempts = ?"
    await eventually(lambda: harness.read_number(query, state, attempts) == 1)


async def _post(harness: Harness, *files: Any) -> Message:
    return await harness.card_for(await harness.ben.say(harness.photos, files=files))


async def _nudged(harness: Harness, card: Message) -> None:
    """Let Discord look, in vain, then the bot, and Discord once more."""
    await _look(harness, state="ready", attempts=0)
    await eventually(lambda: -1 not in _widths(harness, card))
    await harness.let_time_pass("preview")
    await _look(harness, state="ready", attempts=1)
    await eventually(lambda: -1 not in _widths(harness, card))


async def _looked_again(harness: Harness) -> None:
    await harness.let_time_pass("preview")
    await _look(harness, state="done", attempts=2)


async def _replaced(harness: Harness, *files: Any) -> Message:
    """Post pictures of which Discord never loads one; returns the card with its own thumbs."""
    harness.sim.faults.fail_next_previews(ALWAYS)
    card = await _post(harness, *files)
    await _nudged(harness, card)
    await _looked_again(harness)
    return card


async def test_a_picture_that_discord_loads_is_left_as_it_is(running: Harness) -> None:
    card = await _post(running, CAT)
    await _look(running, state="ready", attempts=0)
    await eventually(lambda: _widths(running, card) == [WIDE])

    await running.let_time_pass("preview")
    await _look(running, state="done", attempts=1)

    assert card.edited_at is None
    assert card.attachments == []
    asked = f"GET /channels/{running.photos.id}/messages/{card.id}"
    assert asked not in running.sim.calls  # the gateway has told


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_a_picture_that_failed_once_is_healed_by_the_nudge(
    running: Harness, layout: str
) -> None:
    await running.set_option("layout", layout)
    running.sim.faults.fail_next_previews()
    card = await _post(running, CAT, DOG)
    await _look(running, state="ready", attempts=0)
    await eventually(lambda: _widths(running, card) == [0, WIDE])

    await _nudged(running, card)
    assert _widths(running, card) == [WIDE, WIDE]
    await _looked_again(running)

    assert card.attachments == []
    assert all(text(each, "url").startswith(running.host.url) for each in _shown(running, card))


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_pictures_that_fail_for_good_are_replaced_by_thumbs_that_go_with_their_copies(
    running: Harness, layout: str
) -> None:
    await running.set_option("layout", layout)

    card = await _replaced(running, CAT, DOG)

    note = await running.direct_message_for(running.ben)
    cat, dog = card.attachments
    assert _widths(running, card) == [WIDE, WIDE]
    assert text(_shown(running, card)[0], "url").startswith(running.sim.cdn_url)
    assert message_payload(running.sim.world, card)["attachments"] == []
    link = running.sim.world.links.sign(attachment_path(cat))
    assert await running.status(link) == 200

    await running.ben.click(note, "Delete cat.png")
    await eventually(lambda: card.attachments == [dog])
    assert "The copy was deleted." in str((card.embeds, card.components))
    assert _widths(running, card) == [WIDE]
    assert await running.status(link) == 404

    await running.ben.click(note, "Delete dog.png")
    await eventually(lambda: card.attachments == [])
    assert _shown(running, card) == []


async def test_the_answer_to_a_command_is_helped_too(running: Harness) -> None:
    running.sim.faults.fail_next_previews(ALWAYS)
    asked = await running.ben.slash(running.lounge, "upload", file=CAT)
    card = await asked.wait_response(10)

    await _nudged(running, card)
    await _looked_again(running)

    assert _widths(running, card) == [WIDE]
    assert len(card.attachments) == 1


async def test_one_file_is_embedded_and_a_set_is_a_gallery_while_its_host_can_be_seen(
    running: Harness,
) -> None:
    one, several = await _post(running, CAT), await _post(running, CAT, DOG)
    assert not one.flags & COMPONENTS_V2
    assert several.flags & COMPONENTS_V2
    await running.write("DELETE FROM job WHERE step = 'preview'")  # the flow looks at one card

    await _replaced(running, picture("lost.png", colour="blue"))
    later = await _post(running, picture("a.png", colour="gold"), picture("b.png", colour="pink"))

    assert not later.flags & COMPONENTS_V2
    assert [embed["title"] for embed in later.embeds] == ["a.png", "b.png"]


async def test_spoilers_are_never_attached_to_embeds(running: Harness) -> None:
    await running.set_option("layout", "embed")

    card = await _replaced(running, picture("SPOILER_plot.png", colour="red"), CAT)

    plot, cat = card.embeds
    (file,) = _files(card)
    assert "thumbnail" not in plot
    assert mapping(cat["thumbnail"])["url"] == f"attachment://{file}"


async def test_spoilers_stay_hidden_in_a_gallery_of_attached_thumbs(running: Harness) -> None:
    card = await _replaced(running, picture("SPOILER_plot.png", colour="red"), CAT)

    (gallery,) = [part for part in walk(card.components) if part["type"] == 12]
    plot, cat = mappings(gallery["items"])
    hidden, open_ = _files(card)
    assert (plot["spoiler"], cat["spoiler"]) == (True, False)
    assert text(mapping(plot["media"]), "url") == f"attachment://{hidden}"
    assert hidden.startswith("SPOILER_")
    assert not open_.startswith("SPOILER_")


async def test_a_card_posted_again_begins_with_the_host_s_pictures(running: Harness) -> None:
    await _replaced(running, CAT)
    running.sim.faults.clear()
    library = await (await running.ben.slash(running.photos, "library")).wait_response()
    (menu,) = [part for part in walk(library.components) if part["type"] == 3]
    await running.ben.select(library, text(menu, "custom_id"), ["cat.png"])
    await running.ben.wait_for_message(
        running.photos, lambda m: m is library and "Post again" in str(m.components)
    )

    await (await running.ben.click(library, "Post again")).wait_response()

    (card,) = running.cards(running.photos)
    await eventually(lambda: _widths(running, card) == [WIDE])
    assert card.attachments == []
    await _look(running, state="ready", attempts=0)


async def test_a_nudged_card_in_a_log_channel_still_names_its_source(running: Harness) -> None:
    await running.set_option("answer", "log")
    await running.set_option("log_channel", str(running.lounge.id))
    running.sim.faults.fail_next_previews()
    posted = await running.ben.say(running.photos, files=[CAT])
    card = await running.ben.wait_for_message(running.lounge, lambda m: bool(m.embeds))
    before = card.content
    assert f"/{running.photos.id}/{posted.id}" in before

    await _nudged(running, card)

    assert card.edited_at is not None
    assert card.content == before


async def test_where_the_bot_may_not_read_nothing_attached_outlives_a_copy(
    running: Harness,
) -> None:
    card = await _replaced(running, CAT, DOG)
    note = await running.direct_message_for(running.ben)
    running.sim.faults.revoke(running.photos, Permission.READ_MESSAGE_HISTORY)

    await running.ben.click(note, "Delete cat.png")

    await eventually(lambda: "The copy was deleted." in str(card.components))
    assert card.attachments == []
    assert text(_shown(running, card)[0], "url").startswith(running.host.url)


async def test_a_card_to_which_nothing_may_be_attached_stays_without_a_picture(
    running: Harness,
) -> None:
    running.sim.faults.fail_next_previews(ALWAYS)
    card = await _post(running, CAT)
    await _nudged(running, card)
    running.sim.faults.revoke(running.photos, Permission.ATTACH_FILES)

    await _looked_again(running)

    assert card.attachments == []
    assert _widths(running, card) == [0]


@pytest.mark.parametrize("why", ["gone", "locked out"])
async def test_a_card_that_can_not_be_looked_at_is_let_be(running: Harness, why: str) -> None:
    running.sim.faults.fail_next_previews(ALWAYS)
    card = await _post(running, CAT)
    await _look(running, state="ready", attempts=0)
    if why == "gone":
        await running.ada.delete(card)
    else:
        running.sim.faults.revoke(running.photos, Permission.VIEW_CHANNEL)

    await running.let_time_pass("preview")

    await _look(running, state="done", attempts=1)
