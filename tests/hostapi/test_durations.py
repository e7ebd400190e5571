"""Only what every host reads alike leaves as an expiration."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.errors import SettingsRejected
from imgoe_bot.hostapi import check_duration, format_duration, parse_duration

SECONDS = st.integers(300, 365 * 86_400)


@given(SECONDS)
def test_what_is_written_reads_back_the_same(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT5M", timedelta(minutes=5)),
        ("PT300S", timedelta(minutes=5)),
        ("P3D", timedelta(days=3)),
        ("P1W", timedelta(weeks=1)),
        ("P1M", timedelta(days=30)),
        ("P1Y", timedelta(days=365)),
        ("P1M2DT3H", timedelta(days=32, hours=3)),
    ],
)
def test_the_grammar_of_intervals(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not-an-interval"),
        ("P", "not-an-interval"),
        ("PT", "not-an-interval"),
        ("P1DT", "not-an-interval"),
        ("5M", "not-an-interval"),
        ("P5", "not-an-interval"),
        ("pt5m", "not-an-interval"),
        ("PT5M ", "not-an-interval"),
        ("PT5M\n", "not-an-interval"),
        ("-PT5M", "not-an-interval"),
        ("P-1D", "not-an-interval"),
        ("PT1.5H", "not-an-interval"),
        ("P1D1Y", "not-an-interval"),
        ("PT5M5H", "not-an-interval"),
        ("PT\u0665M", "not-an-interval"),
        ("P9999999D", "not-an-interval"),
        ("600", "not-an-interval"),
        ("PT4M59S", "too-short"),
        ("PT0S", "too-short"),
        ("P366D", "too-long"),
        ("P1YT1S", "too-long"),
    ],
)
def test_what_a_host_would_take_for_five_minutes_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsRejected) as caught:
        parse_duration(text)
    assert (caught.value.setting, caught.value.problem) == ("expiration", problem)


def test_fractions_of_a_second_are_refused() -> None:
    with pytest.raises(SettingsRejected, match="not-whole-seconds"):
        check_duration(timedelta(minutes=5, microseconds=1))


@given(st.text(alphabet="PTYMWDHS0123456789 .-", max_size=12))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    problem, duration = "", timedelta(hours=1)
    try:
        duration = parse_duration(text)
    except SettingsRejected as refusal:
        problem = refusal.problem
    assert problem in {"", "not-an-interval", "too-short", "too-long"}
    assert timedelta(minutes=5) <= duration <= timedelta(days=365)
