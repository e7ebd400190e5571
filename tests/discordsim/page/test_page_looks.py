"""The page for everybody: WCAG AA, light and dark, a phone."""

from importlib import resources
from typing import TYPE_CHECKING

import discord
import pytest
from playwright.async_api import expect

from imgoe_bot.discordsim import ChannelType, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot
    from tests.discordsim.page.conftest import Open, PostCard

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async (values) => {
    const { violations } = await axe.run({ runOnly: { type: "tag", values } });
    return violations.map(({ id, nodes }) => `${id} ${nodes.map((one) => one.html)}`);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_view_meets_wcag_aa(
    open_page: "Open",
    bot: "ScriptedBot",
    harness: "Harness",
    picture: bytes,
    scheme: str,
    post_card: "PostCard",
) -> None:
    @bot.tree.command(description="Keep a file")
    async def upload(
        interaction: discord.Interaction, file: discord.Attachment, channel: discord.TextChannel
    ) -> None:
        await interaction.response.send_message("kept")

    await bot.tree.sync()
    page = await open_page(color_scheme=scheme)
    await page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text())
    faults: list[str] = []

    async def check(view: str) -> None:
        found: list[str] = await page.evaluate(AXE, RULES)
        faults.extend(f"{view}: {fault}" for fault in found)

    await check("empty channel")
    await harness.bob.say(
        harness.memes, "**Hi** `x` ||s|| https://example.org", [Upload("a.png", picture)]
    )
    wave = harness.guild.add_sticker("wave", picture)
    voice = Upload("voice.ogg", b"x", "audio/ogg", duration_s=3, waveform="AP8A")
    said = await harness.bob.say(harness.memes, files=[voice])
    await harness.bob.say(harness.memes, "||well|| then", reply_to=said, sticker_ids=[wave.id])
    await post_card()
    await expect(page.get_by_test_id("embed")).to_be_visible()
    await check("messages")
    await page.get_by_test_id("sticker-open").click()
    await check("stickers")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("fault-panel-open").click()
    await page.get_by_test_id("fault-close-dms").click()
    await check("faults")
    await page.get_by_test_id("fault-panel-open").click()
    await page.get_by_test_id("message-menu").first.press("Enter")
    await check("menu")
    await page.keyboard.press("Escape")
    await page.locator("[data-custom-id=who]").click()
    await check("picker")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("composer-text").fill("/")
    await expect(page.get_by_test_id("command-item")).to_have_count(1)
    await check("command list")
    await page.keyboard.press("Enter")
    await check("command form")
    await page.get_by_test_id("command-cancel").click()
    await page.get_by_role("button", name="Connect").click()
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await check("modal")
    await page.keyboard.press("Escape")
    art = harness.guild.add_channel("art", type=ChannelType.FORUM, tags=["ink"])
    await harness.bob.open_post(art, "Harbour", "see", [Upload("a.png", picture)], tags=["ink"])
    await page.locator("[data-channel-name=art]").click()
    await expect(page.get_by_test_id("forum-post")).to_be_visible()
    await check("forum")

    assert faults == []


async def test_a_phone_shows_one_thing_at_a_time_and_nothing_sticks_out(
    open_page: "Open", harness: "Harness", picture: bytes, post_card: "PostCard"
) -> None:
    await harness.bob.say(harness.memes, "w" * 300, [Upload("a.png", picture)] * 3)
    await post_card()
    page = await open_page()

    await page.set_viewport_size({"width": 360, "height": 740})

    await expect(page.get_by_test_id("channel")).not_to_be_in_viewport()
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert await page.evaluate(wide) is False
    await page.get_by_test_id("show-sidebar").click()
    await expect(page.get_by_test_id("channel")).to_be_in_viewport()
    await page.get_by_test_id("channel").click()
    await expect(page.get_by_test_id("channel")).not_to_be_in_viewport()


async def test_the_theme_switch_is_remembered(open_page: "Open") -> None:
    page = await open_page(color_scheme="light")
    switch = page.get_by_test_id("theme-switch")
    await expect(switch).to_have_accessible_name("Theme: system")

    await switch.click()
    await switch.click()
    await page.reload()

    await expect(switch).to_have_accessible_name("Theme: dark")
    await expect(page.locator("html")).to_have_css("color-scheme", "dark")
