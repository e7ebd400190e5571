"""What may be sent to an image host, and in which lane a post goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.budget import Lane, lane_of, parse_budget
from imgoe_bot.domain.ids import MessageId, snowflake_at
from imgoe_bot.domain.rate_limit import RateLimit
from tests.contracts.stores import NOW, post, slash_post

MINUTE = timedelta(minutes=1)


def test_a_budget_is_read_as_operators_write_it() -> None:
    assert parse_budget("50/1m,500/1h") == (RateLimit(50, MINUTE), RateLimit(500, 60 * MINUTE))
    assert parse_budget("none") == ()


@pytest.mark.parametrize("text", ["", "50", "50/", "/1m", "many/1m", "50/soon", "50/1m,"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("most", "shares"), [(50, [50, 40, 30]), (10, [10, 8, 6]), (2, [2, 1, 1]), (1, [1, 1, 1])]
)
def test_each_lane_has_its_share_and_never_none(most: int, shares: list[int]) -> None:
    assert [lane.share_of(RateLimit(most, MINUTE)) for lane in Lane] == shares


@pytest.mark.parametrize(
    ("age", "lane"),
    [(0 * MINUTE, Lane.MIRROR), (4 * MINUTE, Lane.MIRROR), (6 * MINUTE, Lane.BACKFILL)],
)
def test_a_message_seen_late_is_caught_up_with_behind_all_others(
    age: timedelta, lane: Lane
) -> None:
    posted = MessageId(snowflake_at(NOW - age))
    assert lane_of(replace(post(), message_id=posted)) is lane


@pytest.mark.parametrize("ahead", [-10 * MINUTE, 10 * MINUTE])
def test_a_clock_that_is_off_makes_no_message_late_and_none_fresh(ahead: timedelta) -> None:
    for age, lane in ((0 * MINUTE, Lane.MIRROR), (6 * MINUTE, Lane.BACKFILL)):
        posted = MessageId(snowflake_at(NOW - ahead - age))
        assert lane_of(replace(post(), message_id=posted), ahead=ahead) is lane


def test_a_person_who_waits_goes_first() -> None:
    assert lane_of(slash_post()) is Lane.PERSON
