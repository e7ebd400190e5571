"""Pictures are measured and links previewed by fetching them, as Discord's proxy does."""

import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import discord
import pytest
import pytest_asyncio
from aiohttp import web

from imgoe_bot.discordsim import Message, SimOptions
from imgoe_bot.discordsim.cdn.previews import links_in
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import mapping

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot

PAGE = """<html><head><title>Page</title><meta property="og:title" content="A cat">
<meta property="og:image" content="/cat.png"></head></html>"""


class Site:
    """A small site that remembers what was asked of it."""

    def __init__(self, picture: bytes) -> None:
        self.asked: list[str] = []
        self.url = ""
        self._picture = picture

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/cat.png":
            return web.Response(body=self._picture, content_type="image/png")
        if request.path == "/page":
            return web.Response(text=PAGE, content_type="text/html")
        raise web.HTTPNotFound


@pytest_asyncio.fixture
async def site(picture: bytes) -> AsyncIterator[Site]:
    made = Site(picture)
    app = web.Application()
    app.router.add_get("/{path}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def options() -> SimOptions:
    return SimOptions(fetch_previews=True)


async def test_a_picture_in_an_embed_gets_its_true_size(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    told = await bot.hears("raw_message_edit")
    embed = discord.Embed().set_image(url=f"{site.url}/cat.png")

    await bot.get_partial_messageable(harness.memes.id).send(embed=embed)

    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    image = event.message.embeds[0].image
    assert (image.width, image.height) == (3, 2)
    assert event.message.edited_at is None


async def test_a_picture_that_is_not_there_comes_back_0_by_0(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    told = await bot.hears("raw_message_edit")
    embed = discord.Embed().set_thumbnail(url=f"{site.url}/gone.png")
    await bot.get_partial_messageable(harness.memes.id).send(embed=embed)
    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    assert event.message.embeds[0].thumbnail.width == 0


async def test_a_gallery_is_measured_too(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    told = await bot.hears("raw_message_edit")
    layout = discord.ui.LayoutView()
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
    layout.add_item(gallery.add_item(media=f"{site.url}/cat.png"))
    await bot.get_partial_messageable(harness.memes.id).send(view=layout)
    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    (shown,) = event.message.components
    assert isinstance(shown, discord.MediaGalleryComponent)
    assert (shown.items[0].media.width, shown.items[0].media.height) == (3, 2)


async def test_a_lost_picture_stays_0_by_0_until_it_is_sent_anew(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    harness.sim.faults.fail_next_previews()
    told = await bot.hears("raw_message_edit")
    embed = discord.Embed().set_thumbnail(url=f"{site.url}/cat.png")
    sent = await bot.get_partial_messageable(harness.memes.id).send(embed=embed)
    await told
    lost = await sent.fetch()
    assert (lost.embeds[0].thumbnail.width, site.asked) == (0, [])

    await sent.edit(embed=lost.embeds[0])  # its size is the sender's word, which counts nothing

    await harness.alice.wait_for_message(harness.memes, lambda m: _width_px(m) == 3)
    assert (await sent.fetch()).embeds[0].thumbnail.width == 3


def _width_px(message: Message) -> object:
    return mapping(message.embeds[0]["thumbnail"]).get("width")


async def test_a_gallery_tells_a_picture_that_is_not_there(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    told = await bot.hears("raw_message_edit")
    layout = discord.ui.LayoutView()
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
    layout.add_item(gallery.add_item(media=f"{site.url}/gone.png"))
    await bot.get_partial_messageable(harness.memes.id).send(view=layout)
    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    (shown,) = event.message.components
    assert isinstance(shown, discord.MediaGalleryComponent)
    assert shown.items[0].media.loading_state is discord.MediaItemLoadingState.not_found
    assert shown.items[0].media.width == 0


@pytest.mark.parametrize(
    ("path", "kind", "title"), [("/page", "link", "A cat"), ("/cat.png", "image", None)]
)
async def test_a_bare_link_is_previewed(
    harness: "Harness", site: Site, path: str, kind: str, title: str | None
) -> None:
    message = await harness.alice.say(harness.memes, f"see {site.url}{path} there")

    await harness.alice.wait_for_message(harness.memes, lambda m: bool(m.embeds))

    (embed,) = message.embeds
    assert (embed["type"], embed.get("title")) == (kind, title)
    assert mapping(embed["thumbnail"])["width"] == 3


async def test_a_previews_picture_is_served_by_the_proxy(
    bot: "ScriptedBot", harness: "Harness", site: Site, picture: bytes
) -> None:
    told = await bot.hears("raw_message_edit")
    address = f"{site.url}/cat.png"

    await harness.alice.say(harness.memes, f"see {address} there")

    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    shown = event.message.embeds[0].thumbnail
    assert shown.url == address
    assert shown.proxy_url is not None
    assert shown.proxy_url.startswith(f"{harness.sim.cdn_url}/external/")
    assert await bot.http.get_from_cdn(shown.proxy_url) == picture


@pytest.mark.parametrize(
    ("path", "refusal"), [("/other.png", discord.Forbidden), ("/gone.png", discord.NotFound)]
)
async def test_the_proxy_fetches_only_what_a_message_shows_and_what_is_there(
    bot: "ScriptedBot",
    harness: "Harness",
    site: Site,
    path: str,
    refusal: type[discord.HTTPException],
) -> None:
    proxied = harness.sim.world.links.proxied(f"{site.url}/gone.png")

    with pytest.raises(refusal):
        await bot.http.get_from_cdn(proxied.replace("/gone.png", path))


async def test_links_in_brackets_and_suppressed_ones_are_never_fetched(
    bot: "ScriptedBot", harness: "Harness", site: Site
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    await channel.send(f"<{site.url}/secret1>")
    await channel.send(f"{site.url}/secret2", suppress_embeds=True)
    await harness.alice.say(harness.memes, f"{site.url}/page")
    await harness.alice.wait_for_message(harness.memes, lambda m: bool(m.embeds))

    assert site.asked == ["/page", "/cat.png"]


async def test_nothing_beyond_this_machine_is_fetched(harness: "Harness", site: Site) -> None:
    away = await harness.alice.say(harness.memes, "https://example.invalid/a.png")
    await harness.alice.say(harness.memes, f"{site.url}/cat.png")
    await harness.alice.wait_for_message(harness.memes, lambda m: bool(m.embeds))
    assert away.embeds == []


LEFT_ALONE = [
    "`{url}`", "``{url}``", "`` ` {url} ``", "`a\n{url}\n`", "```\n{url}\n```",
    "```py\nx = '{url}'\n```", "say ```{url}``` now",
    "> `{url}`", "||`{url}`||", "<{url}>", "[text](<{url}>)",
]  # fmt: skip
PREVIEWED = [
    "{url}", "||{url}||", "[text]({url})", "**{url}**", "{url}.", "\\`{url}\\`", "`{url}",
    "``` {url}", "``{url}`", "\\```{url}```", "`a` {url} `b`", "`{url}` and {url}",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT_ALONE)
async def test_an_address_in_code_or_brackets_is_never_fetched(
    harness: "Harness", site: Site, text: str
) -> None:
    await harness.alice.say(harness.memes, text.format(url=f"{site.url}/secret"))
    await harness.alice.say(harness.memes, f"{site.url}/page")
    await harness.alice.wait_for_message(harness.memes, lambda m: bool(m.embeds))

    assert site.asked == ["/page", "/cat.png"]


@pytest.mark.parametrize("text", PREVIEWED)
async def test_what_only_looks_like_code_is_previewed(
    harness: "Harness", site: Site, text: str
) -> None:
    message = await harness.alice.say(harness.memes, text.format(url=f"{site.url}/page"))

    await harness.alice.wait_for_message(harness.memes, lambda m: bool(m.embeds))

    assert [embed["url"] for embed in message.embeds] == [f"{site.url}/page"]


@pytest.mark.parametrize("mark", ["`", "` ", "`a``", "```\n", "``a ", "<http://", "http://", "\\`"])
def test_looking_for_addresses_takes_time_in_step_with_the_text(mark: str) -> None:
    def took_s(times: int) -> float:
        message = Message(1, 1, User(1, "ben", "Ben"), created_at=0, content=mark * times)
        began = time.process_time()
        links_in(message)
        return time.process_time() - began

    few, many = (min(took_s(n) for _ in range(5)) for n in (5_000, 50_000))

    assert many < 40 * max(few, 0.000_1)
