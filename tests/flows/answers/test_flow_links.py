"""Links in messages: their previews, which Discord adds by an edit, and the files they lead to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web

from imgoe_bot.discordsim import Message, SimOptions
from imgoe_bot.discordsim.payloads.messages import attachment_path
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, eventually, picture

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


def _link_to(harness: Harness, message: Message) -> str:
    """Return a link to a message's file, as people copy it."""
    return harness.sim.world.links.sign(attachment_path(message.attachments[0]))


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
    return SimOptions(fetch_previews=True, message_limit=50, message_window_s=1)


@pytest.mark.parametrize(("path", "title"), [("/cat.png", "cat.png"), ("/page", "page.png")])
async def test_a_preview_is_read_from_discords_proxy_and_not_from_where_it_leads(
    running: Harness, site: Site, path: str, title: str
) -> None:
    await running.set_option("sources", "embeds")

    posted = await running.ben.say(running.photos, f"look: {site.url}{path}")

    card = await running.card_for(posted)
    assert card.embeds[0]["title"] == title
    assert {asker for _, asker in site.asked} == {"discord"}


async def test_a_preview_of_a_hidden_link_is_a_spoiler(running: Harness, site: Site) -> None:
    await running.set_option("sources", "embeds")

    hidden = await running.ben.say(running.photos, f"the end: ||{site.url}/cat.png||")
    plain = await running.ben.say(running.photos, f"{site.url}/red.png ||the end||")

    assert "thumbnail" not in (await running.card_for(hidden)).embeds[0]
    assert "thumbnail" in (await running.card_for(plain)).embeds[0]


async def test_a_preview_in_a_forward_is_kept_where_both_are(running: Harness, site: Site) -> None:
    await running.set_option("sources", "forwards, embeds")
    original = await running.ben.say(running.lounge, f"||{site.url}/cat.png||")
    await running.ben.wait_for_message(running.lounge, lambda m: bool(m.embeds))

    posted = await running.ben.forward(original, running.photos)

    card = await running.card_for(posted)
    assert card.embeds[0]["title"] == "cat.png"
    assert "thumbnail" not in card.embeds[0]


@pytest.mark.parametrize("written", ["see {}", "see <{}>", "[cat]({})"])
async def test_a_bare_link_to_a_file_is_kept_where_the_server_wants_it(
    running: Harness, written: str
) -> None:
    await running.set_option("sources", "links")
    shown = await running.ada.say(running.lounge, files=[picture("far.png")])

    posted = await running.ben.say(running.photos, written.format(_link_to(running, shown)))

    card = await running.card_for(posted)
    healed = await (await running.ada.use_menu(shown, "Permanent link")).wait_response(10)
    assert card.embeds[0]["title"] == "far.png"
    assert f"[permanent](<{card.embeds[0]['url']}>)" in healed.content, "it is that very file"


async def test_a_hidden_link_is_a_spoiler(running: Harness) -> None:
    await running.set_option("sources", "links")
    shown = await running.ada.say(running.lounge, files=[picture("far.png")])

    posted = await running.ben.say(running.photos, f"||<{_link_to(running, shown)}>||")

    assert "thumbnail" not in (await running.card_for(posted)).embeds[0]


async def test_bare_links_are_left_alone_by_default(running: Harness) -> None:
    shown = await running.ada.say(running.lounge, files=[picture("far.png")])
    link = _link_to(running, shown)

    posted = await running.ben.say(running.photos, f"<{link}>", files=[picture("own.png")])

    card = await running.card_for(posted)
    assert [embed["title"] for embed in card.embeds] == ["own.png"]


async def test_a_link_into_the_operators_network_is_refused_and_never_asked(
    running: Harness, site: Site
) -> None:
    await running.set_option("sources", "links")

    posted = await running.ben.say(running.photos, f"<{site.url}/cat.png>")

    card = await running.card_for(posted)
    assert "cat.png" in str(card.embeds)
    assert "not one I read from" in str(card.embeds)
    assert site.asked == []


async def _card_shows(harness: Harness, card: Message, *titles: str) -> None:
    def holds(message: Message) -> bool:
        return message is card and [embed["title"] for embed in message.embeds] == [*titles]

    await harness.ben.wait_for_message(harness.photos, holds, PATIENCE_S)


async def test_a_preview_that_arrives_late_joins_the_card_and_its_link_is_sent(
    running: Harness, site: Site
) -> None:
    await running.set_option("sources", "attachments, embeds")
    await running.set_option("dm_digest", "0s")
    posted = await running.ben.say(running.photos, files=[picture("own.png", colour="red")])
    card = await running.card_for(posted)
    first = await running.direct_message_for(running.ben)

    await running.ben.edit(posted, f"and look: {site.url}/cat.png")

    await _card_shows(running, card, "own.png", "cat.png")
    await eventually(lambda: len(_notes(running)) == 2)
    assert _notes(running)[0] is first
    assert "cat.png" in _notes(running)[1].content
    assert "own.png" not in _notes(running)[1].content
    assert running.cards(running.photos) == [card]


async def test_a_preview_that_arrives_before_the_answer_is_on_the_card(
    running: Harness, site: Site
) -> None:
    await running.set_option("sources", "attachments, embeds")

    posted = await running.ben.say(
        running.photos, f"{site.url}/cat.png", files=[picture("own.png", colour="red")]
    )

    card = await running.card_for(posted)
    await _card_shows(running, card, "own.png", "cat.png")
    assert running.cards(running.photos) == [card]


async def test_a_preview_is_kept_where_its_link_may_not_be_read(
    running: Harness, site: Site
) -> None:
    await running.set_option("sources", "links, embeds")

    posted = await running.ben.say(running.photos, f"{site.url}/cat.png")

    card = await running.card_for(posted)
    await _card_shows(running, card, "cat.png")
    assert {asker for _, asker in site.asked} == {"discord"}


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_a_card_that_grows_elsewhere_still_says_what_it_is_about(
    running: Harness, site: Site, layout: str
) -> None:
    await running.set_option("sources", "attachments, embeds")
    await running.set_option("layout", layout)
    await running.set_option("log_channel", f"<#{running.lounge.id}>")
    await running.set_option("answer", "log")
    posted = await running.ben.say(running.photos, files=[picture("own.png", colour="red")])
    await running.ben.wait_for_message(running.lounge, lambda m: "own.png" in _all_of(m))

    await running.ben.edit(posted, f"and look: {site.url}/cat.png")

    card = await running.ben.wait_for_message(running.lounge, lambda m: "cat.png" in _all_of(m))
    assert f"From <@{running.ben.id}>: https://discord.com/channels/" in _all_of(card)


def _all_of(message: Message) -> str:
    return f"{message.content} {message.embeds} {message.components}"


async def test_an_edit_that_adds_nothing_changes_nothing(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(posted)
    await running.direct_message_for(running.ben)

    await running.ben.edit(posted, "a cat")

    other = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])
    await running.card_for(other)
    count = "SELECT count(*) FROM job WHERE step = 'upload'"
    assert running.read_number(count) == 2
    assert len(running.cards(running.photos)) == 2


def _notes(harness: Harness) -> list[Message]:
    """Return the direct messages with delete links."""
    return [m for m in harness.ben.messages(harness.ben.dm) if DELETE_LINK.search(m.content)]
