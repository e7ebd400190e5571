"""How many uploads an image host is sent, by all servers together.

Hosts count uploads by the client's address, and everybody behind one bot has the same: whoever
meets the host's flood limit meets it for all. Source: API.md section 2, "Flood limits".
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.ids import snowflake_at
from imgoe_bot.domain.post import Origin, Post
from imgoe_bot.domain.rate_limit import RateLimit

LATE = timedelta(minutes=5)
"""A message that is seen so long after it was posted is caught up with: nobody looks at it now."""


Budget = tuple[RateLimit, ...]
"""Every limit holds; an empty one limits nothing."""


class Lane(Enum):
    """Who waits for an upload; its value is the part of each limit it may use up."""

    PERSON = 1.0
    MIRROR = 0.8
    BACKFILL = 0.6

    def share_of(self, limit: RateLimit) -> int:
        """Return how much of a limit is free for this lane, at least one."""
        return max(1, int(limit.most * self.value))


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How much of a limit is used up."""

    limit: RateLimit
    count: int

    @property
    def is_half_used(self) -> bool:
        """Whether what is left is for those who wait for it."""
        return 2 * self.count >= self.limit.most

    @property
    def left(self) -> int:
        """How many uploads a person could still make."""
        return max(0, self.limit.most - self.count)


def parse_budget(text: str) -> Budget:
    """Return a budget as operators write it: ``50/1m,500/1h``, or ``none``.

    Raises:
        ValueError: it is written otherwise.
    """
    if text == "none":
        return ()
    return tuple(_parse_limit(part) for part in text.split(","))


def _parse_limit(text: str) -> RateLimit:
    most, _, period = text.partition("/")
    return RateLimit(int(most), parse_duration(period))


def lane_of(post: Post, *, ahead: timedelta = timedelta()) -> Lane:
    """Tell who waits for the uploads of a post.

    Args:
        post: created by this machine's clock, of a message by Discord's.
        ahead: by how much this machine's is ahead.
    """
    if post.origin is Origin.SLASH or post.message_id is None:
        return Lane.PERSON
    if post.backfill_id is not None:
        return Lane.BACKFILL
    late = post.message_id < snowflake_at(post.created_at - ahead - LATE)
    return Lane.BACKFILL if late else Lane.MIRROR
