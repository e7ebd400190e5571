"""Commands, menus, components and modals on the page, answered by the real discord.py."""

import asyncio
import io
from typing import TYPE_CHECKING

import discord
import pytest
from discord import app_commands, ui
from playwright.async_api import FilePayload, expect

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot
    from tests.discordsim.page.conftest import Drop, Open, PostCard

pytestmark = pytest.mark.browser


async def test_a_command_with_a_file_needs_no_mouse(
    open_page: "Open", bot: "ScriptedBot", picture: bytes, drop: "Drop"
) -> None:
    release = asyncio.Event()

    @bot.tree.command(description="Keep a file")
    async def upload(
        interaction: discord.Interaction, file: discord.Attachment, title: str = ""
    ) -> None:
        await interaction.response.defer()
        await release.wait()
        await interaction.followup.send(f"kept {title} {file.size}")

    await bot.tree.sync()
    page = await open_page()
    await page.get_by_test_id("composer-text").focus()
    await page.keyboard.type("/upl")
    await expect(page.get_by_test_id("command-item")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_text("This is needed")).to_be_visible()
    file = page.get_by_test_id("command-option-file")
    await expect(file).to_be_focused()

    await drop(page, "dusk.png", picture)
    await expect(page.get_by_label("Chosen files").get_by_text("dusk.png")).to_be_visible()
    await page.get_by_test_id("command-option-title").fill("Dusk")
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("thinking")).to_be_visible()
    await expect(page.get_by_text("Alice used /upload")).to_be_visible()
    release.set()
    await expect(page.get_by_text(f"kept Dusk {len(picture)}")).to_be_visible()
    await expect(page.get_by_test_id("thinking")).to_have_count(0)


async def test_escape_leaves_a_command_and_the_focus_in_the_composer(
    open_page: "Open", bot: "ScriptedBot"
) -> None:
    @bot.tree.command(description="Say it")
    async def echo(interaction: discord.Interaction, words: str) -> None:
        await interaction.response.send_message(words)

    await bot.tree.sync()
    page = await open_page()
    await page.get_by_test_id("composer-text").fill("/echo ")
    await expect(page.get_by_test_id("command-option-words")).to_be_focused()

    await page.keyboard.press("Escape")

    await expect(page.get_by_test_id("composer-text")).to_be_focused()
    await expect(page.get_by_test_id("command-option-words")).to_have_count(0)


async def test_autocomplete_offers_what_the_app_offers(
    open_page: "Open", bot: "ScriptedBot"
) -> None:
    @bot.tree.command(name="set", description="Change a setting")
    async def change(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"set {name}")

    @change.autocomplete("name")
    async def offer(
        interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        offered = {"Answer style": "style", "Album": "album"}
        return [
            app_commands.Choice(name=name, value=value)
            for name, value in offered.items()
            if current.lower() in name.lower()
        ]

    await bot.tree.sync()
    page = await open_page()
    await page.get_by_test_id("composer-text").fill("/set ")
    await page.get_by_test_id("command-option-name").fill("alb")
    await expect(page.get_by_test_id("suggestion")).to_have_text(["Album"])
    await expect(page.get_by_test_id("suggestion")).to_be_in_viewport(ratio=1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("set album")).to_be_visible()


async def test_a_form_that_goes_on_below_fades_out(open_page: "Open", bot: "ScriptedBot") -> None:
    @bot.tree.command(description="Ask much")
    async def ask(
        interaction: discord.Interaction,
        a: str,
        b: str,
        c: str,
        d: str,
        e: str,
        f: str,
        g: str,
    ) -> None:
        await interaction.response.send_message("ok")

    await bot.tree.sync()
    page = await open_page()
    await page.set_viewport_size({"width": 420, "height": 560})
    await page.get_by_test_id("composer-text").fill("/ask ")
    fields = page.locator(".command-fields")

    more = page.get_by_role("button", name="More options")

    await expect(fields).to_contain_class("has-more")
    await more.click()
    await fields.evaluate("box => box.scrollTop = box.scrollHeight")
    await expect(fields).not_to_contain_class("has-more")
    await expect(more).to_be_hidden()


async def test_an_embed_shows_its_parts(open_page: "Open", post_card: "PostCard") -> None:
    await post_card()
    page = await open_page()

    card = page.get_by_test_id("embed")

    link = card.get_by_role("link", name="dusk.png")
    await expect(link).to_have_attribute("href", "http://127.0.0.1:9/view")
    await expect(card.locator("strong")).to_have_text("Kept")
    await expect(card.get_by_role("term")).to_have_text("Size")
    await expect(card.get_by_text("imgoe.download")).to_be_visible()
    viewer = page.get_by_role("link", name="Viewer")
    await expect(viewer).to_have_attribute("target", "_blank")
    await expect(viewer).to_have_attribute("rel", "noopener noreferrer")


async def test_a_modal_asks_checks_and_answers_in_private(
    open_page: "Open", picture: bytes, post_card: "PostCard"
) -> None:
    await post_card()
    page, other = await open_page(), await open_page("Bob")
    await page.get_by_role("button", name="Connect").click()
    modal = page.get_by_test_id("modal")
    await expect(modal.get_by_role("heading", name="Connect your host")).to_be_visible()
    await expect(page.get_by_test_id("modal-field-key")).to_be_focused()

    await page.get_by_test_id("modal-submit").click()
    await expect(modal.get_by_text("This is needed")).to_have_count(3)
    await page.get_by_test_id("modal-field-key").fill("chv_1")
    await page.get_by_test_id("modal-field-album").select_option(label="Memes")
    file = FilePayload(name="a.png", mimeType="image/png", buffer=picture)
    await page.get_by_test_id("modal-field-files").set_input_files([file, file])
    await page.get_by_test_id("modal-submit").click()

    await expect(page.get_by_text("key of 5, album m, 2 files")).to_be_visible()
    await expect(page.get_by_test_id("ephemeral")).to_contain_text("Only you can see this")
    await expect(modal).to_have_count(0)
    await expect(other.get_by_test_id("message")).to_have_count(1)
    await page.get_by_role("button", name="Dismiss message").click()
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_test_id("message")).to_have_count(1)


async def test_menus_take_one_value_by_keyboard_and_several_by_mouse(
    open_page: "Open", post_card: "PostCard"
) -> None:
    await post_card()
    page = await open_page()

    await page.locator("[data-custom-id=style]").press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("style List")).to_be_visible()

    await page.locator("[data-custom-id=who]").click()
    await page.get_by_role("option", name="Bob @bob").click()
    await page.get_by_role("option", name="Olga @olga").click()
    await page.get_by_test_id("select-done").click()
    await expect(page.get_by_text("people ['bob', 'olga']")).to_be_visible()


async def test_a_button_changes_the_message_and_keeps_the_focus_in_it(
    open_page: "Open", post_card: "PostCard"
) -> None:
    card = await post_card()
    page = await open_page()

    await page.get_by_role("button", name="Delete").press("Enter")

    message = page.locator(f"[data-message-id='{card.id}']")
    await expect(message.get_by_text("Deleted")).to_be_visible()
    await expect(message.get_by_test_id("component-button")).to_have_count(0)
    await expect(message).to_be_focused()


async def test_an_app_that_does_not_answer_is_told_about(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    view = ui.View(timeout=None)
    view.add_item(ui.Button(label="Dead", custom_id="dead"))
    await bot.get_partial_messageable(harness.memes.id).send("press", view=view)
    view.stop()
    page = await open_page()

    await page.get_by_role("button", name="Dead").click()

    await expect(page.get_by_role("button", name="Dead")).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("did not respond in time")).to_be_visible()
    await expect(page.get_by_role("button", name="Dead")).not_to_have_attribute("aria-busy", "true")


async def test_the_message_menu_holds_the_apps_commands_and_ones_own(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.context_menu(name="Mirror to host")
    async def mirror(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"mirrored {message.content}", ephemeral=True)

    await bot.tree.sync()
    await harness.alice.say(harness.memes, "one")
    page = await open_page()
    message = page.get_by_test_id("message").first

    await message.click(button="right", position={"x": 300, "y": 8})
    await page.get_by_test_id("menu-item-Mirror to host").click()
    await expect(page.get_by_text("mirrored one")).to_be_visible()

    await message.get_by_test_id("message-menu").press("Enter")
    await page.get_by_role("menuitem", name="Edit").press("Enter")
    await page.get_by_test_id("edit-text").fill("two")
    await page.get_by_test_id("edit-save").click()
    await expect(message.get_by_test_id("message-text")).to_contain_text("two (edited)")

    await message.get_by_test_id("message-menu").press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("two (edited)")).to_have_count(0)
    assert not [one for one in harness.bob.messages(harness.memes) if one.content == "two"]


async def test_a_picture_that_discord_could_not_load_is_not_shown(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.fail_all_previews()
    url = f"{harness.sim.url}/favicon.ico"
    channel = bot.get_partial_messageable(harness.memes.id)
    await channel.send(embed=discord.Embed(title="Kept").set_thumbnail(url=url).set_image(url=url))
    layout = ui.LayoutView(timeout=None)
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery(
        discord.MediaGalleryItem(url, description="A blue field")
    )
    await channel.send(view=layout.add_item(gallery))
    page = await open_page()

    await expect(page.get_by_test_id("embed")).to_contain_text("Kept")
    await expect(page.get_by_test_id("embed").locator("img")).to_have_count(0)
    await expect(page.get_by_role("img", name="A blue field can't be shown")).to_be_visible()


async def test_components_v2_are_laid_out_with_alt_text_and_spoilers(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    layout = ui.LayoutView(timeout=None)
    shots: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    shots.add_item(media="attachment://a.png", description="A blue field")
    shots.add_item(media="attachment://b.png", description="A surprise", spoiler=True)
    title: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("## Two pictures")
    button: ui.Button[ui.LayoutView] = ui.Button(label="Links", custom_id="links")
    section: ui.Section[ui.LayoutView] = ui.Section("Copy them", accessory=button)
    separator: ui.Separator[ui.LayoutView] = ui.Separator()
    box: ui.Container[ui.LayoutView] = ui.Container(
        title, shots, separator, section, accent_colour=0x0D6B63
    )
    layout.add_item(box)
    files = [discord.File(io.BytesIO(picture), name) for name in ("a.png", "b.png")]
    await bot.get_partial_messageable(harness.memes.id).send(view=layout, files=files)
    page = await open_page()

    container = page.get_by_test_id("container")

    await expect(container.get_by_role("heading", name="Two pictures")).to_be_visible()
    await expect(container.get_by_role("img", name="A blue field")).to_be_visible()
    await expect(container.locator("[inert] img")).to_have_count(1)
    await container.get_by_role("button", name="Spoiler, press to show").click()
    await expect(container.locator("[inert] img")).to_have_count(0)
    await expect(container.get_by_role("button", name="Enlarge: A surprise")).to_be_focused()
    await expect(container.get_by_role("button", name="Links")).to_be_visible()
    await expect(page.locator(".file-card")).to_have_count(0)
