"""The message with a backfill's progress: true while something changes, and over restarts."""

import pytest

from imgoe_bot.discordsim import Message, Upload
from imgoe_bot.discordsim.untyped_json import mappings
from imgoe_bot.ui.backfilling import messages
from tests.flows.kit import Harness, eventually, picture


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are brought up to date ten times a second instead of every ten."""
    monkeypatch.setattr(messages, "EVERY_S", 0.1)


async def _begun(harness: Harness) -> Message:
    """Begin a backfill that is paused, its channel's history unread; returns its progress."""
    harness.sim.faults.delay("GET /channels/*/messages", 300)
    await harness.set_key()
    for command, options in (("start", {"channel": harness.photos}), ("pause", {"number": 1})):
        asked = await harness.ada.slash(harness.lounge, f"backfill {command}", **options)
        await asked.wait_response(30)
    (shown,) = harness.cards(harness.lounge)
    return shown


def _text(message: Message) -> str:
    return str(message.embeds[0]["description"])


def _labels(message: Message) -> list[str]:
    rows = [mappings(row.get("components")) for row in message.components]
    return [str(button.get("label")) for row in rows for button in row]


def _is_shown(harness: Harness) -> bool:
    return harness.read_number("SELECT count(*) FROM backfill WHERE message_id > 0") == 1


async def test_what_a_command_changed_is_seen_on_it(harness: Harness) -> None:
    async with harness.bot():
        shown = await _begun(harness)

        await eventually(lambda: "Paused." in _text(shown))


async def test_another_process_goes_on_with_it(harness: Harness) -> None:
    async with harness.bot():
        shown = await _begun(harness)
    await harness.write("UPDATE backfill SET channels = 1, messages = 1234, found = 56, kept = 50")

    async with harness.bot():
        await eventually(lambda: "1,234 messages looked at · 56 files found" in _text(shown))
        assert _is_shown(harness)


async def test_it_shows_the_end_once_and_is_left_alone_then(harness: Harness) -> None:
    async with harness.bot():
        shown = await _begun(harness)
        asked = await harness.ada.slash(harness.lounge, "backfill cancel", number=1)
        await asked.wait_response(30)

        await eventually(lambda: not _is_shown(harness))

        assert "What was kept stays." in _text(shown)
        assert _labels(shown) == []


async def test_one_that_was_deleted_is_not_asked_for_again(harness: Harness) -> None:
    async with harness.bot():
        shown = await _begun(harness)
        await eventually(lambda: "Paused." in _text(shown))

        await harness.ada.delete(shown)

        assert _is_shown(harness)
        asked = await harness.ada.slash(harness.lounge, "backfill resume", number=1)
        await asked.wait_response(30)
        await eventually(lambda: not _is_shown(harness))


async def test_a_discord_that_fails_is_tried_again(harness: Harness) -> None:
    async with harness.bot():
        shown = await _begun(harness)
        await eventually(lambda: "Paused." in _text(shown))
        harness.sim.faults.next_statuses("PATCH /channels/*/messages/*", [501])

        asked = await harness.ada.slash(harness.lounge, "backfill resume", number=1)
        await asked.wait_response(30)

        await eventually(lambda: "Paused." not in _text(shown))


async def test_it_ends_as_a_report_with_what_was_kept(harness: Harness) -> None:
    for number in range(4):
        await harness.ben.say(harness.photos, files=[picture(f"p{number}.png")])
    async with harness.bot():
        await harness.set_key()
        asked = await harness.ada.slash(harness.lounge, "backfill start", channel=harness.photos)
        await asked.wait_response(30)
        (shown,) = harness.cards(harness.lounge)

        await eventually(lambda: "Done <t:" in _text(shown))
        await eventually(lambda: not _is_shown(harness))

        size = sum(len(picture(f"p{n}.png").data) for n in range(4))
        assert f"4 messages looked at · 4 files found ({size} bytes) · 4 kept" in _text(shown)
        assert _labels(shown) == ["By person"]
        assert harness.cards(harness.photos) == []


async def test_a_dry_run_ends_with_counts_by_type_and_tells_moderators_whose_they_are(
    harness: Harness,
) -> None:
    await harness.ben.say(harness.photos, files=[picture("a.png"), Upload("b.mp4", bytes(2000))])
    await harness.ada.say(harness.photos, files=[picture("c.png")])
    async with harness.bot():
        options = {"channel": harness.photos, "dry-run": True}
        asked = await harness.ada.slash(harness.lounge, "backfill start", **options)
        await asked.wait_response(30)
        (shown,) = harness.cards(harness.lounge)
        await eventually(lambda: "nothing was kept" in _text(shown))

        private = await (await harness.ada.click(shown, "By person")).wait_response(30)
        refused = await (await harness.ben.click(shown, "By person")).wait_response(30)

        one = len(picture("a.png").data)
        assert _text(shown).splitlines()[-2:] == [
            f"images: 2 files, {2 * one} bytes",
            "videos: 1 file, 2.0 kB",
        ]
        assert private.ephemeral_for == harness.ada.id
        assert _text(private).splitlines()[1:] == [
            f"• <@{harness.ben.id}>: 2 files, {(2000 + one) / 1000:.1f} kB",
            f"• <@{harness.ada.id}>: 1 file, {one} bytes",
        ]
        assert refused.content == "The permission **Manage Server** is missing for that."
        assert harness.read_number("SELECT count(*) FROM post") == 0
