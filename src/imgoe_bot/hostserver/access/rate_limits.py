"""How often somebody may upload: sliding windows in memory, one set per process."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from imgoe_bot.hostserver.faults import Fault, Reason

CLIENTS_KEPT = 10_000
MINUTE_S = 60


def _new_times() -> OrderedDict[str, deque[float]]:
    return OrderedDict()


@dataclass(slots=True)
class RateLimiter:
    """At most ``per_minute`` uploads of one client in any 60 seconds; 0 means no limit.

    Remembers the 10,000 clients seen last, so strangers can't fill the memory.
    """

    per_minute: int
    clock: Callable[[], float]
    _times: OrderedDict[str, deque[float]] = field(default_factory=_new_times)

    def take(self, client: str) -> None:
        """Count one upload.

        Raises:
            Fault: over the limit, with the seconds until the oldest one no longer counts.
        """
        if self.per_minute == 0:
            return
        now = self.clock()
        times = self._times.setdefault(client, deque())
        self._times.move_to_end(client)
        while times and times[0] <= now - MINUTE_S:
            times.popleft()
        if len(times) >= self.per_minute:
            raise Fault(Reason.FLOODING, retry_after_s=int(times[0] + MINUTE_S - now) + 1)
        times.append(now)
        if len(self._times) > CLIENTS_KEPT:
            self._times.popitem(last=False)

    def give_back(self, client: str) -> None:
        """Take back what was counted last for a client: it was another's."""
        if times := self._times.get(client):
            times.pop()
