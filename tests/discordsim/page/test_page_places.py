"""Further back, forums, threads, forwards, stickers and voice messages on the page."""

import base64
import io
from typing import TYPE_CHECKING

import discord
import pytest
from playwright.async_api import FilePayload, expect

from imgoe_bot.discordsim import ChannelType, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot
    from tests.discordsim.page.conftest import Open

pytestmark = pytest.mark.browser


async def test_what_is_further_back_comes_by_scrolling_up(
    open_page: "Open", harness: "Harness"
) -> None:
    for number in range(120):
        await harness.bob.say(harness.memes, f"message {number}")
    page = await open_page()
    messages = page.get_by_test_id("message")
    await expect(messages.last).to_be_in_viewport()
    await expect(messages).to_have_count(50)

    for shown in (100, 120):
        held = await messages.first.get_attribute("data-message-id")
        await page.get_by_role("log").evaluate("log => log.scrollTop = 0")
        await expect(messages).to_have_count(shown)
        await expect(page.locator(f"[data-message-id='{held}']")).to_be_in_viewport()

    await expect(messages.first).to_contain_text("message 0")
    await harness.bob.say(harness.memes, "the newest")
    await expect(page.get_by_role("button", name="New messages")).to_be_visible()


async def test_a_message_is_forwarded_where_one_may_write(
    open_page: "Open", harness: "Harness"
) -> None:
    other = harness.guild.add_channel("other")
    await harness.bob.say(harness.memes, "worth a look")
    page = await open_page()

    await page.get_by_test_id("message-menu").press("Enter")
    await page.get_by_test_id("menu-forward").click()
    await page.get_by_test_id("forward-to").select_option(label="#other (Town)")
    await page.get_by_test_id("forward-send").click()

    await expect(page.locator("#notices")).to_contain_text("Forwarded to #other (Town)")
    await page.locator("[data-channel-name=other]").click()
    await expect(page.locator(".forwarded")).to_contain_text("worth a look")
    (copy,) = harness.alice.messages(other)
    assert copy.author is harness.alice.user


async def test_a_thread_is_opened_on_a_message_and_entered(
    open_page: "Open", harness: "Harness"
) -> None:
    await harness.bob.say(harness.memes, "long story")
    page = await open_page()

    await page.get_by_test_id("message-menu").press("Enter")
    await page.get_by_test_id("menu-thread").click()
    await page.get_by_test_id("thread-name").fill("The story")
    await page.get_by_test_id("thread-create").click()

    await expect(page.get_by_role("heading", name="The story")).to_be_visible()
    await expect(page.locator("#chat-header > [data-icon=thread]")).to_be_visible()
    await page.get_by_test_id("composer-text").fill("go on")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("go on")
    (thread,) = harness.guild.threads
    assert [m.content for m in harness.bob.messages(thread)][-1] == "go on"


async def test_a_sticker_is_chosen_sent_and_drawn(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("sticker-open")).to_be_hidden()
    wave = harness.guild.add_sticker("wave", picture)
    harness.guild.add_sticker("dance", b"{}", format=3)

    await page.get_by_test_id("sticker-open").click()
    await expect(page.get_by_test_id("sticker-dance")).to_be_in_viewport(ratio=1)
    await page.get_by_test_id("sticker-wave").click()

    drawn = page.get_by_test_id("message").get_by_role("img", name="Sticker: wave")
    await expect(drawn).to_have_js_property("naturalWidth", 3)
    (message,) = harness.bob.messages(harness.memes)
    assert message.sticker_ids == [wave.id]


async def test_a_voice_message_shows_its_shape_and_length(
    open_page: "Open", harness: "Harness"
) -> None:
    shape = base64.b64encode(bytes(range(0, 250, 5))).decode()
    voice = Upload("voice-message.ogg", b"x", "audio/ogg", duration_s=65, waveform=shape)
    await harness.bob.say(harness.memes, files=[voice])
    page = await open_page()

    drawn = page.get_by_role("group", name="Voice message, 65 seconds")

    await expect(drawn).to_contain_text("1:05")
    await expect(drawn.locator(".bars i")).to_have_count(48)
    await expect(page.locator(".file-card")).to_have_count(0)


async def test_a_forum_shows_tags_and_first_pictures(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    art = harness.guild.add_channel("art", type=ChannelType.FORUM, tags=["oil", "ink"])
    await harness.bob.open_post(art, "Harbour", "see", [Upload("a.png", picture)], tags=["ink"])
    hidden = [Upload("b.png", picture, spoiler=True)]
    await harness.bob.open_post(art, "Surprise", "see", hidden)
    page = await open_page()

    await page.locator("[data-channel-name=art]").click()

    await expect(page.locator("#chat-header > [data-icon=forum]")).to_be_visible()
    harbour = page.locator("[data-testid=forum-post][data-channel-name=Harbour]")
    await expect(harbour.locator(".tag")).to_have_text(["ink"])
    await expect(harbour.locator("img")).to_have_js_property("naturalWidth", 3)
    surprise = page.locator("[data-testid=forum-post][data-channel-name=Surprise]")
    await expect(surprise.locator("img")).to_have_count(0)


async def test_a_file_that_an_embed_shows_is_shown_once(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    embed = discord.Embed(title="Chart").set_image(url="attachment://chart.png")
    file = discord.File(io.BytesIO(picture), "chart.png")
    await bot.get_partial_messageable(harness.memes.id).send(embed=embed, file=file)
    page = await open_page()

    shown = page.get_by_test_id("message").locator("img")

    await expect(shown).to_have_count(1)
    await expect(shown).to_have_js_property("naturalWidth", 3)


async def test_the_newest_message_stays_in_sight_when_files_wait(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    for number in range(30):
        await harness.bob.say(harness.memes, f"message {number}")
    page = await open_page()
    newest = page.get_by_test_id("message").last
    await expect(newest).to_be_in_viewport(ratio=1)

    file = FilePayload(name="a.png", mimeType="image/png", buffer=picture)
    await page.get_by_test_id("composer-file").set_input_files(file)

    await expect(page.get_by_test_id("tray")).to_be_visible()
    await expect(newest).to_be_in_viewport(ratio=1)


async def test_a_notice_covers_no_message(open_page: "Open", harness: "Harness") -> None:
    await harness.bob.say(harness.memes, "words")
    page = await open_page()

    await page.get_by_test_id("fault-panel-open").click()
    await page.get_by_test_id("fault-expire").click()

    notice = await page.locator(".toast").bounding_box()
    chat = await page.get_by_test_id("drop-zone").bounding_box()
    assert notice is not None
    assert chat is not None
    assert notice["x"] + notice["width"] <= chat["x"]
