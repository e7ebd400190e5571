"""What people read of a backfill: how far it is, what it waits for, how it ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from imgoe_bot.domain.backfill import Backfill, BackfillState, Counts, Tally, WaitReason
from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.options import Kind
from imgoe_bot.ui.backfilling.answers import listed
from imgoe_bot.ui.backfilling.beginning import estimate_lines
from imgoe_bot.ui.backfilling.buttons import progress_view
from imgoe_bot.ui.backfilling.progress import people_embed, progress_embed
from imgoe_bot.ui.translate import LOCALES, words_for_locale

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
WORDS = words_for_locale("en-US")


def _id_at(*day: int) -> MessageId:
    return MessageId(snowflake_at(datetime(*day, tzinfo=UTC)))  # type: ignore[arg-type,misc]


ASKED = Backfill(
    id=BackfillId(3),
    guild_id=GuildId(_id_at(2020, 1, 1)),
    place_id=ChannelId(99),
    asked_by=UserId(5),
    asked_at=NOW,
    after=MessageId(_id_at(2024, 1, 1) - 1),
    before=_id_at(2024, 6, 1),
    expected=12_400,
)
READING = replace(
    ASKED,
    state=BackfillState.READING,
    channels=4,
    unread=2.0,
    counts=Counts(messages=48_120, found=6_110, size_bytes=1_234_567_890, kept=5_900, failed=1),
    active=timedelta(minutes=50),
)
DONE = replace(READING, state=BackfillState.DONE, ended_at=NOW)
EVERY_STATE = [
    ASKED,
    READING,
    replace(READING, unread=0.0),
    *(replace(READING, waits=reason) for reason in WaitReason),
    *(
        replace(READING, state=state, ended_at=NOW, dry_run=dry_run)
        for state in (BackfillState.DONE, BackfillState.CANCELLED)
        for dry_run in (False, True)
    ),
]


def _text(backfill: Backfill) -> str:
    return progress_embed(backfill, WORDS, now=NOW).description or ""


def _labels(backfill: Backfill) -> list[str]:
    view = progress_view(backfill, WORDS)
    buttons: list[Any] = list(view.children)
    return [str(button.item.label) for button in buttons]


def test_it_says_what_is_read_how_far_that_is_and_when_it_will_be_through() -> None:
    assert _text(READING).splitlines() == [
        "<#99> · images, videos · <t:1704067200:D> to <t:1717199999:D>",
        "▰▰▰▰▰▰▱▱▱▱▱▱ **50%**",
        "48,120 messages looked at · 6,110 of about 12,400 files found (1.2 GB) · 5,900 kept"
        " · 1 could not be kept",
        "962 messages a minute · done <t:1796079000:R>",
        "-# Whoever wants nothing of theirs copied: `/privacy opt-out`.",
    ]


def test_it_says_that_channels_are_looked_for_and_that_files_are_on_their_way() -> None:
    assert "Finding its channels and threads…" in _text(ASKED)
    assert "209 files are still on their way" in _text(replace(READING, unread=0.0))


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("backfill", EVERY_STATE)
def test_every_state_has_words_in_every_language(backfill: Backfill, code: str) -> None:
    words = words_for_locale(code)

    embed = progress_embed(backfill, words, now=NOW)
    embeds, _ = listed([backfill], words, now=NOW)

    assert embed.title
    assert embed.description
    assert embeds[0].description


@pytest.mark.parametrize(
    ("backfill", "labels"),
    [
        (READING, ["Pause", "Cancel"]),
        (replace(READING, waits=WaitReason.BUSY), ["Pause", "Cancel"]),
        (replace(READING, waits=WaitReason.PAUSED), ["Resume", "Cancel"]),
        (replace(READING, waits=WaitReason.LARGE), ["Resume", "Cancel"]),
        (DONE, ["By person"]),
        (replace(DONE, counts=Counts()), []),
    ],
)
def test_the_buttons_are_what_can_be_done_then(backfill: Backfill, labels: list[str]) -> None:
    assert _labels(backfill) == labels


def test_what_a_dry_run_found_is_told_by_type_and_by_person() -> None:
    dry = replace(DONE, dry_run=True)
    tallies = [
        Tally(UserId(7), Kind.IMAGE, 1200, 10**9),
        Tally(UserId(8), Kind.IMAGE, 1, 10**6),
        Tally(UserId(8), Kind.VIDEO, 3, 10**8),
    ]

    by_kind = progress_embed(dry, WORDS, tallies=tallies, now=NOW).description or ""
    by_person = people_embed(dry, tallies, WORDS).description or ""

    assert by_kind.splitlines()[-2:] == ["images: 1,201 files, 1.0 GB", "videos: 3 files, 100.0 MB"]
    assert "nothing was kept" in by_kind
    assert by_person.splitlines()[1:] == [
        "• <@7>: 1,200 files, 1.0 GB",
        "• <@8>: 4 files, 101.0 MB",
    ]


def test_of_many_people_those_with_the_most_are_named() -> None:
    tallies = [Tally(UserId(n), Kind.IMAGE, n, n) for n in range(1, 61)]

    text = people_embed(DONE, tallies, WORDS).description or ""

    assert text.splitlines()[1].startswith("• <@60>")
    assert text.splitlines()[-1] == "and 35 more people"


def test_the_list_shows_those_under_way_whole_and_the_others_in_a_line() -> None:
    backfills = [replace(READING, id=BackfillId(n)) for n in range(10, 17)]
    ended = [replace(DONE, id=BackfillId(n)) for n in range(9)]

    embeds, view = listed([*backfills, *ended], WORDS, now=NOW)

    assert len(embeds) == 6
    lines = (embeds[-1].description or "").splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("**#15** <#99> · Under way. 48,120 messages looked at")
    assert lines[2].startswith("**#0** <#99> · Done <t:")
    assert len(view.children) == 5


def test_a_server_without_one_is_told_how_to_begin() -> None:
    embeds, view = listed([], WORDS, now=NOW)

    assert "`/backfill start`" in (embeds[0].description or "")
    assert view.children == []


@pytest.mark.parametrize(
    ("about", "rests", "says"),
    [
        (Estimate(100_000, 10, 1), True, False),
        (Estimate(100_001, 10, 1), True, True),
        (Estimate(100_001, 10, 1), False, False),
    ],
)
def test_one_over_a_hundred_thousand_messages_says_that_it_will_wait(
    about: Estimate, rests: bool, says: bool
) -> None:
    lines = list(estimate_lines(about, WORDS, rests=rests))

    assert "Messages to look at: about 100,00" in lines[0]
    waits = "That is a lot: after every 100,000 messages it waits until somebody resumes it."
    assert (waits in lines) is says


def test_where_discord_can_not_say_how_much_it_is_that_is_said() -> None:
    (line,) = estimate_lines(None, WORDS, rests=True)

    assert "Discord could not say just now" in line


@pytest.mark.parametrize("locale", LOCALES)
def test_a_list_of_large_ones_that_wait_fits_into_a_message(locale: str) -> None:
    large = replace(
        READING,
        place_id=ChannelId(_id_at(2024, 1, 1)),
        channels=500,
        unread=250.0,
        expected=123_456,
        counts=Counts(123_456, 123_456, 10**12, 100_456, 12_345),
    )
    waiting = replace(large, waits=WaitReason.ACCESS)
    ended = replace(large, state=BackfillState.CANCELLED, ended_at=NOW)
    numbered = [
        replace(waiting if number < 10 else ended, id=BackfillId(12_345 + number))
        for number in range(25)
    ]

    embeds, _ = listed(numbered, words_for_locale(locale), now=NOW)

    assert sum(map(len, embeds)) <= 6000
