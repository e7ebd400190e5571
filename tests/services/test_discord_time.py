"""How far this machine's clock is from Discord's, by the ids that come."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from imgoe_bot.domain.ids import moment_of, snowflake_at
from imgoe_bot.services.discord_time import DiscordTime

SECOND = timedelta(seconds=1)
TEN_MINUTES = timedelta(minutes=10)


class Machine:
    """A machine beside Discord, whose time is ``true``."""

    def __init__(self, ahead: timedelta) -> None:
        self.true = datetime(2026, 11, 30, 12, tzinfo=UTC)
        self.ahead = ahead
        self.discord_time = DiscordTime(self)

    def now(self) -> datetime:
        return self.true + self.ahead

    def hear(self, *, late: timedelta, is_prompt: bool = False) -> None:
        """Hear of something that Discord gave an id so long ago."""
        self.discord_time.note(snowflake_at(self.true - late), is_prompt=is_prompt)

    def off_s(self) -> float | None:
        error = self.discord_time.error
        return None if error is None else round(error.total_seconds(), 1)


def test_an_id_tells_its_moment_to_a_millisecond() -> None:
    at = datetime(2026, 11, 30, 12, 0, 0, 123_000, tzinfo=UTC)

    assert moment_of(snowflake_at(at) + 4_194_303) == at


@pytest.mark.parametrize("ahead", [-TEN_MINUTES, TEN_MINUTES])
def test_the_least_that_an_event_took_is_the_difference(ahead: timedelta) -> None:
    machine = Machine(ahead)
    for late in (2.0, 0.2, 1.0):
        machine.hear(late=late * SECOND, is_prompt=True)

    assert machine.off_s() == ahead.total_seconds() + 0.2
    assert machine.discord_time.now() == machine.true - 0.2 * SECOND


@pytest.mark.parametrize("ahead", [-5 * SECOND, timedelta(), 4 * SECOND])
def test_a_few_seconds_are_nobodys_concern(ahead: timedelta) -> None:
    machine = Machine(ahead)
    machine.hear(late=0.3 * SECOND, is_prompt=True)

    assert machine.off_s() is None


def test_what_a_resumed_session_replays_is_no_clock_that_is_ahead() -> None:
    machine = Machine(timedelta())
    with capture_logs() as lines:
        for late in (90, 80, 70):
            machine.hear(late=late * SECOND)
        machine.true += 10 * SECOND
        machine.hear(late=0.1 * SECOND)

    assert machine.off_s() is None
    assert lines == []


def test_messages_alone_show_a_clock_that_is_ahead_after_a_minute() -> None:
    machine = Machine(TEN_MINUTES)
    machine.hear(late=SECOND)
    assert machine.off_s() is None
    machine.true += 61 * SECOND
    machine.hear(late=SECOND)

    assert machine.off_s() == 601


def test_it_is_told_once() -> None:
    machine = Machine(-TEN_MINUTES)
    with capture_logs() as lines:
        for _ in range(50):
            machine.true += timedelta(minutes=1)
            machine.hear(late=SECOND)

    assert [(line["log_level"], line["ahead_s"]) for line in lines] == [("warning", -599.0)]


@pytest.mark.parametrize("jump", [-TEN_MINUTES, 20 * TEN_MINUTES])
def test_a_clock_that_is_put_right_is_right_from_then_on(jump: timedelta) -> None:
    machine = Machine(-jump)
    machine.hear(late=SECOND, is_prompt=True)
    machine.ahead = timedelta()
    machine.true += SECOND
    machine.hear(late=SECOND, is_prompt=True)

    assert machine.off_s() is None


def test_a_slow_drift_is_noticed_once_older_events_are_forgotten() -> None:
    machine = Machine(timedelta())
    for minute in range(30):
        machine.ahead = minute * SECOND
        machine.true += timedelta(minutes=1)
        machine.hear(late=0.1 * SECOND, is_prompt=True)

    assert machine.off_s() is not None
    assert (machine.off_s() or 0) >= 19
