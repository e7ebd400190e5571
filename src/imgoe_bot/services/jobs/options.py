"""How a worker works."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How a worker works.

    Attributes:
        lease: how long a job stays a silent worker's.
        poll: the longest wait between two looks at the queue.
        park_for: how long a job is tried again after its first failure, or waits for its host.
        at_once: jobs worked on side by side.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    park_for: timedelta = timedelta(days=7)
    at_once: int = 8

    @property
    def share(self) -> int:
        """How many of them may ask one host; one guild's are one less.

        Half of them, also while nobody else waits: whoever comes then would wait for an upload to
        end, and a large one takes long.
        """
        return max(1, self.at_once // 2)
