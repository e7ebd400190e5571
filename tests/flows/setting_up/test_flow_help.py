"""Help, reasons and state, end to end."""

import pytest

from imgoe_bot.discordsim import Message, Permission, Upload
from imgoe_bot.discordsim.untyped_json import mappings, text
from imgoe_bot.domain.mirror import SkipReason
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.flows.kit import Harness, picture


def _fields(message: Message) -> dict[str, str]:
    fields = mappings(message.embeds[0].get("fields"))
    return {text(field, "name"): text(field, "value") for field in fields}


def _link(harness: Harness, message: Message) -> str:
    return f"https://discord.com/channels/{harness.guild.id}/{message.channel_id}/{message.id}"


@pytest.mark.parametrize("code", LOCALES)
def test_every_check_has_words_in_every_language(code: str) -> None:
    words = words_for_locale(code)

    assert [skip for skip in SkipReason if words.find(f"why.{skip.value}") is None] == []


@pytest.mark.parametrize("code", LOCALES)
def test_menu_names_are_as_short_as_discord_asks(code: str) -> None:
    words = words_for_locale(code)

    assert [len(words(f"menu.{name}")) <= 32 for name in ("mirror", "permanent_link", "why")] == [
        True
    ] * 3


async def test_help_names_what_a_member_may_use_and_nothing_else(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "help")

    answer = await asked.wait_response(10)

    shown = str(answer.embeds)
    assert answer.ephemeral_for == running.ben.id
    assert "`/upload`" in shown
    assert "Mirror to host" in shown
    assert "/mirror add" not in shown
    assert "/status" not in shown


async def test_help_shows_a_moderator_everything_in_their_language(running: Harness) -> None:
    running.ada.user.locale = "de"
    asked = await running.ada.slash(running.lounge, "help")

    shown = str((await asked.wait_response(10)).embeds)

    assert "`/mirror add`" in shown
    assert "`/status`" in shown
    assert "Beim Host sichern" in shown
    assert words_for_locale("de")("command.upload.description") in shown


async def test_help_in_direct_messages_names_what_works_there(running: Harness) -> None:
    asked = await running.ben.slash(running.ben.dm, "help")

    shown = str((await asked.wait_response(10)).embeds)

    assert "`/my-key`" in shown
    assert "`/privacy show`" in shown
    assert "`/stats`" not in shown
    assert "Why?" not in shown


async def test_why_tells_each_check_of_a_message_that_was_kept(running: Harness) -> None:
    source = await running.ben.say(
        running.photos, files=[picture(), Upload("notes.txt", b"words", "text/plain")]
    )
    await running.card_for(source)

    asked = await running.ben.use_menu(source, "Why?")

    answer = (await asked.wait_response(10)).content
    assert "This message was kept" in answer
    assert "✓ Its channel, category or server is mirrored" in answer
    assert "✓ **cat.png**" in answer
    assert "✗ **notes.txt**: that kind of file is not kept here" in answer


async def test_why_names_the_check_that_failed(running: Harness) -> None:
    source = await running.ben.say(running.lounge, files=[picture()])

    asked = await running.ben.slash(running.photos, "why", message=_link(running, source))

    answer = (await asked.wait_response(10)).content
    assert "This message is not kept" in answer
    assert "✗ Its channel, category or server is mirrored" in answer


async def test_why_shows_nobody_a_message_they_may_not_read(running: Harness) -> None:
    den = running.guild.add_channel("den")
    running.guild.overwrite(den, None, deny=Permission.VIEW_CHANNEL)
    source = await running.ada.say(running.photos, "x")
    hidden = f"https://discord.com/channels/{running.guild.id}/{den.id}/{source.id}"

    refused = await running.ben.slash(running.lounge, "why", message=hidden)
    odd = await running.ben.slash(running.lounge, "why", message="https://example.com/1")

    assert "Read Message History" in (await refused.wait_response(10)).content
    assert "Copy the link of a message" in (await odd.wait_response(10)).content


async def test_status_tells_a_moderator_how_it_goes(running: Harness) -> None:
    source = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(source)

    asked = await running.ada.slash(running.lounge, "status")

    answer = await asked.wait_response(10)
    fields = _fields(answer)
    assert answer.ephemeral_for == running.ada.id
    assert "0 given up" in fields["Queue"]
    assert "Last copy: <t:" in fields["Image host"]
    assert "files: 1" in fields["Stored in 24 hours"]
    assert "shard 1 of 1" in fields["Bot"]


async def test_status_names_what_a_given_up_job_failed_of(running: Harness) -> None:
    notes = Upload("notes.png", b"just words", "image/png")
    source = await running.ben.say(running.photos, files=[notes])
    await running.card_for(source)

    asked = await running.ada.slash(running.lounge, "status")

    fields = _fields(await asked.wait_response(10))
    assert "1 given up" in fields["Queue"]
    assert "notes.png" in fields["Image host"]
