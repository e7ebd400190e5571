"""How work goes for one server: its queue, and what the image host did last."""

from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.errors import ImgoeError


@dataclass(frozen=True, slots=True)
class Queue:
    """One server's jobs.

    Attributes:
        ready: jobs that wait for a worker, or for a later try.
        leased: jobs under way.
        dead: jobs that were given up.
        oldest_at: since when the oldest of those waiting or under way could be done; None when
            there is none.
    """

    ready: int = 0
    leased: int = 0
    dead: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What the image host did last.

    Attributes:
        kept_at: when the last copy was stored, None when there was none.
        failure: what the last job given up since then failed of, None when there was none.
    """

    kept_at: datetime | None = None
    failure: ImgoeError | None = None
