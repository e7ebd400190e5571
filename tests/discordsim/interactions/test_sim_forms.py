"""Filling in: what a person's client lets through and what it sends."""

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, Permission
from imgoe_bot.discordsim.state.waiting import until

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


class Survey(discord.ui.Modal, title="Survey"):
    """One of everything a modal can hold."""

    def __init__(self) -> None:
        super().__init__(custom_id="survey")
        options = [
            discord.SelectOption(label="Reply", value="r", default=True),
            discord.SelectOption(label="Thread", value="t"),
        ]
        self.mode: discord.ui.Select[Survey] = discord.ui.Select(custom_id="mode", options=options)
        self.where: discord.ui.ChannelSelect[Survey] = discord.ui.ChannelSelect(
            custom_id="where", required=False
        )
        self.note: discord.ui.TextInput[Survey] = discord.ui.TextInput(
            custom_id="note", required=False, max_length=10
        )
        self.add_item(discord.ui.TextDisplay("A few questions"))
        self.add_item(discord.ui.Label(text="Mode", component=self.mode))
        self.add_item(discord.ui.Label(text="Where", component=self.where))
        self.add_item(discord.ui.Label(text="Note", component=self.note))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        where = [channel.name for channel in self.where.values]
        text = f"{self.mode.values} {where} {self.note.value!r}"
        await interaction.response.send_message(text, ephemeral=True)


async def open_survey(bot: "ScriptedBot") -> None:
    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Survey())

    await bot.tree.sync()


async def test_defaults_are_sent_where_nothing_is_chosen(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    await open_survey(bot)
    asked = await harness.alice.slash(harness.memes, "ask")
    sent = await harness.alice.fill_modal(asked, {})
    assert (await sent.wait_response()).content == "['r'] [] ''"


async def test_what_is_filled_in_arrives(bot: "ScriptedBot", harness: "Harness") -> None:
    await open_survey(bot)
    asked = await harness.alice.slash(harness.memes, "ask")
    values = {"Mode": "Thread", "Where": [harness.memes], "note": "hi"}
    sent = await harness.alice.fill_modal(asked, values)
    assert (await sent.wait_response()).content == "['t'] ['memes'] 'hi'"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"Mode": "Shout"}, "no option"),
        ({"Mode": ["Reply", "Thread"]}, "takes 1 to 1"),
        ({"Note": "x" * 11}, "0 to 10 characters"),
        ({"Colour": "red"}, "no fields"),
    ],
)
async def test_what_the_form_does_not_take_is_refused(
    bot: "ScriptedBot", harness: "Harness", values: dict[str, object], problem: str
) -> None:
    await open_survey(bot)
    asked = await harness.alice.slash(harness.memes, "ask")
    await asked.wait_modal()
    with pytest.raises(LookupError, match=problem):
        await harness.alice.fill_modal(asked, values)


async def test_a_disabled_or_linking_button_cannot_be_pressed(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    view: discord.ui.View = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
    view.add_item(discord.ui.Button(label="Open", url="https://host.test"))
    await bot.get_partial_messageable(harness.memes.id).send("?", view=view)
    (message,) = harness.alice.messages(harness.memes)

    for label in ("Off", "Open"):
        with pytest.raises(LookupError, match="can't be pressed"):
            await harness.alice.click(message, label)


async def test_people_moderate_and_edit_only_as_they_may(harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, "mine")

    with pytest.raises(PermissionError):
        await harness.bob.edit(message, "yours")
    with pytest.raises(ApiProblem) as refused:
        await harness.alice.delete(await harness.bob.say(harness.memes, "bob's"))
    assert refused.value.code == 50013
    await harness.bob.delete(message)
    assert message.deleted


async def test_a_member_who_leaves_sees_nothing_more(harness: "Harness") -> None:
    await harness.bob.say(harness.memes, "hello")
    harness.guild.leave(harness.alice)
    assert harness.alice.messages(harness.memes) == []
    harness.guild.join(harness.alice, nick="Al", permissions=Permission.MANAGE_GUILD)
    assert len(harness.alice.messages(harness.memes)) == 1


async def test_nobody_answers_and_the_wait_ends(bot: "ScriptedBot", harness: "Harness") -> None:
    @bot.tree.command(description="Silence")
    async def silence(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "silence")
    with pytest.raises(TimeoutError, match="no answer within"):
        await asked.wait_response(timeout_s=0.05)
    with pytest.raises(TimeoutError, match="no such message"):
        await harness.bob.wait_for_message(harness.alice.dm, timeout_s=0.05)
    with pytest.raises(TimeoutError):
        await asked.wait_modal(timeout_s=0.05)


class Choices(discord.ui.Modal, title="Choices"):
    """The boxes of discord.py 2.7."""

    def __init__(self) -> None:
        super().__init__(custom_id="choices")
        self.one: discord.ui.RadioGroup[Choices] = discord.ui.RadioGroup(custom_id="one")
        self.one.add_option(label="Red", value="r")
        self.one.add_option(label="Blue", value="b", default=True)
        self.many: discord.ui.CheckboxGroup[Choices] = discord.ui.CheckboxGroup(
            custom_id="many", required=False, max_values=2
        )
        self.many.add_option(label="Big", value="big")
        self.many.add_option(label="Old", value="old")
        self.sure: discord.ui.Checkbox[Choices] = discord.ui.Checkbox(custom_id="sure")
        for text, part in (("One", self.one), ("Many", self.many), ("Sure", self.sure)):
            self.add_item(discord.ui.Label(text=text, component=part))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text = f"{self.one.value} {sorted(self.many.values)} {self.sure.value}"
        await interaction.response.send_message(text)


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({}, "b [] False"),
        ({"One": "Red", "Many": ["Old", "Big"], "Sure": True}, "r ['big', 'old'] True"),
    ],
)
async def test_radio_buttons_and_checkboxes_arrive(
    bot: "ScriptedBot", harness: "Harness", values: dict[str, object], answer: str
) -> None:
    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Choices())

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "ask")
    sent = await harness.alice.fill_modal(asked, values)
    assert (await sent.wait_response()).content == answer


async def test_nobody_presses_what_is_not_shown_to_them(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        view: discord.ui.View = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Mine", custom_id="mine"))
        await interaction.response.send_message("psst", view=view, ephemeral=True)
        view.stop()

    await bot.tree.sync()
    hidden = await (await harness.alice.slash(harness.memes, "whisper")).wait_response()

    with pytest.raises(LookupError, match="bob sees no such message"):
        await harness.bob.click(hidden, "Mine")
    await harness.alice.delete(hidden)
    with pytest.raises(LookupError, match="alice sees no such message"):
        await harness.alice.click(hidden, "Mine")


async def test_a_dismissed_answer_is_gone_for_its_reader_and_not_for_the_bot(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    pressed = asyncio.Event()

    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        await pressed.wait()
        await interaction.edit_original_response(content="psst again")

    await bot.tree.sync()
    hidden = await (await harness.alice.slash(harness.memes, "whisper")).wait_response()

    await harness.alice.delete(hidden)
    pressed.set()

    await until(harness.sim.world, lambda: hidden.content == "psst again", timeout_s=15)
    assert hidden.content == "psst again"
    assert harness.alice.messages(harness.memes) == []


async def test_the_application_tells_which_intents_the_portal_grants(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    assert (await bot.application_info()).flags.gateway_message_content_limited
    harness.sim.faults.forbid_intents(1 << 15)
    assert not (await bot.application_info()).flags.gateway_message_content_limited
