"""Bad days of the world around: odd files, hosts that are none, people and roles that go."""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from PIL import Image

from imgoe_bot.discordsim import Upload
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

PAGE = "<!doctype html><title>Sign in</title><h1>Please sign in</h1>"


def _image(name: str, kind: str, *, colour: str) -> Upload:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, kind)
    return Upload(name, file.getvalue(), f"image/{kind.lower()}")


TEN = (
    _image("photo.jpg", "JPEG", colour="red"),
    _image("drawing.png", "PNG", colour="green"),
    _image("loop.gif", "GIF", colour="blue"),
    _image("modern.webp", "WEBP", colour="teal"),
    _image("old.bmp", "BMP", colour="navy"),
    Upload("plot.png", picture(colour="pink").data, "image/png", spoiler=True),
    Upload("nothing.png", b"", "image/png"),
    Upload("liar.png", b"<script>alert(1)</script>", "image/png"),
    Upload("notes.txt", b"words", "text/plain"),
    Upload("bundle.zip", b"PK\x03\x04", "application/zip"),
)


async def test_ten_attachments_of_ten_kinds_each_get_their_due(running: Harness) -> None:
    await running.set_option("layout", "embed")

    card = await running.card_for(await running.ben.say(running.photos, files=TEN))

    kept = {embed["title"] for embed in card.embeds if "url" in embed}
    failed = str([embed for embed in card.embeds if "url" not in embed])
    assert kept == {
        "photo.jpg",
        "drawing.png",
        "loop.gif",
        "modern.webp",
        "old.bmp",
        "plot.png",
    }
    assert "**nothing.png** is empty" in failed
    assert "**liar.png** is no image or video" in failed
    assert "notes.txt" not in str(card.embeds)
    assert "bundle.zip" not in str(card.embeds)
    hidden = next(embed for embed in card.embeds if embed["title"] == "plot.png")
    assert "thumbnail" not in hidden


@asynccontextmanager
async def _no_host(status: int) -> AsyncGenerator[str]:
    """A web site that answers everything with a page."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", status=status)

    app = web.Application(client_max_size=10**7)
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, "something may stand before it"),
        (500, "has a fault of its own right now"),
        (403, "something may stand before it"),
    ],
)
async def test_a_host_that_answers_html_is_told_from_one_that_works(
    harness: Harness, status: int, told: str
) -> None:
    async with _no_host(status) as url, harness.bot(park_for_s=0):
        await harness.set_untried_key("chv_a_key_for_no_host", host=url)
        await harness.mirror()

        card = await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))

        assert told in str(card.embeds)
        assert "Please sign in" not in str(card.embeds)
        assert "<script" not in str(card.embeds)


async def test_who_left_meanwhile_still_has_their_picture_kept(running: Harness) -> None:
    running.sim.faults.delay(f"GET /channels/{running.photos.id}/messages", 0.3)
    posted = await running.ben.say(running.photos, files=[picture()])

    running.guild.leave(running.ben)

    card = await running.card_for(posted, by=running.ada)
    assert card.embeds[0]["title"] == "cat.png"
    await eventually(lambda: "direct messages" in card.content)


async def test_a_role_that_was_deleted_keeps_no_manager_out(running: Harness) -> None:
    role = running.guild.add_role("Uploaders")
    for name in ("uploaders", "role"):
        await running.set_option(name, f"<@&{role.id}>")
    running.guild.delete_role(role)

    refused = await running.ben.slash(running.lounge, "upload", file=picture())
    assert "Only members with the role" in (await refused.wait_response(PATIENCE_S)).content
    allowed = await running.ada.slash(running.lounge, "upload", file=picture())
    assert (await allowed.wait_response(PATIENCE_S)).embeds
    for name in ("uploaders", "role"):
        await running.set_option(name, "none")

    posted = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])

    assert (await running.card_for(posted)).embeds[0]["title"] == "b.png"


async def test_an_emoji_that_was_deleted_can_be_replaced(running: Harness) -> None:
    await running.set_option("consent", "react")
    await running.set_option("save_emoji", "<:gone:123456789012345678>")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)
    await running.set_option("save_emoji", "💾")

    await running.ben.react(posted, "💾")

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_every_interaction_is_acknowledged_in_time_while_the_bot_is_busy(
    running: Harness,
) -> None:
    """Discord gives three seconds; the loopback Discord drops what is acknowledged later."""
    await running.set_option("answer", "silent")
    colours = [f"#{number:06x}" for number in range(0, 0xFFFFFF, 0xFFFFFF // 40)]
    for number, colour in enumerate(colours):
        file = picture(f"{number}.png", colour=colour)
        await running.ben.say(running.photos, files=[file])

    asked = [await running.ada.slash(running.lounge, "status") for _ in range(5)]
    asked += [await running.ada.slash(running.lounge, "upload", file=picture()) for _ in range(5)]

    async with asyncio.timeout(PATIENCE_S):
        for each in asked:
            await each.wait_response(PATIENCE_S)
