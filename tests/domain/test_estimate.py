"""How much a range of history holds, told from a few looks at it."""

import pytest

from imgoe_bot.domain.estimate import Estimate, Glance, Segment, extrapolated, segments
from imgoe_bot.domain.ids import MessageId


@pytest.mark.parametrize(
    ("after", "before", "count"), [(0, 101, 4), (0, 2, 4), (10, 21, 3), (5, 6, 3), (5, 1 << 60, 7)]
)
def test_segments_cover_each_id_between_two_once(after: int, before: int, count: int) -> None:
    parts = segments(after, before, count)

    assert len(parts) <= count
    inside = [(part.after + 1, part.before - 1) for part in parts]
    assert all(first <= last for first, last in inside)
    assert [first for first, _ in inside[1:]] == [last + 1 for _, last in inside[:-1]]
    if parts:
        assert (inside[0][0], inside[-1][1]) == (after + 1, before - 1)
    else:
        assert before <= after + 1


def _glance(*, last: int | None, whole: bool) -> Glance:
    return Glance(
        segment=Segment(0, 1000),
        seen=Estimate(messages=100, files=20, size_bytes=5000),
        last=None if last is None else MessageId(last),
        whole=whole,
    )


def test_what_was_seen_whole_is_counted_as_it_is() -> None:
    assert extrapolated([_glance(last=250, whole=True)]) == Estimate(100, 20, 5000)


def test_what_was_seen_in_part_goes_on_as_it_began() -> None:
    assert extrapolated([_glance(last=250, whole=False)]) == Estimate(400, 80, 20_000)


def test_segments_are_added_up_and_none_are_nothing() -> None:
    both = [_glance(last=250, whole=False), _glance(last=900, whole=True)]

    assert extrapolated(both) == Estimate(500, 100, 25_000)
    assert extrapolated([]) == Estimate()
