"""Commands, buttons, menus and modals, answered by the real discord.py."""

from typing import TYPE_CHECKING

import discord
import pytest
from discord import app_commands

from imgoe_bot.discordsim import Permission, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


class Keys(discord.ui.Modal, title="Key"):
    """Asks for a key and a file."""

    key: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        label="API key", custom_id="key", min_length=3
    )
    files: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="Pictures",
        component=discord.ui.FileUpload(custom_id="files", required=False, max_values=10),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        upload = self.files.component
        assert isinstance(upload, discord.ui.FileUpload)
        sizes = [len(await item.read()) for item in upload.values]
        await interaction.response.send_message(f"{self.key.value} {sizes}", ephemeral=True)


class Delete(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"delete:(?P<id>\d+)"
):
    """A button that outlives the process."""

    def __init__(self, upload_id: int) -> None:
        self.upload_id = upload_id
        super().__init__(discord.ui.Button(label="Delete", custom_id=f"delete:{upload_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: object
    ) -> "Delete":
        assert isinstance(item, discord.ui.Button)
        return cls(int(str(item.custom_id).removeprefix("delete:")))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"deleted {self.upload_id}", view=None)


async def test_a_deferred_command_with_a_file_is_answered_by_follow_up(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Keep a file")
    async def upload(
        interaction: discord.Interaction, file: discord.Attachment, title: str = ""
    ) -> None:
        await interaction.response.defer(thinking=True)
        data = await file.read()
        await interaction.followup.send(f"{title}: {len(data)} bytes of {file.filename}")

    await bot.tree.sync()
    asked = await harness.alice.slash(
        harness.memes, "upload", file=Upload("a.png", b"12345"), title="Five"
    )

    answer = await asked.wait_response()
    assert answer.content == "Five: 5 bytes of a.png"
    assert asked.acknowledged_after_s is not None
    assert harness.bob.messages(harness.memes) == [answer]


async def test_an_ephemeral_answer_is_seen_by_one_person(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Say hello")
    async def hello(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("just you", ephemeral=True)
        await interaction.followup.send("and again", ephemeral=True)
        await interaction.edit_original_response(content="only you")

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "hello")

    await harness.alice.wait_for_message(harness.memes, lambda m: m.content == "only you")
    assert [message.content for message in asked.responses] == ["only you", "and again"]
    assert harness.bob.messages(harness.memes) == []
    channel = bot.get_partial_messageable(harness.memes.id)
    assert [message async for message in channel.history()] == []


async def test_sub_commands_options_and_their_rules(bot: "ScriptedBot", harness: "Harness") -> None:
    group = app_commands.Group(name="mirror", description="Mirrors")
    seen: list[object] = []

    @group.command(description="Add")
    @app_commands.choices(mode=[app_commands.Choice(name="Reply", value="reply")])
    async def add(
        interaction: discord.Interaction,
        channel: discord.TextChannel,
        mode: app_commands.Choice[str],
        role: discord.Role,
        who: discord.Member,
        count: app_commands.Range[int, 1, 5],
        loud: bool,
    ) -> None:
        seen.extend([channel.id, mode.value, role.id, who.id, count, loud])
        await interaction.response.send_message("ok")

    bot.tree.add_command(group)
    await bot.tree.sync()
    role = harness.guild.add_role("Artists")
    options = {
        "channel": harness.memes,
        "mode": "Reply",
        "role": role,
        "who": harness.bob,
        "count": 3,
        "loud": False,
    }
    asked = await harness.alice.slash(harness.memes, "mirror add", **options)

    answer = await asked.wait_response()
    assert (answer.interaction or {})["name"] == "mirror add"
    assert seen == [harness.memes.id, "reply", role.id, harness.bob.id, 3, False]
    with pytest.raises(ValueError, match="between 1 and 5"):
        await harness.alice.slash(harness.memes, "mirror add", **{**options, "count": 9})
    with pytest.raises(LookupError, match="required"):
        await harness.alice.slash(harness.memes, "mirror add", mode="Reply")
    with pytest.raises(LookupError, match="no choice"):
        await harness.alice.slash(harness.memes, "mirror add", **{**options, "mode": "Shout"})


async def test_autocomplete_offers_choices(bot: "ScriptedBot", harness: "Harness") -> None:
    @bot.tree.command(description="Pick")
    async def pick(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @pick.autocomplete("name")
    async def suggest(
        interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=current.upper(), value=current)]

    await bot.tree.sync()
    asked = await harness.alice.autocomplete(harness.memes, "pick", "name", name="ab")

    await asked.wait_acknowledged()
    assert asked.choices == [{"name": "AB", "value": "ab"}]


async def test_a_message_menu_reads_its_target_without_the_content_intent(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    @bot.tree.context_menu(name="Mirror to host")
    async def mirror(interaction: discord.Interaction, message: discord.Message) -> None:
        names = [item.filename for item in message.attachments]
        await interaction.response.send_message(f"{message.content} {names}", ephemeral=True)

    await bot.tree.sync()
    harness.sim.faults.forbid_intents(1 << 15)
    target = await harness.bob.say(harness.memes, "mine", [Upload("a.png", picture)])
    asked = await harness.alice.use_menu(target, "Mirror to host")

    assert (await asked.wait_response()).content == "mine ['a.png']"


async def test_a_user_menu_gets_the_member(bot: "ScriptedBot", harness: "Harness") -> None:
    @bot.tree.context_menu(name="Uploads")
    async def uploads(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)

    await bot.tree.sync()
    asked = await harness.alice.use_user_menu(harness.memes, harness.bob.user, "Uploads")
    assert (await asked.wait_response()).content == "Bob"


async def test_a_modal_brings_text_and_files(bot: "ScriptedBot", harness: "Harness") -> None:
    @bot.tree.command(description="Set the key")
    async def key(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Keys())

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "key")
    files = [Upload("a.png", b"123"), Upload("b.png", b"12345")]
    sent = await harness.alice.fill_modal(asked, {"API key": "chv_1", "files": files})

    assert (await sent.wait_response()).content == "chv_1 [3, 5]"
    with pytest.raises(LookupError, match="3 to"):
        await harness.alice.fill_modal(asked, {"key": "x"})
    with pytest.raises(LookupError, match="no fields"):
        await harness.alice.fill_modal(asked, {"key": "chv_1", "colour": "red"})


async def test_a_dynamic_button_in_a_direct_message_works_after_the_view_is_gone(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    bot.add_dynamic_items(Delete)
    view: discord.ui.View = discord.ui.View(timeout=None)
    view.add_item(Delete(42))
    user = await bot.fetch_user(harness.alice.id)
    await user.send("Delete?", view=view)
    view.stop()

    note = await harness.alice.wait_for_message(harness.alice.dm)
    await harness.alice.click(note, "Delete")

    await harness.alice.wait_for_message(harness.alice.dm, lambda m: m.content == "deleted 42")
    assert note.components == []
    with pytest.raises(LookupError, match="no button"):
        await harness.alice.click(note, "Delete")


async def test_a_select_menu_sends_what_was_chosen(bot: "ScriptedBot", harness: "Harness") -> None:
    chosen: list[str] = []

    class Choose(discord.ui.View):
        @discord.ui.select(
            cls=discord.ui.Select,
            custom_id="mode",
            options=[discord.SelectOption(label="Reply", value="r")],
        )
        async def mode(
            self, interaction: discord.Interaction, select: discord.ui.Select["Choose"]
        ) -> None:
            chosen.extend(select.values)
            await interaction.response.defer()

        @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where")
        async def where(
            self, interaction: discord.Interaction, select: discord.ui.ChannelSelect["Choose"]
        ) -> None:
            chosen.append(select.values[0].name)
            await interaction.response.send_message("thanks", ephemeral=True)

    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send("Choose", view=Choose(timeout=None))
    menu = await harness.alice.wait_for_message(harness.memes)

    await (await harness.alice.select(menu, "mode", ["Reply"])).wait_acknowledged()
    asked = await harness.alice.select(menu, "where", [harness.memes])
    await asked.wait_response()

    assert chosen == ["r", "memes"]
    with pytest.raises(LookupError, match="no option"):
        await harness.alice.select(menu, "mode", ["Shout"])


async def test_a_command_is_offered_only_to_those_it_is_meant_for(
    bot: "ScriptedBot", harness: "Harness", monkeypatch: pytest.MonkeyPatch
) -> None:
    @bot.tree.command(description="Set up")
    @app_commands.default_permissions(manage_guild=True)
    async def setup(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok")

    await bot.tree.sync()
    monkeypatch.setattr("imgoe_bot.discordsim.controls.person._COMMAND_WAIT_S", 0.05)

    with pytest.raises(LookupError, match="no command"):
        await harness.alice.slash(harness.memes, "setup")
    assert (
        await (await harness.olga.slash(harness.memes, "setup")).wait_response()
    ).content == "ok"
    harness.guild.join(harness.alice, permissions=Permission.MANAGE_GUILD)
    assert (
        await (await harness.alice.slash(harness.memes, "setup")).wait_response()
    ).content == "ok"


async def test_a_layout_view_carries_no_content_beside_it(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    layout = discord.ui.LayoutView()
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
    gallery.add_item(media="https://host.test/a.png", description="a cat", spoiler=True)
    layout.add_item(discord.ui.Container(discord.ui.TextDisplay("**Kept**"), gallery))
    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)

    sent = await channel.send(view=layout)

    assert sent.flags.components_v2
    shown = harness.alice.messages(harness.memes)[-1]
    assert shown.components[0]["type"] == 17
    with pytest.raises(discord.HTTPException) as refused:
        await sent.edit(content="beside")
    assert refused.value.code == 50035
