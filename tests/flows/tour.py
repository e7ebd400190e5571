"""The whole experience in the demo's chat page, step by step, with a picture of each."""

import base64
import io
from collections.abc import Awaitable, Callable

from PIL import Image, ImageDraw, ImageOps
from playwright.async_api import Locator, Page, expect

Shoot = Callable[[Page, str], Awaitable[None]]

SIZE_PX = (1200, 800)
PICTURES = {
    "dawn.jpg": ("#3b2a6b", "#ff9a76", "#ffd9a0"),
    "noon.jpg": ("#1d6fb8", "#bfe6ff", "#fff7d6"),
    "dusk.jpg": ("#1b1035", "#c0396b", "#ffb35c"),
}
DROP = """(zone, files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type: "image/jpeg"}));
  }
  for (const type of ["dragenter", "dragover", "drop"]) {
    const options = {dataTransfer: transfer, bubbles: true, cancelable: true};
    zone.dispatchEvent(new DragEvent(type, options));
  }
}"""


STOPS = (
    "setup",
    "setup-key",
    "setup-done",
    "gallery",
    "links",
    "direct-message",
    "deleted",
    "library",
    "opted-out",
    "help",
)
"""The pictures that are taken on the way, in their order."""


class Tour:
    """One person after the other in one page; every step waits for what people would see."""

    def __init__(self, page: Page, *, shoot: Shoot) -> None:
        self._page = page
        self._shoot = shoot

    async def walk(self, *, key: str) -> None:
        """Set a server up, post, look at what comes of it, and take it back."""
        await self.set_up(key)
        await self.choose_gallery()
        viewer_url = await self.post_three()
        await self.look_at_links()
        await self.delete_one(viewer_url)
        await self.look_through_library()
        await self.opt_out()
        await self.ask_for_help()

    async def set_up(self, key: str) -> None:
        """Let the moderator set up a server where nothing is."""
        await self._be("Ada", server="Board games", channel="table")
        await self._command("/setup")
        wizard = self._private()
        await expect(wizard).to_contain_text("step 1 of 6")
        await self._shoot(self._page, "setup")
        await self._press("Next")
        await expect(wizard).to_contain_text("step 2 of 6")
        await self._press("Enter the key…")
        modal = self._page.get_by_test_id("modal")
        await expect(modal.get_by_test_id("modal-field-key")).to_be_visible()
        await self._shoot(self._page, "setup-key")
        await modal.get_by_test_id("modal-field-key").fill(key)
        await modal.get_by_test_id("modal-submit").click()
        await expect(wizard).to_contain_text("step 3 of 6")
        await self._press("Next")
        await expect(wizard).to_contain_text("step 4 of 6")
        await wizard.get_by_test_id("component-select").first.click()
        await self._page.get_by_test_id("select-option").filter(has_text="table").click()
        await self._page.get_by_test_id("select-done").click()
        await expect(wizard).to_contain_text("step 5 of 6")
        await self._press("Test upload")
        await expect(wizard).to_contain_text("It works")
        await self._shoot(self._page, "setup-done")

    async def choose_gallery(self) -> None:
        """Let sets be answered with a gallery."""
        await self._command("/settings set", name="layout", value="gallery")
        await expect(self._private()).to_contain_text("is now")

    async def post_three(self) -> str:
        """Drop three pictures at once; returns the viewer page of the first."""
        await self._be("Ben", server="Board games", channel="table")
        files = {name: base64.b64encode(_picture(name)).decode() for name in PICTURES}
        await self._page.get_by_test_id("drop-zone").evaluate(DROP, files)
        await self._page.get_by_test_id("composer-text").fill("The whole day in three pictures")
        await self._page.get_by_test_id("send").click()
        gallery = self._last_card()
        await expect(gallery).to_contain_text("dusk.jpg")
        await self._loaded(gallery, count=len(PICTURES))
        await self._shoot(self._page, "gallery")
        viewer = await gallery.get_by_role("link", name="dawn.jpg").get_attribute("href")
        assert viewer is not None
        return viewer

    async def look_at_links(self) -> None:
        """Ask for the addresses in every format."""
        await self._press("Links")
        await expect(self._private()).to_contain_text("[img]")
        await self._shoot(self._page, "links")
        await self._private().get_by_role("button", name="Dismiss message").click()

    async def delete_one(self, viewer_url: str) -> None:
        """Delete one picture by its direct message."""
        assert await self._status(viewer_url) == 200
        await self._page.get_by_test_id("dm").first.click()
        delete = self._page.get_by_role("button", name="Delete dawn.jpg")
        await expect(delete).to_be_visible()
        await self._shoot(self._page, "direct-message")
        await delete.click()
        await expect(self._page.get_by_test_id("message").last).to_contain_text("deleted")
        await self._open("Board games", "table")
        await expect(self._last_card()).to_contain_text("The copy was deleted.")
        await self._last_card().scroll_into_view_if_needed()
        await self._shoot(self._page, "deleted")
        assert await self._status(viewer_url) == 404

    async def look_through_library(self) -> None:
        """Find what one posted."""
        await self._command("/library")
        library = self._private()
        await expect(library).to_contain_text("dusk.jpg")
        await self._shoot(self._page, "library")

    async def opt_out(self) -> None:
        """Have one's posts left alone from now on, and be told why."""
        await self._command("/privacy opt-out")
        await expect(self._private()).to_contain_text("Nothing you post is mirrored")
        files = {"mine.jpg": base64.b64encode(_picture("noon.jpg")).decode()}
        await self._page.get_by_test_id("drop-zone").evaluate(DROP, files)
        await self._page.get_by_test_id("composer-text").fill("Only for us")
        await self._page.get_by_test_id("send").click()
        message = self._page.get_by_test_id("message").filter(has_text="Only for us").last
        await message.hover()
        await message.get_by_test_id("message-menu").click()
        await self._page.get_by_test_id("menu-item-Why?").click()
        answer = self._private()
        await expect(answer).to_contain_text("✗ Its author has not said no to copies")
        await self._shoot(self._page, "opted-out")

    async def ask_for_help(self) -> None:
        """List what one may use."""
        await self._command("/help")
        await expect(self._private()).to_contain_text("Mirror to host")
        await self._shoot(self._page, "help")

    async def _be(self, person: str, *, server: str, channel: str) -> None:
        await self._page.get_by_test_id("person-switch").select_option(label=person)
        await self._open(server, channel)

    async def _open(self, server: str, channel: str) -> None:
        place = self._page.locator(f"[data-guild-name='{server}']")
        await place.get_by_test_id("channel").filter(has_text=channel).click()

    async def _command(self, command: str, **options: str) -> None:
        composer = self._page.get_by_test_id("composer-text")
        await composer.fill(command)
        await self._page.get_by_test_id("command-item").first.click()
        for option, value in options.items():
            await self._page.get_by_test_id(f"command-option-{option}").fill(value)
        await self._page.get_by_test_id("send").click()

    async def _press(self, label: str) -> None:
        await self._page.get_by_role("button", name=label, exact=True).last.click()

    def _private(self) -> Locator:
        """Return the last message that only this person sees."""
        mark = self._page.get_by_test_id("ephemeral")
        return self._page.get_by_test_id("message").filter(has=mark).last

    def _last_card(self) -> Locator:
        return self._page.get_by_test_id("container").last

    async def _loaded(self, within: Locator, *, count: int) -> None:
        pictures = within.locator("img")
        await expect(pictures).to_have_count(count)
        for place in range(count):
            await expect(pictures.nth(place)).to_have_js_property("complete", value=True)
            assert await pictures.nth(place).evaluate("image => image.naturalWidth") > 0

    async def _status(self, url: str) -> int:
        return (await self._page.request.get(url)).status


def _picture(name: str) -> bytes:
    """Return a JPEG of a sky over hills."""
    dark, light, sun = PICTURES[name]
    gradient = Image.linear_gradient("L").transform(
        SIZE_PX, Image.Transform.EXTENT, (0, 0, 256, 256)
    )
    sky = ImageOps.colorize(gradient, black=dark, white=light)
    draw = ImageDraw.Draw(sky)
    width, height = SIZE_PX
    across = {"dawn.jpg": 0.25, "noon.jpg": 0.5, "dusk.jpg": 0.75}[name]
    up = {"dawn.jpg": 0.55, "noon.jpg": 0.2, "dusk.jpg": 0.58}[name]
    centre, radius = (width * across, height * up), width * 0.06
    draw.circle(centre, radius, fill=sun)
    for layer, shade in enumerate(("#31504f", "#213b3d", "#14282b")):
        top = height * (0.68 + 0.1 * layer)
        for hill in range(-1, 5):
            left = width * (hill * 0.3 - 0.1 * layer)
            draw.ellipse((left, top, left + width * 0.42, top + height), fill=shade)
    file = io.BytesIO()
    sky.save(file, "JPEG", quality=88)
    return file.getvalue()
