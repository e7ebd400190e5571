"""When a failed job is tried again, and what names stay the same."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.ids import JobId, PostId, new_id, snowflake_at
from imgoe_bot.domain.job import GiveUp, Job, Retry, Step, after_failure
from imgoe_bot.errors import HostBroken, HostBusy, HostRefused, ImgoeError, SourceGone
from tests.contracts.stores import HOST, NOW

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


def _wait_s(error: ImgoeError, attempts: int, *, most: int = 50) -> float | None:
    verdict = after_failure(error, attempts=attempts, max_attempts=most, now=NOW)
    return (verdict.at - NOW).total_seconds() if isinstance(verdict, Retry) else None


@pytest.mark.parametrize(
    ("attempts", "wait_s"),
    [(1, 2), (2, 4), (3, 8), (10, 1024), (11, 1800), (12, 1800), (49, 1800)],
)
def test_waits_double_up_to_half_an_hour(attempts: int, wait_s: float) -> None:
    assert _wait_s(HostBroken(host=HOST), attempts) == wait_s


@pytest.mark.parametrize(("attempts", "gives_up"), [(7, False), (8, True), (9, True)])
def test_the_last_try_is_the_last(attempts: int, gives_up: bool) -> None:
    verdict = after_failure(HostBroken(host=HOST), attempts=attempts, max_attempts=8, now=NOW)

    assert isinstance(verdict, GiveUp) is gives_up


@pytest.mark.parametrize("error", [SourceGone(), HostRefused(host=HOST)])
def test_what_no_repeat_cures_is_given_up_at_once(error: ImgoeError) -> None:
    assert _wait_s(error, 1) is None


@pytest.mark.parametrize(
    ("asked_s", "wait_s"),
    [(None, 2), (0.0, 2), (1.0, 2), (90.0, 90), (-5.0, 2), (86_400.0, 86_400),
     (1e300, 86_400), (math.inf, 86_400)],
)  # fmt: skip
def test_a_host_is_given_the_wait_it_asks_for_within_reason(
    asked_s: float | None, wait_s: float
) -> None:
    assert _wait_s(HostBusy(host=HOST, retry_after_s=asked_s), 1) == wait_s


@pytest.mark.parametrize("step", Step)
def test_a_nonce_is_the_same_for_every_try_and_short_enough_for_discord(step: Step) -> None:
    nonces = {
        Job(JobId(1), PostId("0123456789abcdef"), step, attempts, new_id()).nonce
        for attempts in (1, 2)
    }

    assert len(nonces) == 1
    assert len(nonces.pop()) <= 25


@given(st.integers(0, 10**13))
def test_the_smallest_id_of_a_moment_is_exact_to_the_millisecond(milliseconds: int) -> None:
    moment = EPOCH + timedelta(milliseconds=milliseconds)

    assert snowflake_at(moment) == milliseconds << 22
    assert snowflake_at(moment + timedelta(microseconds=999)) == milliseconds << 22
