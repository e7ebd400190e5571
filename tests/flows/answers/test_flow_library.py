"""``/library``, its export and ``/stats``, over the wire."""

import csv
import io
import itertools
import json
from typing import Any, cast

import pytest
from PIL import Image

from imgoe_bot.discordsim import Channel, Message, Permission, Person
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, picture

COMPONENTS_V2 = 1 << 15

_COLOURS = (f"#{n * 7919 % 0xFFFFFF:06x}" for n in itertools.count(1))


async def _keep(
    harness: Harness, *names: str, by: Person | None = None, channel: Channel | None = None
) -> None:
    """Let a person hand over pictures one after the other, and wait for their cards."""
    person = by or harness.ben
    for name in names:
        file = picture(name, colour=next(_COLOURS))
        asked = await person.slash(channel or harness.photos, "upload", file=file)
        await asked.wait_response()


async def _look(person: Person, where: Channel, /, **options: object) -> Message:
    return await (await person.slash(where, "library", **options)).wait_response()


def _titles(message: Message) -> list[object]:
    return [embed["title"] for embed in message.embeds]


def _parts(message: Message) -> list[dict[str, Any]]:
    rows = cast("list[Any]", message.components)
    return [part for row in rows for part in row["components"]]


def _labels(message: Message) -> list[str]:
    return [str(part.get("label")) for part in _parts(message) if part["type"] == 2]


async def _until(harness: Harness, message: Message, titles: list[str]) -> None:
    """Wait until a message of the library shows these files."""
    channel = harness.sim.world.channel(message.channel_id)
    await harness.ben.wait_for_message(
        channel, lambda m: m is message and _titles(m) == titles, PATIENCE_S
    )


async def _pick(harness: Harness, message: Message, name: str) -> None:
    (menu,) = [part["custom_id"] for part in _parts(message) if part["type"] == 3]
    await harness.ben.select(message, menu, [name])
    channel = harness.sim.world.channel(message.channel_id)
    await harness.ben.wait_for_message(
        channel, lambda m: m is message and "Post again" in _labels(m), PATIENCE_S
    )
    assert _titles(message) == [name]


async def test_a_person_turns_the_pages_of_what_they_posted(running: Harness) -> None:
    await _keep(running, *(f"{n}.png" for n in range(7)))
    await _keep(running, "hers.png", by=running.ada)

    shown = await _look(running.ben, running.lounge)

    assert shown.ephemeral
    assert _titles(shown) == ["6.png", "5.png", "4.png", "3.png", "2.png"]
    assert "7 files" in shown.content
    assert f"<#{running.photos.id}>" in str(shown.embeds[0]["description"])
    assert all("thumbnail" in embed for embed in shown.embeds)
    assert await running.status(shown.embeds[0]["url"]) == 200
    await running.ben.click(shown, "Next")
    await _until(running, shown, ["1.png", "0.png"])
    await running.ben.click(shown, "Previous")
    await _until(running, shown, ["6.png", "5.png", "4.png", "3.png", "2.png"])


async def test_the_pages_keep_their_search_after_a_restart(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await _keep(harness, "dog.png", *(f"cat-{n}.png" for n in range(6)))
        shown = await _look(
            harness.ben, harness.lounge, search="CAT", channel=harness.photos, since="7d"
        )
        assert "6 files" in shown.content

    async with harness.bot():
        await harness.ben.click(shown, "Next")

        await _until(harness, shown, ["cat-0.png"])
        assert "name has “CAT”" in shown.content


async def test_a_search_looks_at_name_channel_and_day(running: Harness) -> None:
    await _keep(running, "cat.png", "50%_off.png")
    await _keep(running, "far.png", channel=running.lounge)

    async def found(**options: object) -> list[object]:
        return _titles(await _look(running.ben, running.photos, **options))

    assert await found(search="CAT") == ["cat.png"]
    assert await found(search="%_") == ["50%\\_off.png"]
    assert await found(channel=running.lounge) == ["far.png"]
    assert await found(since="2999-01-01") == []
    assert len(await found(since="1h")) == 3


async def test_a_day_that_is_none_is_refused_with_an_example(running: Harness) -> None:
    answer = await _look(running.ben, running.photos, since="yesterday")

    assert "2026-05-31" in answer.content


async def test_an_upload_is_found_by_the_tag_the_server_gives(running: Harness) -> None:
    tagged = await running.ada.slash(
        running.photos, "settings set", name="tags", value="summer, sea side"
    )
    await tagged.wait_response()
    await _keep(running, "beach.png")

    assert _titles(await _look(running.ben, running.photos, tag="Sea side")) == ["beach.png"]
    assert _titles(await _look(running.ben, running.photos, tag="sea")) == []


async def test_a_spoiler_and_an_age_restricted_channel_show_no_thumb(running: Harness) -> None:
    await _keep(running, "SPOILER_end.png")
    dark = running.guild.add_channel("dark", nsfw=True)
    await _keep(running, "night.png", channel=dark)
    await _keep(running, "open.png")

    shown = await _look(running.ben, running.lounge)

    thumbs = {embed["title"]: "thumbnail" in embed for embed in shown.embeds}
    assert thumbs == {"open.png": True, "night.png": False, "SPOILER\\_end.png": False}


async def test_a_picked_copy_is_deleted_and_the_list_goes_on(running: Harness) -> None:
    await _keep(running, "old.png", "new.png")
    shown = await _look(running.ben, running.lounge)
    page = shown.embeds[1]["url"]
    await _pick(running, shown, "old.png")

    await running.ben.click(shown, "Delete")

    await _until(running, shown, ["new.png"])
    assert "deleted" in shown.content
    assert await running.status(page) == 404
    assert any("The copy was deleted." in str(c.embeds) for c in running.cards(running.photos))


async def test_a_picked_copy_tells_its_links_but_not_the_delete_link(running: Harness) -> None:
    await _keep(running, "cat.png")
    shown = await _look(running.ben, running.lounge)
    await _pick(running, shown, "cat.png")

    told = await (await running.ben.click(shown, "Links")).wait_response()

    assert told.ephemeral
    assert "[img]" in told.content
    assert str(shown.embeds[0]["url"]) in told.content
    assert "/delete/" not in told.content


async def test_a_card_is_posted_again_below_and_the_one_before_goes(running: Harness) -> None:
    await _keep(running, "cat.png")
    (before,) = running.cards(running.photos)
    shown = await _look(running.ben, running.lounge)
    await _pick(running, shown, "cat.png")

    answer = await (await running.ben.click(shown, "Post again")).wait_response()

    assert f"<#{running.photos.id}>" in answer.content
    (card,) = running.cards(running.photos)
    assert card.id > before.id
    note = await running.direct_message_for(running.ben)
    await running.ben.click(note, "Delete cat.png")
    await running.ben.wait_for_message(
        running.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
    )


async def test_a_gallery_is_posted_again_as_a_gallery(running: Harness) -> None:
    chosen = await running.ada.slash(running.photos, "settings set", name="layout", value="gallery")
    await chosen.wait_response()
    await _keep(running, "cat.png")
    (before,) = running.cards(running.photos)
    shown = await _look(running.ben, running.lounge)
    await _pick(running, shown, "cat.png")

    await (await running.ben.click(shown, "Post again")).wait_response()

    (card,) = running.cards(running.photos)
    assert card.id > before.id
    assert card.flags & COMPONENTS_V2
    assert "cat.png" in str(card.components)


async def test_nobody_posts_again_where_they_could_not_write_themselves(running: Harness) -> None:
    await _keep(running, "cat.png")
    shown = await _look(running.ben, running.lounge)
    await _pick(running, shown, "cat.png")
    running.guild.overwrite(running.photos, running.ben, deny=Permission.SEND_MESSAGES)

    answer = await (await running.ben.click(shown, "Post again")).wait_response()

    assert "Send Messages" in answer.content
    assert len(running.cards(running.photos)) == 1


async def test_only_who_manages_the_server_sees_everybodys(running: Harness) -> None:
    await _keep(running, "his.png")
    await _keep(running, "hers.png", by=running.ada)

    refused = await _look(running.ben, running.lounge, whose="server")
    allowed = await _look(running.ada, running.lounge, whose="server")

    assert "Manage Server" in refused.content
    assert refused.embeds == []
    assert _titles(allowed) == ["hers.png", "his.png"]


async def test_who_lost_the_right_meanwhile_can_not_turn_the_page(running: Harness) -> None:
    await _keep(running, *(f"{n}.png" for n in range(6)))
    cleo = running.sim.add_person("cleo")
    member = running.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    shown = await _look(cleo, running.lounge, whose="server")
    member.role_ids.clear()

    answer = await (await cleo.click(shown, "Next")).wait_response()

    assert "Manage Server" in answer.content
    assert len(shown.embeds) == 5


async def test_in_direct_messages_a_person_finds_what_they_posted_anywhere(
    running: Harness,
) -> None:
    await _keep(running, "cat.png")

    shown = await _look(running.ben, running.ben.dm)

    assert _titles(shown) == ["cat.png"]


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_the_export_is_a_file_without_delete_links(running: Harness, kind: str) -> None:
    await _keep(running, "cat.png", "=cmd.png")
    asked = await running.ben.slash(running.lounge, "library-export", format=kind)

    answer = await asked.wait_response()

    (file,) = answer.attachments
    text = file.data.decode()
    rows = json.loads(text) if kind == "json" else list(csv.DictReader(io.StringIO(text)))
    assert answer.ephemeral
    assert file.filename == f"library.{kind}"
    assert rows[1]["filename"] == "cat.png"
    assert rows[0]["filename"] == ("=cmd.png" if kind == "json" else "'=cmd.png")
    assert str(rows[1]["uploader_id"]) == str(running.ben.id)
    assert "/delete/" not in text
    assert not DELETE_LINK.search(text)


async def test_the_servers_export_is_refused_to_members(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "library-export", format="json", whose="server")

    answer = await asked.wait_response()

    assert answer.attachments == []
    assert "Manage Server" in answer.content


async def test_stats_answer_with_a_picture_that_is_said_in_words_too(running: Harness) -> None:
    await _keep(running, "one.png", "two.png")
    await _keep(running, "three.png", by=running.ada)

    mine = await (await running.ben.slash(running.lounge, "stats", days=7)).wait_response()
    servers = await (await running.ada.slash(running.lounge, "stats")).wait_response()

    (chart,) = mine.attachments
    with Image.open(io.BytesIO(chart.data)) as image:
        assert (image.format, image.size) == ("PNG", (1000, 520))
    assert chart.description is not None
    assert "2 files" in chart.description
    assert mine.ephemeral
    assert mine.embeds[0]["title"] == "Your uploads, 7 days"
    assert f"<#{running.photos.id}>: 2" in str(mine.embeds)
    assert servers.embeds[0]["title"] == "This server's uploads, 30 days"
    assert "3 files" in str(servers.embeds[0]["description"])


async def test_stats_count_what_could_not_be_kept_by_its_reason(running: Harness) -> None:
    broken = picture("broken.png")
    posted = await running.ben.say(
        running.photos, files=[type(broken)("notes.png", b"just words", "image/png")]
    )
    await running.card_for(posted)

    answer = await (await running.ben.slash(running.lounge, "stats")).wait_response()

    assert "the file itself (type or size): 1" in str(answer.embeds)


async def test_a_killed_bot_knows_the_library_again(harness: Harness) -> None:
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.set_key()
        await _keep(harness, "cat.png")
        await first.kill()

    async with bot_process(harness):
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        assert _titles(await _look(harness.ben, harness.lounge)) == ["cat.png"]
