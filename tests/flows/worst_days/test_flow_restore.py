"""A restored backup, or a new database, knows nothing of what was answered: nothing is doubled."""

import asyncio
import contextlib
import re
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from imgoe_bot.discordsim import Channel, Message, Upload
from tests.flows.kit import DELETE_LINK, NO_PAUSES, Harness, eventually, picture

COLOURS = ("red", "blue", "pink", "navy")
OPEN = """
    SELECT (SELECT count(*) FROM history_range) + (SELECT count(*) FROM post WHERE NOT answered)
        + (SELECT count(*) FROM job
            WHERE state NOT IN ('done', 'dead') AND step IN ('upload', 'announce', 'deliver'))
"""


def _file(harness: Harness) -> Path:
    return harness.folder / "bot" / "imgoe_bot.sqlite3"


def _back_up(harness: Harness) -> Path:
    """Copy the bot's database as an operator does, while it may be in use."""
    copy = harness.folder / "copy.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(_file(harness))) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy


def _put_back(harness: Harness, copy: Path) -> None:
    for left in _file(harness).parent.glob("imgoe_bot.sqlite3*"):
        left.unlink()
    shutil.copy(copy, _file(harness))


async def _post(harness: Harness) -> list[Message]:
    """Post four pictures, each of its own colour."""
    return [
        await harness.ben.say(harness.photos, files=[picture(f"{each}.png", colour=each)])
        for each in COLOURS
    ]


async def _all_delivered(harness: Harness, count: int) -> None:
    """Wait until all is done, and so many delete links were sent."""
    await eventually(lambda: _links(harness) == count and harness.read_number(OPEN) == 0)


def _links(harness: Harness) -> int:
    texts = [message.content for message in harness.ben.messages(harness.ben.dm)]
    return sum(len(DELETE_LINK.findall(text)) for text in texts)


def _copies(harness: Harness) -> int:
    files = [file for file in (harness.folder / "host" / "images").rglob("*") if file.is_file()]
    return sum(not re.search(r"\.(th|md)\.", file.name) for file in files)


def _answers(harness: Harness, place: Channel) -> int:
    """Return how many cards of ours stand in a channel."""
    mine = [m for m in place.messages.values() if m.author.id == harness.sim.bot_user.id]
    return sum("imgoe:links:" in str(message.components) for message in mine)


async def _settled(harness: Harness) -> None:
    """Wait until what was missed was read, and a picture is kept that is posted afterwards."""
    await harness.ben.say(harness.photos, files=[picture("after.png", colour="white")])
    query = "SELECT count(*) FROM upload WHERE filename = 'after.png'"
    await eventually(lambda: harness.read_number(query) == 1 and harness.read_number(OPEN) == 0)


@pytest.mark.parametrize("answer", ["reply", "gallery", "log", "thread", "reaction"])
async def test_a_backup_that_is_four_messages_old_doubles_no_card_copy_or_direct_message(
    harness: Harness, answer: str
) -> None:
    log = harness.guild.add_channel("log")
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("dm_digest", "0s")
        await harness.mirror()
        await harness.set_option("log_channel", str(log.id))
        await harness.set_option("answer", "reply" if answer == "gallery" else answer)
        await harness.set_option("layout", "gallery" if answer == "gallery" else "embed")
        await harness.ben.say(harness.photos, files=[picture("before.png")])
        await _all_delivered(harness, 1)
    copy = await asyncio.to_thread(_back_up, harness)
    async with harness.bot():
        posted = await _post(harness)
        await _all_delivered(harness, 5)
    places = [log, harness.photos, *harness.guild.threads]
    before = sum(_answers(harness, place) for place in places)

    await asyncio.to_thread(_put_back, harness, copy)
    async with harness.bot():
        await _settled(harness)
        why = await (await harness.ada.use_menu(posted[0], "Why?")).wait_response()

    told = "I answered this message" if answer == "reaction" else "This message was kept"
    assert told in why.content
    places = [log, harness.photos, *harness.guild.threads]
    assert _links(harness) == 6
    assert _copies(harness) == 6
    assert sum(_answers(harness, place) for place in places) == before + (answer != "reaction")
    ids = ", ".join(str(message.id) for message in posted)
    known = f"SELECT count(*) FROM post WHERE answered AND message_id IN ({ids})"  # noqa: S608 - numbers
    assert harness.read_number(known) == 4
    shown = (
        f"SELECT count(*) FROM upload JOIN post ON post.id = post_id WHERE message_id IN ({ids})"  # noqa: S608
    )
    assert harness.read_number(shown) == (0 if answer == "reaction" else 4)


async def test_a_server_set_up_again_in_an_empty_database_takes_over_what_stands(
    harness: Harness, migrated_file: Path
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("dm_digest", "0s")
        await harness.mirror()
        posted = await _post(harness)
        broken = Upload("broken.png", b"just words", "image/png")
        await harness.card_for(await harness.ben.say(harness.photos, files=[broken]))
        await _all_delivered(harness, 4)
    await asyncio.to_thread(_put_back, harness, migrated_file)
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("dm_digest", "0s")
        await harness.mirror()
    await harness.write("UPDATE mirror_rule SET begins_at = begins_at - ?", 3_600_000 << 22)
    await harness.write("DELETE FROM seen")

    async with harness.bot():
        await _settled(harness)
        card = harness.cards(harness.photos)[0]
        told = await (await harness.ben.click(card, "Delete…")).wait_response()
        links = await (await harness.ben.click(card, "Links")).wait_response()

    assert _links(harness) == 5
    assert _copies(harness) == 5
    assert len(harness.cards(harness.photos)) == 6
    assert "I know no delete link of it" in told.content
    assert str(card.embeds[0]["url"]) in links.content
    assert harness.read_number("SELECT count(*) FROM post") == 6
    assert all(posted)


AN_HOUR_AGO = replace(NO_PAUSES, clock=lambda: time.time() - 3600)
FORGOTTEN = ("DELETE FROM upload", "DELETE FROM job", "DELETE FROM post")


@pytest.mark.parametrize("sim_options", [AN_HOUR_AGO])
async def test_an_edit_of_what_was_kept_before_the_backup_was_made_doubles_nothing_either(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("dm_digest", "0s")
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await _all_delivered(harness, 1)
        for statement in FORGOTTEN:
            await harness.write(statement)

        await harness.ben.edit(posted, "edited")

        answered = "SELECT count(*) FROM post WHERE answered AND card_message_id > 0"
        await eventually(lambda: harness.read_number(answered) == 1)
        await _settled(harness)

    assert len(harness.cards(harness.photos)) == 2
    assert _links(harness) == _copies(harness) == 2
