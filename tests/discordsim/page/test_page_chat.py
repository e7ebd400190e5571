"""Talking, files, replies, reactions, direct messages, and coming back after a lost connection."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, FilePayload, WebSocketRoute, expect

from imgoe_bot.discordsim import ChannelType, Upload
from tests.discordsim.conftest import png

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot
    from tests.discordsim.page.conftest import Drop, Open, PostCard

pytestmark = pytest.mark.browser


async def test_a_dropped_picture_is_shown_before_and_after_it_is_sent(
    open_page: "Open", harness: "Harness", picture: bytes, drop: "Drop"
) -> None:
    page = await open_page()
    await expect(page.get_by_role("heading", name="Drop a picture here")).to_be_visible()

    await drop(page, "dusk.png", picture)
    await expect(page.get_by_test_id("tray").get_by_text("dusk.png")).to_be_visible()
    await expect(page.get_by_text("Drop to attach")).to_be_hidden()
    await page.get_by_test_id("composer-text").fill("From the ridge")
    await page.keyboard.press("Enter")

    message = page.get_by_test_id("message")
    await expect(message.get_by_text("From the ridge")).to_be_visible()
    await expect(message.locator("img")).to_have_js_property("naturalWidth", 3)
    await expect(page.get_by_test_id("tray")).to_be_hidden()
    (kept,) = harness.bob.messages(harness.memes)
    assert [item.data for item in kept.attachments] == [picture]


async def test_files_come_by_picker_and_paste_and_leave_before_sending(
    open_page: "Open", picture: bytes
) -> None:
    page = await open_page()
    file = FilePayload(name="a.png", mimeType="image/png", buffer=picture)
    other = FilePayload(name="b.png", mimeType="image/png", buffer=picture)
    await page.get_by_test_id("composer-file").set_input_files([file, other])

    await page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File(["x"], "c.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true });
            document.querySelector("#composer-text").dispatchEvent(event);
        }"""
    )
    await expect(page.get_by_test_id("tray-remove")).to_have_count(3)
    await page.get_by_role("button", name="Remove b.png").click()

    await expect(page.get_by_test_id("tray-remove")).to_have_count(2)
    await expect(page.get_by_test_id("tray").get_by_text("b.png")).to_have_count(0)


async def test_a_stranger_is_not_offered_to_delete(open_page: "Open", harness: "Harness") -> None:
    await harness.bob.say(harness.memes, "mine")
    page = await open_page()

    await page.get_by_test_id("message").get_by_test_id("message-menu").press("Enter")

    await expect(page.get_by_test_id("menu-copy")).to_be_visible()
    await expect(page.get_by_test_id("menu-delete")).to_have_count(0)


async def test_reactions_go_both_ways(open_page: "Open", harness: "Harness") -> None:
    message = await harness.bob.say(harness.memes, "look")
    await harness.bob.react(message, "👍")
    page = await open_page()
    thumb = page.get_by_test_id("reaction")

    await thumb.click()
    await expect(thumb).to_have_accessible_name("👍, 2 reactions")
    await expect(thumb).to_have_attribute("aria-pressed", "true")
    await thumb.click()

    await expect(thumb).to_have_accessible_name("👍, 1 reaction")
    assert message.reactions == {"👍": [harness.bob.id]}


async def test_a_direct_message_counts_until_it_is_read_and_only_for_its_reader(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    alice = await bot.fetch_user(harness.alice.id)

    await alice.send("Delete link: <http://127.0.0.1:9/delete/x>")

    direct = page.get_by_test_id("dm")
    await expect(direct).to_contain_text("1 unread")
    await expect(page).to_have_title("(1) memes · Loopback")
    await direct.click()
    await expect(page.get_by_role("link", name="http://127.0.0.1:9/delete/x")).to_be_visible()
    await expect(direct).not_to_contain_text("unread")
    await page.get_by_test_id("person-switch").select_option(label="Bob")
    await expect(page.get_by_test_id("dm")).not_to_contain_text("unread")


async def test_a_reply_names_what_it_answers(open_page: "Open", harness: "Harness") -> None:
    await harness.bob.say(harness.memes, "first words")
    page = await open_page()
    await page.get_by_test_id("message").hover()
    await page.get_by_test_id("message-reply").click()
    await page.get_by_test_id("composer-text").fill("an answer")
    await page.get_by_test_id("send").click()

    await expect(page.locator(".occasion").get_by_text("Bob first words")).to_be_visible()
    answer = harness.bob.messages(harness.memes)[-1]
    assert answer.reference is not None


async def test_a_reply_shows_words_without_marks_and_keeps_spoilers_covered(
    open_page: "Open", harness: "Harness"
) -> None:
    said = await harness.bob.say(
        harness.memes, f"## Look\n> at **this**, ||the butler|| <#{harness.memes.id}>"
    )
    long = await harness.bob.say(harness.memes, f"{'x ' * 190}||it was the gardener {'y ' * 40}||")
    for message in (said, long):
        await harness.alice.say(harness.memes, "hm", reply_to=message)
    page = await open_page()

    first, second = page.locator(".reply-jump").first, page.locator(".reply-jump").last

    await expect(first).to_have_text("Bob Look at this, the butlerspoiler #memes")
    await expect(first.locator("strong")).to_have_text("this")
    await expect(first.get_by_text("the butler")).to_have_css("opacity", "0")
    await expect(first).to_have_accessible_name("Bob Look at this, spoiler #memes")
    await expect(second).not_to_contain_text("gardener")


async def test_a_picture_that_cannot_be_shown_is_told_from_a_link_that_ended(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    files = [Upload("broken.png", b"\x89PNG no more"), Upload("one.bin", b"x")]
    await harness.bob.say(harness.memes, "", files)
    page = await open_page()
    await expect(page.get_by_role("img", name="broken.png can't be shown")).to_be_visible()
    await expect(page.get_by_text("This can't be shown")).to_be_visible()
    await expect(page.get_by_text("1 byte", exact=True)).to_be_visible()

    message = await harness.bob.say(harness.memes, "", [Upload("late.png", picture)])
    await expect(page.get_by_test_id("message")).to_have_count(2)
    harness.sim.faults.expire_links()
    late = page.locator(f"[data-message-id='{message.id}'] img")
    await late.evaluate("img => (img.src = img.src + 'again')")

    await expect(page.get_by_text("This link no longer works")).to_be_visible()


async def test_a_cover_fits_the_narrowest_picture(open_page: "Open", harness: "Harness") -> None:
    tall = png(2, 90)
    await harness.bob.say(harness.memes, "", [Upload("tall.png", tall, spoiler=True)])
    page = await open_page()

    cover = page.get_by_role("button", name="Spoiler, press to show")

    await expect(cover).to_be_visible()
    fits = "cover => cover.firstElementChild.offsetWidth <= cover.clientWidth"
    assert await cover.evaluate(fits)


async def test_a_lost_connection_comes_back_with_what_was_missed(
    chromium: Browser, harness: "Harness"
) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    context = await chromium.new_context()
    page = await context.new_page()
    await page.route_web_socket("**/page/ws*", through)
    await page.goto(harness.sim.url)
    await expect(page.get_by_test_id("channel")).to_have_count(1)

    await sockets[0].close()
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await harness.bob.say(harness.memes, "said meanwhile")

    await expect(page.get_by_text("said meanwhile")).to_be_visible()
    await expect(page.get_by_text("Connection lost")).to_have_count(0)
    assert len(sockets) == 2
    await context.close()


async def test_a_forum_lists_its_posts_and_takes_a_new_one(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    page = await open_page()
    harness.guild.add_channel("showcase", type=ChannelType.FORUM)
    await page.locator("[data-channel-name=showcase]").click()
    await expect(page.get_by_text("No posts yet")).to_be_visible()
    await expect(page.get_by_test_id("composer-text")).to_be_hidden()

    await page.get_by_test_id("forum-new").click()
    await page.get_by_test_id("post-send").click()
    await expect(page.get_by_text("This is needed")).to_have_count(2)
    await page.get_by_test_id("post-title").fill("Dusk")
    await page.get_by_test_id("post-content").fill("From the ridge")
    file = FilePayload(name="a.png", mimeType="image/png", buffer=picture)
    await page.get_by_test_id("post-files").set_input_files(file)
    await page.get_by_test_id("post-send").click()

    await page.get_by_test_id("forum-post").click()
    await expect(page.get_by_role("heading", name="Dusk")).to_be_visible()
    await expect(page.get_by_test_id("message")).to_contain_text("From the ridge")
    await expect(page.get_by_test_id("message").locator("img")).to_have_count(1)


async def test_a_thread_begins_with_what_it_is_about(open_page: "Open", harness: "Harness") -> None:
    page = await open_page()
    message = await harness.bob.say(harness.memes, "look at this dusk")

    await harness.bob.open_thread(message, "About dusk")

    await page.locator("[data-testid=channel][data-channel-name='About dusk']").click()
    await expect(page.get_by_test_id("message").first).to_contain_text("look at this dusk")


async def test_a_fault_is_told_and_the_panel_gives_the_focus_back(
    open_page: "Open", harness: "Harness", picture: bytes
) -> None:
    await harness.bob.say(harness.memes, "", [Upload("a.png", picture, description="A blue field")])
    page = await open_page()
    await expect(page.get_by_role("img", name="A blue field")).to_be_visible()

    await page.get_by_test_id("fault-panel-open").click()
    await page.get_by_test_id("fault-close-dms").click()
    await page.get_by_test_id("fault-expire").click()
    await expect(page.locator("#notices")).to_contain_text(
        "Expire file links: all links so far stop working"
    )
    assert harness.alice.dms_closed
    await expect(page.get_by_test_id("fault-expire")).to_be_focused()
    await page.reload()
    await expect(page.get_by_role("img", name="A blue field")).to_be_visible()
    await page.get_by_test_id("fault-panel-open").click()
    await page.get_by_test_id("fault-panel").press("Escape")
    await expect(page.get_by_test_id("fault-panel")).to_be_hidden()
    await expect(page.get_by_test_id("fault-panel-open")).to_be_focused()


async def test_the_panel_shows_which_faults_last_and_takes_them_back(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    other = harness.guild.add_channel("other")
    page = await open_page()
    await page.get_by_test_id("fault-panel-open").click()
    slow, mute = page.get_by_test_id("fault-slow"), page.get_by_test_id("fault-mute")

    await slow.click()
    await mute.click()
    for button in (slow, mute):
        await expect(button).to_have_attribute("aria-pressed", "true")
    await page.locator("[data-channel-name=other]").click()
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await expect(slow).to_have_attribute("aria-pressed", "true")
    await slow.click()
    await expect(slow).to_have_attribute("aria-pressed", "false")
    await expect(page.locator("#notices")).to_contain_text("Slow answers: over")

    await page.get_by_test_id("fault-close-dms").scroll_into_view_if_needed()
    await expect(page.get_by_test_id("fault-heal")).to_be_in_viewport(ratio=1)
    await page.get_by_test_id("fault-heal").click()
    await page.locator("[data-channel-name=memes]").click()
    await expect(mute).to_have_attribute("aria-pressed", "false")
    assert other.overwrites == {}


async def test_the_bot_is_asked_to_reconnect_and_hears_events_swapped(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    await page.get_by_test_id("fault-panel-open").click()
    resumed = await bot.hears("resumed")
    await page.get_by_test_id("fault-reconnect").click()
    await resumed

    await page.get_by_test_id("fault-backwards").click()
    await expect(page.locator("#notices")).to_contain_text("Swap two events")
    heard = await bot.hears_message()
    await harness.alice.say(harness.memes, "first")
    await harness.alice.say(harness.memes, "second")

    assert (await heard).content == "second"


async def test_the_hint_for_newcomers_stays_until_a_person_speaks(
    open_page: "Open", post_card: "PostCard", harness: "Harness"
) -> None:
    page = await open_page()
    hint = page.get_by_role("heading", name="Drop a picture here")

    await post_card()
    await expect(page.get_by_test_id("embed")).to_be_visible()
    await expect(hint).to_be_visible()
    await harness.bob.say(harness.memes, "hello")

    await expect(hint).to_have_count(0)
