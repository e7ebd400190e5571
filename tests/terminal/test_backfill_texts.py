"""What a terminal says of backfills: refusals with what to do, and numbers in a line."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from imgoe_bot.domain.backfill import Backfill, BackfillState, Counts, WaitReason
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from imgoe_bot.errors import BackfillOverlaps, BackfillRejected, KeyMissing
from imgoe_bot.terminal.backfill.error_texts import error_text
from imgoe_bot.terminal.backfill.following import counts_text
from imgoe_bot.terminal.backfill.places import PlaceUnknown

READING = Backfill(
    id=BackfillId(3),
    guild_id=GuildId(1),
    place_id=ChannelId(99),
    asked_by=UserId(0),
    asked_at=datetime(2026, 11, 30, tzinfo=UTC),
    after=MessageId(1),
    before=MessageId(9),
    state=BackfillState.READING,
    channels=1,
    unread=0.5,
    counts=Counts(messages=4_812, found=611, kept=590, failed=2),
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (BackfillRejected(problem="reversed"), "--from has to be before --to."),
        (BackfillRejected(problem="future"), "--from lies in the future."),
        (BackfillRejected(problem="before-server"), "--to is before the server existed."),
        (BackfillRejected(problem="no-kinds"), "--types names nothing."),
        (BackfillOverlaps(backfill=7), "#7 reads some of the same messages already"),
        (KeyMissing(host_url="https://h.example"), "/settings key in Discord adds it"),
        (PlaceUnknown(), "check the ids, and that the bot may view the channel"),
    ],
)
def test_a_refusal_says_what_to_do(error: Exception, text: str) -> None:
    assert text in error_text(error)


@pytest.mark.parametrize(
    ("backfill", "text"),
    [
        (READING, "4,812 messages · 611 files · 590 kept · 2 failed"),
        (replace(READING, waits=WaitReason.QUOTA), "… · waits: quota"),
        (replace(READING, waits=WaitReason.LARGE), "… · waits: large, /backfill resume goes on"),
        (replace(READING, state=BackfillState.CANCELLED), "… · cancelled"),
    ],
)
def test_numbers_are_one_line_with_what_it_waits_for(backfill: Backfill, text: str) -> None:
    assert counts_text(backfill).endswith(text.removeprefix("…"))
