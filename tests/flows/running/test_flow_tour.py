"""The whole experience in a browser: set-up, three pictures, gallery, links, deletion, opt-out."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.flows.demo_process import CHROMIUM_FLAGS, running_demo
from tests.flows.tour import STOPS, Tour

OUTPUT = Path(os.environ.get("IMGOE_TEST_OUTPUT", "test-output")) / "tour"
PATIENCE_MS = 30_000

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        yield browser
        await browser.close()
        expect.set_options(timeout=None)


async def _shoot(page: Page, name: str) -> None:
    await asyncio.to_thread(OUTPUT.mkdir, parents=True, exist_ok=True)
    await page.screenshot(path=OUTPUT / f"{name}.png")


async def test_a_visitor_goes_all_the_way_and_nothing_goes_wrong(browser: Browser) -> None:
    problems: list[str] = []
    shown: list[str] = []

    async def shoot(page: Page, name: str) -> None:
        shown.append(name)
        await _shoot(page, name)

    async with running_demo() as demo:
        page = await browser.new_page(
            viewport={"width": 1280, "height": 860}, reduced_motion="reduce"
        )
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.append(said.text) if said.type == "error" else None
        )
        page.on("requestfailed", lambda request: problems.append(request.url))
        await page.goto(demo.url)

        await Tour(page, shoot=shoot).walk(key=demo.key)

        assert problems == []
        assert tuple(shown) == STOPS
        await _look_again(browser, demo.url, scheme="dark", width_px=1280)
        await _look_again(browser, demo.url, scheme="light", width_px=390)
        await _look_again(browser, demo.url, scheme="dark", width_px=390)


async def _look_again(
    browser: Browser, url: str, *, scheme: Literal["light", "dark"], width_px: int
) -> None:
    """Look at the same server by night, and on a phone."""
    page = await browser.new_page(
        viewport={"width": width_px, "height": 860}, color_scheme=scheme, reduced_motion="reduce"
    )
    await page.goto(url)
    if width_px < 600:
        await page.get_by_test_id("show-sidebar").click()
    await page.get_by_test_id("person-switch").select_option(label="Ben")
    place = page.locator("[data-guild-name='Board games']")
    await place.get_by_test_id("channel").filter(has_text="table").click()
    card = page.get_by_test_id("container").last
    await expect(card).to_contain_text("dusk.jpg")
    await card.scroll_into_view_if_needed()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width_px
    await _shoot(page, f"card-{scheme}-{width_px}")
    await page.close()
