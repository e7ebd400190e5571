"""The search of a guild's messages and the renewal of links, which discord.py does not wrap."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Permission, Upload
from imgoe_bot.discordsim.payloads.messages import attachment_payload
from imgoe_bot.discordsim.untyped_json import Json, mapping, mappings, sequence

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness


@pytest_asyncio.fixture
async def api(harness: "Harness") -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    async with aiohttp.ClientSession(harness.sim.api_url + "/", headers=headers) as session:
        yield session


async def search(api: aiohttp.ClientSession, harness: "Harness", query: str) -> tuple[int, Json]:
    async with api.get(f"guilds/{harness.guild.id}/messages/search?{query}") as response:
        return response.status, mapping(await response.json())


async def fill(harness: "Harness") -> None:
    await harness.alice.say(harness.memes, "words")
    await harness.alice.say(harness.memes, files=[Upload("a.png", b"x")])
    await harness.bob.say(harness.memes, "clip", [Upload("b.mp4", b"x")])
    await harness.bob.say(harness.memes, files=[Upload("c.txt", b"x")])


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("has=image", 1),
        ("has=video", 1),
        ("has=file", 3),
        ("has=-file", 1),
        ("content=CLIP", 1),
        ("", 4),
        ("has=file&limit=2", 3),
    ],
)
async def test_it_counts_what_fits(
    api: aiohttp.ClientSession, harness: "Harness", query: str, total: int
) -> None:
    await fill(harness)
    status, found = await search(api, harness, query)
    assert (status, found["total_results"]) == (200, total)


async def test_of_several_channels_or_authors_any_will_do(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    other = harness.guild.add_channel("other")
    await fill(harness)
    await harness.olga.say(other, "elsewhere")
    await harness.olga.say(harness.guild.add_channel("third"), "further off")
    both = f"channel_id={harness.memes.id}&channel_id={other.id}"
    people = f"author_id={harness.alice.id}&author_id={harness.olga.id}"

    totals = [
        (await search(api, harness, query))[1]["total_results"]
        for query in (both, people, f"{both}&{people}", f"{people}&has=file&has=image")
    ]

    assert totals == [5, 4, 3, 1]


async def test_without_the_content_intent_what_is_found_is_blank(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    await harness.alice.say(harness.memes, "secret", [Upload("a.png", b"x")])
    harness.sim.faults.forbid_intents(1 << 15)

    _, found = await search(api, harness, "has=file")

    (message,) = mappings(sequence(found["messages"])[0])
    assert (message["content"], message["attachments"]) == ("", [])


async def test_the_newest_come_first_in_pages(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    await fill(harness)
    _, found = await search(api, harness, f"has=file&limit=1&offset=1&author_id={harness.bob.id}")
    (message,) = mappings(sequence(found["messages"])[0])
    assert [item["filename"] for item in mappings(message["attachments"])] == ["b.mp4"]


async def test_hidden_channels_are_left_out(api: aiohttp.ClientSession, harness: "Harness") -> None:
    await fill(harness)
    harness.sim.faults.revoke(harness.memes, Permission.VIEW_CHANNEL)
    _, found = await search(api, harness, "")
    assert found["total_results"] == 0


@pytest.mark.parametrize("query", ["limit=26", "offset=9976", "has=magic"])
async def test_what_is_out_of_range_is_refused(
    api: aiohttp.ClientSession, harness: "Harness", query: str
) -> None:
    status, body = await search(api, harness, query)
    assert (status, body["code"]) == (400, 50035)


async def test_while_indexing_it_answers_202(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    harness.sim.faults.search_not_indexed()
    first, body = await search(api, harness, "")
    second, _ = await search(api, harness, "")
    assert (first, body["code"], second) == (202, 110000, 200)


async def test_an_old_link_is_renewed(api: aiohttp.ClientSession, harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, files=[Upload("a b.png", b"bytes")])
    old = attachment_payload(harness.sim.world, message.attachments[0])["url"]
    harness.sim.faults.expire_links()

    async with api.post("attachments/refresh-urls", json={"attachment_urls": [old]}) as response:
        (renewed,) = mappings(mapping(await response.json())["refreshed_urls"])

    assert renewed["original"] == old
    async with aiohttp.ClientSession() as plain, plain.get(str(renewed["refreshed"])) as file:
        assert await file.read() == b"bytes"


async def test_people_bots_and_webhooks_are_told_apart(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    await harness.alice.say(harness.memes, "words")
    await harness.guild.add_webhook(harness.memes, "feed").say("news")
    await harness.guild.add_webhook(harness.memes, "feed").say("more news")

    totals = [
        (await search(api, harness, f"author_type={kind}"))[1].get("total_results")
        for kind in ("user", "bot", "webhook", "-webhook", "ghost")
    ]

    assert totals == [1, 0, 2, 1, None]


async def test_what_is_age_restricted_is_found_where_it_is_asked_for(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    late = harness.guild.add_channel("late", nsfw=True)
    thread = await harness.alice.open_thread(late, "later")
    await harness.alice.say(late, "words")
    await harness.alice.say(thread, "more words")

    totals = [
        (await search(api, harness, query))[1]["total_results"]
        for query in ("", "include_nsfw=false", "include_nsfw=true")
    ]

    assert totals == [0, 0, 2]


async def test_more_channels_than_discord_looks_into_are_refused(
    api: aiohttp.ClientSession, harness: "Harness"
) -> None:
    query = "&".join(f"channel_id={number}" for number in range(501))

    status, refused = await search(api, harness, query)

    assert (status, refused["code"]) == (400, 50035)
