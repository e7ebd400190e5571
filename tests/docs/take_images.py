"""Take the README's pictures of the demo anew, light and dark: ``make images``.

Needs Chromium. A real demo runs, a member posts a picture, the bot answers.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from imgoe_bot.rehearsal import sample_picture

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
WIDTH_PX, HEIGHT_PX = 1120, 800
START_TIMEOUT_S = 30

Scheme = Literal["light", "dark"]


async def main() -> None:
    """Write ``demo-light.png`` and ``demo-dark.png``."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with _demo() as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        first = await _open(browser, url, "light")
        await _post_picture(first)
        await _take(first, "light")
        await _take(await _open(browser, url, "dark"), "dark")
        await browser.close()


@asynccontextmanager
async def _demo() -> AsyncGenerator[str]:
    """Run the demo; yields the address it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "imgoe_bot", "demo", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            url = await _printed_url(process)
        yield url
    finally:
        process.terminate()
        await process.communicate()


async def _printed_url(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("the demo's output is not connected")
    printed = ""
    while not (found := re.search(r"http://\S+", printed)):
        printed += (await process.stdout.readline()).decode()
    return found[0]


async def _open(browser: Browser, url: str, scheme: Scheme) -> Page:
    """Open the page as Ben, who is no moderator, in the mirrored channel."""
    page = await browser.new_page(color_scheme=scheme)
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
    await page.screenshot(path=IMAGES / f"demo-{scheme}.png")


if __name__ == "__main__":
    asyncio.run(main())
