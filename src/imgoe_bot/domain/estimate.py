"""How much a range of history holds, told from a few looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgoe_bot.domain.ids import MessageId


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how much there is to do.

    Attributes:
        files: as they would be found by their kinds; what options and people leave out is in it.
        size_bytes: of these files, as Discord declares it.
    """

    messages: int = 0
    files: int = 0
    size_bytes: int = 0

    def plus(self, other: "Estimate") -> "Estimate":
        """Return both in one."""
        return Estimate(
            self.messages + other.messages,
            self.files + other.files,
            self.size_bytes + other.size_bytes,
        )

    def times(self, factor: float) -> "Estimate":
        """Return so many times as much."""
        return Estimate(
            round(self.messages * factor),
            round(self.files * factor),
            round(self.size_bytes * factor),
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a channel's history whose beginning is looked at.

    Attributes:
        after: what comes after this id belongs to it, as ``before``.
    """

    after: int
    before: int


@dataclass(frozen=True, slots=True)
class Glance:
    """What one look at the beginning of a segment showed.

    Attributes:
        seen: in the messages that belong to the segment.
        last: the last of these; None where there was none.
        whole: whether nothing more belongs to the segment.
    """

    segment: Segment
    seen: Estimate
    last: MessageId | None
    whole: bool


def segments(after: int, before: int, count: int) -> tuple[Segment, ...]:
    """Divide the ids between two into so many parts of the same length; fewer where it is short."""
    length = max(1, -(-(before - after - 1) // count))
    starts = range(after, before - 1, length)
    return tuple(Segment(start, min(start + length + 1, before)) for start in starts)


def extrapolated(glances: Sequence[Glance]) -> Estimate:
    """Return what all segments hold, if each goes on as it begins."""
    total = Estimate()
    for glance in glances:
        total = total.plus(_of_segment(glance))
    return total


def _of_segment(glance: Glance) -> Estimate:
    if glance.whole or glance.last is None:
        return glance.seen
    segment = glance.segment
    return glance.seen.times((segment.before - segment.after) / (glance.last - segment.after))
