"""Take the pictures of the demo in README.md and docs/tour.md anew: ``make images``.

Needs Chromium, and a font with emoji (Debian: fonts-noto-color-emoji). A real demo runs; a member
posts a picture and the bot answers. In a second one the tour of tests/flows/tour.py is walked.
"""

import asyncio
import io
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from imgoe_bot.terminal.demo.sample_files import sample_picture
from tests.flows.demo_process import CHROMIUM_FLAGS, running_demo
from tests.flows.tour import Tour

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
WIDTH_PX, HEIGHT_PX = 1120, 800

Scheme = Literal["light", "dark"]


async def main() -> None:
    """Write ``demo-light.png`` and ``demo-dark.png``, and a picture of each stop of the tour."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        async with running_demo() as demo:
            first = await _open(browser, demo.url, "light")
            await _post_picture(first)
            await _take(first, "light")
            await _take(await _open(browser, demo.url, "dark"), "dark")
        async with running_demo() as demo:
            visitor = await _open(browser, demo.url, "light")
            await Tour(visitor, shoot=_shoot).walk(key=demo.key)
        await browser.close()


async def _shoot(page: Page, name: str) -> None:
    await _save(page, SCREENSHOTS / f"tour-{name}.png")


async def _save(page: Page, path: Path) -> None:
    """Save what the page shows in 256 colours, a third of the bytes."""
    image = Image.open(io.BytesIO(await page.screenshot()))
    image.convert("RGB").quantize(256).save(path, optimize=True)


async def _open(browser: Browser, url: str, scheme: Scheme) -> Page:
    """Open the page as Ben, who is no moderator, in the mirrored channel."""
    page = await browser.new_page(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size({"width": WIDTH_PX, "height": HEIGHT_PX})
    await page.goto(url)
    await page.get_by_test_id("person-switch").select_option(label="Ben")
    await page.get_by_test_id("channel").filter(has_text="photos").click()
    return page


async def _post_picture(page: Page) -> None:
    with tempfile.TemporaryDirectory(prefix="imgoe-images-") as folder:
        picture = Path(folder) / "sunset.jpg"
        picture.write_bytes(sample_picture())
        await page.get_by_test_id("composer-file").set_input_files(picture)
        await page.get_by_test_id("composer-text").fill("The sun went down")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("embed").last).to_contain_text("sunset.jpg")


async def _take(page: Page, scheme: Scheme) -> None:
    thumb = page.get_by_test_id("embed").last.locator("img").first
    await expect(thumb).to_have_js_property("complete", value=True)
    await _save(page, IMAGES / f"demo-{scheme}.png")


if __name__ == "__main__":
    asyncio.run(main())
