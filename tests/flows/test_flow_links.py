"""Links in messages: their previews, which Discord adds by an edit, and the files they lead to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web

from imgoe_bot.discordsim import SimOptions
from tests.flows.kit import Town, picture

PAGE = """<html><head><title>Cats</title><meta property="og:image" content="/page.png"></head>"""


@dataclass(slots=True)
class Site:
    """A small web site on this machine, which remembers who asked it for what."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def answer(self, request: web.Request) -> web.Response:
        agent = request.headers.get("User-Agent", "")
        self.asked.append((request.path, "discord" if "aiohttp" in agent else "bot"))
        if request.path == "/page":
            return web.Response(text=PAGE, content_type="text/html")
        colour = {"/red.png": "red", "/page.png": "blue"}.get(request.path, "teal")
        return web.Response(body=picture(colour=colour).data, content_type="image/png")


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_get("/{path}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def sim_options() -> SimOptions:
    return SimOptions(fetch_previews=True)


@pytest.mark.parametrize(("path", "title"), [("/cat.png", "cat.png"), ("/page", "page.png")])
async def test_a_preview_is_read_from_discords_proxy_and_not_from_where_it_leads(
    running: Town, site: Site, path: str, title: str
) -> None:
    await running.set_option("sources", "embeds")

    posted = await running.ben.say(running.photos, f"look: {site.url}{path}")

    card = await running.card_for(posted)
    assert card.embeds[0]["title"] == title
    assert {asker for _, asker in site.asked} == {"discord"}
