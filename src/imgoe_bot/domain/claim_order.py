"""Which of the jobs that are due a worker takes: servers in turn, hosts within their share.

Jobs that wait for the same image host stand in one lane, those that ask none in another. A worker
holds no more of a lane than its share, so that a slow host leaves hands to the others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from imgoe_bot.domain.ids import GuildId, JobId
from imgoe_bot.domain.job import Job, Step

NO_HOST = ""
"""The lane of steps that ask no image host."""
OWN_HOST = "default"
"""The lane of servers that have set no host and use the process's own."""


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that is due, as far as its turn depends on it."""

    id: JobId
    lane: str
    guild_id: GuildId


@dataclass(frozen=True, slots=True)
class Round:
    """How far a worker has come round; only a hint, which may be lost.

    Attributes:
        passed: the last host's lane all of whose servers had their turn; the next one's have it.
        other: the lane that was served last while that one was at its share.
        host_was_last: whether the job taken last asks a host.
        reached: the server that was served last in each lane that has several.
    """

    passed: str = NO_HOST
    other: str = NO_HOST
    host_was_last: bool = False
    reached: Mapping[str, GuildId] = field(default_factory=dict[str, GuildId])


@dataclass(frozen=True, slots=True)
class Hands:
    """What a worker may take beside what it holds.

    Attributes:
        held: what it works on.
        free: how many jobs more at most.
        share: how many of one lane it holds at most; one server's are one less, which is left to
            another server of the same host.
    """

    held: Sequence[Job]
    free: int
    share: int

    @property
    def of_one_server(self) -> int:
        """How many jobs of one server it holds at most."""
        return max(1, self.share - 1)

    @property
    def looked_at(self) -> int:
        """How many lanes, and servers in each, have to be looked at for a fair choice.

        Each that is held already may have to stand back for one of which nothing is.
        """
        return self.free + len({job.guild_id for job in self.held})

    def servers_of(self, lane: str) -> int:
        """How many servers of a lane have to be looked at; one more says whether any follow."""
        if lane == NO_HOST:
            return self.looked_at + 1
        room = min(self.free, self.share - self.by_lane()[lane])
        return room + self.looked_at - self.free + 1

    def by_lane(self) -> Counter[str]:
        """Count what is held of each lane."""
        return Counter(lane_of(job.step, job.host_url) for job in self.held)

    @property
    def is_at_share(self) -> bool:
        """Whether no more of some lane or server is taken."""
        servers = Counter(job.guild_id for job in self.held)
        most = max(servers.values(), default=0)
        return most >= self.of_one_server or bool(self.full_lanes())

    def may_leave_some(self, taken: Sequence[Job]) -> bool:
        """Tell whether something due may be left beside what was taken, maybe as of too much alike.

        Args:
            taken: with these hands.
        """
        full = replace(self, held=(*self.held, *taken))
        return len(taken) == self.free or full.is_at_share

    def full_lanes(self) -> set[str]:
        """Return the hosts' lanes of which the share is held."""
        held = self.by_lane()
        return {lane for lane in held if lane != NO_HOST and held[lane] >= self.share}


def lane_of(step: Step, host_url: str) -> str:
    """Return the lane of a job; ``host_url`` is its server's, empty for the process's own."""
    return (host_url or OWN_HOST) if step.asks_host else NO_HOST


def choose(due: Iterable[DueJob], hands: Hands, *, round_: Round) -> tuple[DueJob, ...]:
    """Choose whom to serve: whoever holds least, then in the order given.

    Steps that ask a host and steps that ask none take turns, so that neither keep a server's cards
    from being shown nor its files from being kept.

    Args:
        due: lanes one after the other, in each its servers, of each its jobs, as they are next.
        hands: what the worker may take.
        round_: how far it has come.
    """
    servers, lanes = Counter(job.guild_id for job in hands.held), hands.by_lane()
    lines = _by_server(due)
    chosen: list[DueJob] = []
    asks_host = not round_.host_was_last
    while len(chosen) < hands.free:
        heads = [line[0] for line in lines if line and _fits(line[0], hands, servers, lanes)]
        if not heads:
            break
        head = min(heads, key=lambda job: (servers[job.guild_id], _asks(job) is not asks_host))
        next(line for line in lines if line and line[0] is head).pop(0)
        servers[head.guild_id] += 1
        lanes[head.lane] += 1
        asks_host = not _asks(head)
        chosen.append(head)
    return tuple(chosen)


def _by_server(due: Iterable[DueJob]) -> list[list[DueJob]]:
    lines: dict[tuple[str, GuildId], list[DueJob]] = {}
    for job in due:
        lines.setdefault((job.lane, job.guild_id), []).append(job)
    return list(lines.values())


def _asks(job: DueJob) -> bool:
    return job.lane != NO_HOST


def _fits(job: DueJob, hands: Hands, servers: Counter[GuildId], lanes: Counter[str]) -> bool:
    if servers[job.guild_id] >= hands.of_one_server:
        return False
    return job.lane == NO_HOST or lanes[job.lane] < hands.share


def come_round(
    round_: Round, chosen: Sequence[DueJob], *, due: Sequence[DueJob], first: str | None
) -> Round:
    """Return how far a worker has come with what it chose.

    Args:
        round_: how far it had come.
        chosen: what it takes, in the order it was chosen.
        due: what it chose from, in its order.
        first: the host's lane whose servers have their turn; None when no host is asked.
    """
    if not chosen:
        return round_
    servers = {lane: _servers(lane, due) for lane in {job.lane for job in chosen}}
    last = {
        lane: max(servers[lane].index(job.guild_id) for job in chosen if job.lane == lane)
        for lane in servers
    }
    is_over = first in servers and all(
        guild_id <= round_.reached.get(first, -1) for guild_id in servers[first][last[first] + 1 :]
    )
    others = [job.lane for job in chosen if job.lane not in (first, NO_HOST)]
    several = {lane: servers[lane][last[lane]] for lane in servers if len(servers[lane]) > 1}
    kept = {lane: at for lane, at in round_.reached.items() if lane not in servers}
    return Round(
        passed=first if is_over and first is not None else round_.passed,
        other=others[-1] if others else round_.other,
        host_was_last=_asks(chosen[-1]),
        reached=kept | several,
    )


def _servers(lane: str, due: Sequence[DueJob]) -> list[GuildId]:
    return list(dict.fromkeys(job.guild_id for job in due if job.lane == lane))
