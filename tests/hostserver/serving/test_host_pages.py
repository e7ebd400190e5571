"""Every page in a real browser: usable, without a WCAG A or AA finding, in light and dark.

With TEST_SCREENSHOTS=1 the pictures in docs/screenshots/ are taken anew.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    async_playwright,
    expect,
)

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer
from tests.hostserver.client import Client, client_of
from tests.hostserver.pictures import landscape
from tests.hostserver.videos import video

pytestmark = pytest.mark.browser
SCREENSHOTS = Path(__file__).parents[3] / "docs/screenshots"
NAMES = ("First light", "Fog over the lake", "Evening at the pass", "Green valley", "Long shadows")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True, slots=True)
class Site:
    """A host with something on it."""

    client: Client
    album: dict[str, Any]
    images: list[dict[str, Any]]
    clip: dict[str, Any]

    def pages(self) -> dict[str, str]:
        """Every page that needs no sign-in, by its name."""
        return {
            "front": "/",
            "login": "/login",
            "viewer": self.images[0]["url_viewer"],
            "viewer-nsfw": self.images[1]["url_viewer"],
            "clip": self.clip["url_viewer"],
            "album": self.album["url"],
            "delete": self.images[0]["delete_url"],
            "deleted": "/image/zzzzzzzz?deleted",
            "not-found": "/image/zzzzzzzz",
        }


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("films") / "a.mp4"
    return video(path, size=(640, 360), backdrop=landscape(2))


async def _fill(client: Client, clip: bytes) -> Site:
    headers = {"X-API-Key": str(client.key)}
    body = {"name": "Autumn in the hills", "description": "Walks from early November."}
    made = await client.call("POST", "/api/1/albums", json=body, headers=headers)
    album: dict[str, Any] = made.json["album"]
    images = [
        await client.stored(
            landscape(number),
            filename=f"{name}.jpg",
            album_id=album["id"],
            tags="hills,november",
            description="From the eastern ridge, just before the clouds came in.",
            nsfw="1" if number == 1 else "0",
        )
        for number, name in enumerate(NAMES)
    ]
    shown = await client.stored(clip, filename="Time lapse.mp4", mime="video/mp4")
    guest = Client(client.session, client.url, None)
    for number in (2, 4):
        await guest.stored(landscape(number + 7), filename=f"From a guest {number}.jpg")
    return Site(client, album, images, shown)


@pytest.fixture
async def site(tmp_path: Path, session: aiohttp.ClientSession, clip: bytes) -> AsyncIterator[Site]:
    rules = GuestRules()
    options = HostOptions(tmp_path / "data", guests=rules, moderation="guests", site_name="Lantern")
    async with HostServer(options) as host:
        await host.create_key("bot of the club", user="club")
        yield await _fill(client_of(host, session), clip)


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


async def _context(browser: Browser, scheme: str) -> BrowserContext:
    assert scheme in ("light", "dark")
    return await browser.new_context(
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 1280, "height": 800},
        bypass_csp=False,
    )


async def _check(page: Page, name: str) -> None:
    axe: Any = import_module("axe_playwright_python.async_playwright").Axe()  # untyped
    found = await axe.run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
    problems = found.response["violations"]
    assert problems == [], f"{name}: {found.generate_report()}"


async def _keep(page: Page, name: str, scheme: str, *, full: bool = False) -> None:
    if "TEST_SCREENSHOTS" in os.environ:
        await page.wait_for_load_state("networkidle")
        path = SCREENSHOTS / f"host-{name}-{scheme}.png"
        await page.screenshot(path=path, full_page=full)


async def _sign_in(page: Page, site: Site) -> None:
    await page.goto(site.client.url + "/login")
    await page.get_by_label("API key").fill(str(site.client.key))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/admin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_an_accessibility_finding(
    site: Site, browser: Browser, scheme: str
) -> None:
    context = await _context(browser, scheme)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name, address in site.pages().items():
        await page.goto(address if address.startswith("http") else site.client.url + address)
        await _check(page, name)
        if name == "clip":
            await expect(page.locator("video")).to_have_js_property("readyState", 4)
        if name not in ("front", "viewer-nsfw", "not-found"):
            await _keep(page, name, scheme)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(site.images[0]["url_viewer"])
    width = await page.locator("html").evaluate("element => element.scrollWidth")
    assert width <= 390
    await _keep(page, "viewer-phone", scheme, full=True)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await _sign_in(page, site)
    await _check(page, "admin")
    await _keep(page, "admin", scheme, full=True)
    assert errors == []
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_front_page_uploads_and_links(site: Site, browser: Browser, scheme: str) -> None:
    context = await _context(browser, scheme)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await _sign_in(page, site)
    await page.get_by_role("link", name="Upload").click()
    await page.locator("#files").set_input_files(
        [
            FilePayload(name="Ridge.jpg", mimeType="image/jpeg", buffer=landscape(9)),
            FilePayload(name="Harbour.jpg", mimeType="image/jpeg", buffer=landscape(11)),
            FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"words"),
        ]
    )
    await expect(page.locator(".queue li")).to_have_count(3)
    await expect(page.locator(".queue progress")).to_have_count(0)
    await expect(page.locator(".queue .failed")).to_contain_text("no image or video")
    await _check(page, "front with uploads")
    await _keep(page, "front", scheme)
    row = page.locator(".queue li", has_text="Ridge.jpg")
    await row.get_by_role("button", name="Copy link").click()
    await expect(row.get_by_role("button", name="Copied")).to_be_visible()
    copied = await page.locator("html").evaluate("() => navigator.clipboard.readText()")
    await page.goto(copied)
    await expect(page.get_by_role("heading", name="Ridge")).to_be_visible()
    await context.close()


async def test_the_front_page_tells_why_a_strict_host_refuses(
    tmp_path: Path, session: aiohttp.ClientSession, browser: Browser
) -> None:
    options = HostOptions(tmp_path / "data", guests=GuestRules(), strict=True)
    async with HostServer(options) as host:
        context = await _context(browser, "light")
        page = await context.new_page()
        await page.goto(client_of(host, session).url)
        words = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"words")
        await page.locator("#files").set_input_files([words])
        await expect(page.locator(".queue .failed")).to_contain_text("no image or video")
        await context.close()


async def test_a_picture_dropped_anywhere_is_uploaded(site: Site, browser: Browser) -> None:
    context = await _context(browser, "light")
    page = await context.new_page()
    await page.goto(site.client.url)
    await page.locator("html").evaluate(
        """async (element, address) => {
            const bytes = await (await fetch(address)).blob();
            const data = new DataTransfer();
            data.items.add(new File([bytes], "Dropped.jpg", {type: "image/jpeg"}));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }""",
        site.images[0]["url"],
    )
    await expect(page.locator(".queue .state")).to_contain_text("waiting for approval")
    await context.close()


async def test_the_delete_page_works_with_the_keyboard(site: Site, browser: Browser) -> None:
    context = await _context(browser, "light")
    page = await context.new_page()
    await page.goto(site.images[2]["delete_url"])
    button = page.get_by_role("button", name="Delete for good")
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await button.evaluate("element => element === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="It is deleted")).to_be_visible()
    assert (await site.client.get(site.images[2]["url"])).status == 404
    await context.close()


async def test_links_are_copied_and_sensitive_pictures_wait(site: Site, browser: Browser) -> None:
    context = await _context(browser, "light")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(site.images[0]["url_viewer"])
    await page.get_by_role("button", name="Copy Markdown link").click()
    copied = await page.locator("html").evaluate("() => navigator.clipboard.readText()")
    expected = f"[![First light]({site.images[0]['url']})]({site.images[0]['url_viewer']})"
    assert copied == expected
    await page.goto(site.images[1]["url_viewer"])
    picture = page.get_by_role("img", name="From the eastern ridge")
    await expect(picture).to_be_hidden()
    await page.get_by_text("Show it").click()
    await expect(picture).to_be_visible()
    await context.close()


async def test_an_admin_makes_a_key_and_approves_a_guests_picture(
    site: Site, browser: Browser
) -> None:
    context = await _context(browser, "light")
    page = await context.new_page()
    await _sign_in(page, site)
    await page.get_by_role("button", name="Approve From a guest 4").click()
    await expect(page.get_by_role("button", name="Approve From a guest 4")).to_have_count(0)
    await page.get_by_label("User, new or known").fill("mira")
    await page.get_by_role("button", name="Make a key").click()
    key = await page.locator("#new-key").inner_text()
    assert (
        await Client(site.client.session, site.client.url, key).upload(landscape(3))
    ).status == 200
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await context.close()


async def _played_s(page: Page) -> float:
    async with asyncio.timeout(60):
        played_s: float = await page.locator("video").evaluate(
            """async (video) => {
                video.muted = true;
                await video.play();
                await new Promise((done) => {
                    video.ontimeupdate = () => video.currentTime > 0 && done();
                });
                return video.currentTime;
            }"""
        )
    return played_s


async def test_a_clip_plays(site: Site, browser: Browser) -> None:
    context = await _context(browser, "light")
    page = await context.new_page()
    await page.goto(site.clip["url_viewer"])
    assert await _played_s(page) > 0
    await context.close()


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx-vp9")])
async def test_a_videos_own_address_plays(
    client: Client, browser: Browser, tmp_path: Path, name: str, codec: str
) -> None:
    clip = await client.stored(video(tmp_path / name, codec=codec), filename=name)
    context = await _context(browser, "light")
    page = await context.new_page()
    await page.goto(clip["url"])
    assert await _played_s(page) > 0
    await context.close()


async def test_a_quicktime_video_is_vetoed_by_no_type(
    client: Client, browser: Browser, tmp_path: Path
) -> None:
    clip = await client.stored(video(tmp_path / "a.mov"), filename="a.mov", mime="video/quicktime")
    assert clip["mime"] == "video/quicktime"
    context = await _context(browser, "light")
    page = await context.new_page()
    await page.goto(clip["url_viewer"])
    assert await _played_s(page) > 0
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_moderator_looks_before_approving(
    site: Site, browser: Browser, clip: bytes, scheme: str
) -> None:
    guest = Client(site.client.session, site.client.url, None)
    await guest.stored(clip, filename="Guest film.mp4")
    context = await _context(browser, scheme)
    page = await context.new_page()
    await _sign_in(page, site)
    await page.get_by_role("link", name="Look at From a guest 4").click()
    picture = page.get_by_role("img", name="From a guest 4")
    await expect(picture).to_have_js_property("naturalWidth", 1200)
    await _check(page, "review")
    await _keep(page, "review", scheme)
    await page.get_by_role("link", name="Back to what waits").click()
    await page.get_by_role("link", name="Look at Guest film").click()
    assert await _played_s(page) > 0
    await _check(page, "review of a clip")
    await page.goto(page.url.replace("/admin/uploads/", "/clip/"))
    await expect(page.get_by_role("heading", name="It waits for approval")).to_be_visible()
    await _check(page, "waiting")
    await _keep(page, "waiting", scheme)
    await page.go_back()
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url("**/admin#waiting")
    await expect(page.get_by_role("link", name="Look at Guest film")).to_have_count(0)
    await context.close()
