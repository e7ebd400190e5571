"""One Chromium for all tests of the chat page, and what a person does in it."""

import base64
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import discord
import pytest
import pytest_asyncio
from discord import ui
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    # A mouse, which headless Chromium otherwise denies to have.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,"
    "primaryPointerType=4,availablePointerTypes=4",
]


class Options(TypedDict, total=False):
    """How a browser context differs from the usual."""

    color_scheme: Literal["light", "dark"]


Open = Callable[..., Awaitable[Page]]
Drop = Callable[[Page, str, bytes], Awaitable[None]]
PostCard = Callable[[], Awaitable[discord.Message]]


@pytest.fixture(scope="session")
def devtools(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DevTools address of one Chromium for all tests here; each opens its own context."""
    profile = tmp_path_factory.mktemp("profile")
    command = [chromium_path, *FLAGS, f"--user-data-dir={profile}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # the path comes from the PATH
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("DevTools listening on "):
                yield line.removeprefix("DevTools listening on ").strip()
                break
        process.terminate()


@pytest_asyncio.fixture
async def chromium(devtools: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(devtools)


@pytest_asyncio.fixture
async def open_page(chromium: Browser, harness: "Harness") -> AsyncIterator[Open]:
    """Open the page as Alice, or as whoever is named; fails on any error the page logs."""
    problems: list[str] = []
    contexts: list[BrowserContext] = []

    async def opened(person: str = "Alice", **options: Unpack[Options]) -> Page:
        context = await chromium.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(harness.sim.url)
        await page.get_by_test_id("person-switch").select_option(label=person)
        await expect(page.locator(".me .quiet")).to_have_text("You are")
        await page.locator("[data-testid=channel][data-channel-name=memes]").click()
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert problems == []


@pytest.fixture
def drop() -> Drop:
    """Drop a file on the chat, as a person's hand would."""

    async def dropped(page: Page, name: str, data: bytes) -> None:
        transfer = await page.evaluate_handle(
            """([name, data]) => {
                const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
                const transfer = new DataTransfer();
                transfer.items.add(new File([bytes], name, { type: "image/png" }));
                return transfer;
            }""",
            [name, base64.b64encode(data).decode()],
        )
        zone = page.get_by_test_id("drop-zone")
        for event in ("dragenter", "dragover", "drop"):
            await zone.dispatch_event(event, {"dataTransfer": transfer})
            if event == "dragenter":
                await expect(page.get_by_text("Drop to attach")).to_be_visible()

    return dropped


class Keys(ui.Modal, title="Connect your host"):
    """Text, a menu and files."""

    key: ui.TextInput[ui.Modal] = ui.TextInput(label="API key", custom_id="key", min_length=3)
    album: ui.Label[ui.Modal] = ui.Label(
        text="Album",
        description="Where pictures go",
        component=ui.Select(
            custom_id="album", options=[discord.SelectOption(label="Memes", value="m")]
        ),
    )
    files: ui.Label[ui.Modal] = ui.Label(
        text="Pictures", component=ui.FileUpload(custom_id="files", max_values=10)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        upload, album = self.files.component, self.album.component
        assert isinstance(upload, ui.FileUpload)
        assert isinstance(album, ui.Select)
        sizes = [item.size for item in upload.values]
        await interaction.response.send_message(
            f"key of {len(self.key.value)}, album {album.values[0]}, {len(sizes)} files",
            ephemeral=True,
        )


class Card(ui.View):
    """Buttons and menus of every kind that one message holds."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Viewer", url="http://127.0.0.1:9/viewer"))

    @ui.button(label="Connect", style=discord.ButtonStyle.primary, custom_id="connect")
    async def connect(self, interaction: discord.Interaction, button: ui.Button["Card"]) -> None:
        await interaction.response.send_modal(Keys())

    @ui.button(label="Delete", style=discord.ButtonStyle.danger, custom_id="delete")
    async def delete(self, interaction: discord.Interaction, button: ui.Button["Card"]) -> None:
        await interaction.response.edit_message(content="Deleted", embed=None, view=None)

    @ui.select(
        custom_id="style", options=[discord.SelectOption(label=name) for name in ("Card", "List")]
    )
    async def style(self, interaction: discord.Interaction, menu: ui.Select["Card"]) -> None:
        await interaction.response.send_message(f"style {menu.values[0]}", ephemeral=True)

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2, placeholder="People")
    async def who(self, interaction: discord.Interaction, menu: ui.UserSelect["Card"]) -> None:
        names = sorted(person.name for person in menu.values)
        await interaction.response.send_message(f"people {names}", ephemeral=True)


@pytest.fixture
def post_card(bot: "ScriptedBot", harness: "Harness") -> PostCard:
    """Let the bot post a card with an embed and components of every kind."""

    async def posted() -> discord.Message:
        channel = bot.get_partial_messageable(harness.memes.id)
        embed = discord.Embed(
            title="dusk.png", url="http://127.0.0.1:9/view", description="**Kept** for good"
        )
        embed.add_field(name="Size", value="3 x 2")
        embed.set_footer(text="imgoe.download")
        return await channel.send(embed=embed, view=Card())

    return posted
