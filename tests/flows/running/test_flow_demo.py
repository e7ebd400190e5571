"""The demo as a newcomer meets it: from the terminal, and in a browser."""

import asyncio
import base64
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from rich.console import Console

from imgoe_bot.terminal.demo.rehearsal import Rehearsal, StepFailed, sample_picture
from tests.flows.demo_process import CHROMIUM_FLAGS, running_demo
from tests.flows.kit import Harness, eventually

OUTPUT = Path(os.environ.get("IMGOE_TEST_OUTPUT", "test-output"))
DROP = """async (zone, base64) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "sunset.jpg", {type: "image/jpeg"}));
  for (const type of ["dragenter", "dragover", "drop"]) {
    const options = {dataTransfer: transfer, bubbles: true, cancelable: true};
    zone.dispatchEvent(new DragEvent(type, options));
  }
}"""


async def test_the_demo_played_once_prints_every_step_and_exits_zero() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "imgoe_bot", "demo", "--once", stdout=asyncio.subprocess.PIPE
    )

    printed, _ = await process.communicate()

    lines = printed.decode().splitlines()
    assert process.returncode == 0
    assert lines[-1] == "Everything works."
    assert len([line for line in lines if line.startswith("✓")]) == 11


async def test_the_demo_works_from_a_folder_whose_names_are_those_of_packages_on_an_ascii_terminal(
    tmp_path: Path,
) -> None:
    for name in ("imgoe_bot", "aiohttp", "imgoe_bot/cogs"):
        (tmp_path / name).mkdir()
    for name in ("discord.py", "typing.py", "httpx.py"):
        (tmp_path / name).write_text("raise SystemExit('imported by mistake')")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "imgoe_bot", "demo", "--once"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        stdout=asyncio.subprocess.PIPE,
    )

    printed, _ = await process.communicate()

    lines = printed.decode("ascii").splitlines()
    assert lines[-1] == "Everything works."
    assert process.returncode == 0
    assert len([line for line in lines if line.startswith("+ ")]) == 11


async def test_a_demo_whose_bot_does_not_answer_names_the_step(harness: Harness) -> None:
    rehearsal = Rehearsal(Console(file=io.StringIO()), timeout_s=0.1)

    with pytest.raises(StepFailed) as failure:
        await rehearsal.run(harness.ben, harness.photos)

    assert failure.value.step == "the bot answered with a card"


async def test_a_taken_port_is_one_clear_line_and_exit_78(harness: Harness) -> None:
    port = harness.sim.url.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imgoe_bot", "demo", "--port", port),
        stderr=asyncio.subprocess.PIPE,
    )

    _, complaint = await process.communicate()

    assert process.returncode == 78
    assert complaint.decode().count("\n") == 1
    assert f"can't listen on {port}" in complaint.decode()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or waits for nothing but somebody to take note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
async def test_a_demo_that_is_killed_leaves_no_bot_behind() -> None:
    async with running_demo() as demo:
        bots = _children(demo.process.pid)

        demo.process.kill()
        await demo.process.wait()

        assert bots
        await eventually(lambda: all(map(_has_ended, bots)))


@pytest_asyncio.fixture
async def demo_url() -> AsyncIterator[str]:
    """The address that a running demo prints."""
    async with running_demo() as demo:
        yield demo.url


@pytest_asyncio.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        yield browser
        await browser.close()


@pytest.mark.browser
async def test_a_picture_dropped_into_the_page_comes_back_and_can_be_deleted(
    demo_url: str, browser: Browser
) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    await page.goto(demo_url)
    await _drop_picture(page)

    embed = page.get_by_test_id("embed").last
    await expect(embed).to_contain_text("sunset.jpg")
    thumb = embed.locator("img").first
    await expect(thumb).to_have_js_property("complete", value=True)
    assert await thumb.evaluate("image => image.naturalWidth") == 320
    await _screenshot(page, "demo")

    viewer = await _open_viewer(page)
    await page.get_by_test_id("dm").first.click()
    delete = page.get_by_role("button", name="Delete sunset.jpg")
    await expect(delete).to_be_visible()
    await _screenshot(page, "demo-dm")
    await delete.click()

    await page.get_by_test_id("channel").filter(has_text="photos").click()
    await expect(page.get_by_test_id("embed").last).to_contain_text("The copy was deleted.")
    gone = await viewer.reload()
    assert gone is not None
    assert gone.status == 404


async def _drop_picture(page: Page) -> None:
    picture = base64.b64encode(sample_picture()).decode()
    await page.get_by_test_id("channel").filter(has_text="photos").click()
    await page.get_by_test_id("drop-zone").evaluate(DROP, picture)
    await page.get_by_test_id("composer-text").fill("The sun went down")
    await page.get_by_test_id("send").click()


async def _open_viewer(page: Page) -> Page:
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Open").last.click()
    viewer = await opening.value
    picture = viewer.locator("img").first
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") > 0
    await _screenshot(viewer, "viewer")
    return viewer


async def _screenshot(page: Page, name: str) -> None:
    await asyncio.to_thread(OUTPUT.mkdir, parents=True, exist_ok=True)
    await page.screenshot(path=OUTPUT / f"{name}.png")
