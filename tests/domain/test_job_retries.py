"""When a failed job is tried again, and what names stay the same."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.ids import JobId, PostId, new_id, snowflake_at
from imgoe_bot.domain.job import GiveUp, Job, Retry, Step, after_death, after_failure
from imgoe_bot.errors import (
    BadReply,
    HostBroken,
    HostBusy,
    HostRefused,
    HostUnreachable,
    ImgoeError,
    KeyMissing,
    KeyRejected,
    SourceGone,
)
from tests.contracts.stores import GUILD, HOST, NOW

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


DAY = timedelta(days=1)


def _after(error: ImgoeError, failures: int, *, since: datetime | None = None) -> Retry | GiveUp:
    return after_failure(
        error, step=Step.UPLOAD, failures=failures, since=since, patience=DAY, now=NOW
    )


def _wait_s(error: ImgoeError, failures: int) -> float | None:
    verdict = _after(error, failures)
    return (verdict.at - NOW).total_seconds() if isinstance(verdict, Retry) else None


@pytest.mark.parametrize(
    ("failures", "wait_s"),
    [(0, 2), (1, 4), (2, 8), (9, 1024), (10, 1800), (11, 1800), (48, 1800)],
)
def test_waits_double_up_to_half_an_hour(failures: int, wait_s: float) -> None:
    assert _wait_s(HostBroken(host=HOST), failures) == wait_s


def test_where_each_try_may_leave_a_copy_at_the_host_a_day_has_few_of_them() -> None:
    lost = HostUnreachable(host=HOST, may_be_stored=True)
    waits = [_wait_s(lost, failures) or 0 for failures in range(50)]

    tries = next(count for count in range(50) if sum(waits[:count]) >= DAY.total_seconds())

    assert waits[:3] == [2, 4, 8]
    assert tries <= 17


@pytest.mark.parametrize(
    ("failing_for", "gives_up"),
    [(timedelta(0), False), (DAY - timedelta(seconds=1), False), (DAY, True), (2 * DAY, True)],
)
def test_a_passing_fault_is_put_up_with_for_a_day_however_many_tries_that_takes(
    failing_for: timedelta, gives_up: bool
) -> None:
    verdict = _after(HostBroken(host=HOST), 1000, since=NOW - failing_for)

    assert isinstance(verdict, GiveUp) is gives_up


@pytest.mark.parametrize(
    "error", [KeyRejected(host=HOST), KeyMissing(host_url=HOST), BadReply(host=HOST)]
)
def test_an_upload_that_waited_for_its_host_is_not_given_up_for_a_key_or_a_page_in_between(
    error: ImgoeError,
) -> None:
    verdict = _after(error, 1, since=NOW - timedelta(minutes=1))

    assert isinstance(verdict, Retry)


def test_a_first_failure_begins_the_day() -> None:
    assert _after(HostBroken(host=HOST), 0) == Retry(NOW + timedelta(seconds=2), NOW)


@pytest.mark.parametrize(
    ("attempts", "chance", "wait_s"),
    [(1, 0.9, 0), (2, 0.5, 2), (3, 0, 2), (3, 0.5, 4), (3, 1, 6), (99, 0.5, 1800)],
)
def test_after_a_try_that_ended_its_process_the_wait_grows_by_chance(
    attempts: int, chance: float, wait_s: float
) -> None:
    assert after_death(attempts, chance=chance).total_seconds() == wait_s


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
        Job(JobId(1), PostId("0123456789abcdef"), GUILD, step, attempts, new_id()).nonce
        for attempts in (1, 2)
    }

    assert len(nonces) == 1
    assert len(nonces.pop()) <= 25


@given(st.integers(0, 10**13))
def test_the_smallest_id_of_a_moment_is_exact_to_the_millisecond(milliseconds: int) -> None:
    moment = EPOCH + timedelta(milliseconds=milliseconds)

    assert snowflake_at(moment) == milliseconds << 22
    assert snowflake_at(moment + timedelta(microseconds=999)) == milliseconds << 22
