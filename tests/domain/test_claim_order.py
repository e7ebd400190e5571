"""Who is served next, played through over a queue in memory."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from imgoe_bot.domain.claim_order import (
    NO_HOST,
    OWN_HOST,
    DueJob,
    Hands,
    Round,
    choose,
    come_round,
    lane_of,
)
from imgoe_bot.domain.ids import GuildId, JobId, PostId
from imgoe_bot.domain.job import Job, Step

OURS, SLOW, FAST = OWN_HOST, "https://slow.example", "https://fast.example"
AT_ONCE, SHARE = 8, 4


@dataclass(slots=True)
class Queue:
    """What is due, and one worker that takes of it as the store lets it."""

    waiting: list[DueJob] = field(default_factory=list[DueJob])
    held: list[Job] = field(default_factory=list[Job])
    round_: Round = field(default_factory=Round)
    share: int = SHARE

    def add(self, lane: str, guild: int, *, jobs: int = 1) -> None:
        first = len(self.waiting) + len(self.held) + 1000 * guild
        self.waiting += [DueJob(JobId(first + n), lane, GuildId(guild)) for n in range(jobs)]

    def take(self, most: int = AT_ONCE) -> list[DueJob]:
        hands = Hands(tuple(self.held), most - len(self.held), self.share)
        lanes, first = self._lanes(hands)
        due = [job for lane in lanes for job in self._of(lane, hands)]
        chosen = choose(due, hands, round_=self.round_)
        self.round_ = come_round(self.round_, chosen, due=due, first=first)
        for job in chosen:
            self.waiting.remove(job)
            self.held.append(_leased(job))
        return list(chosen)

    def end(self, jobs: int = 1) -> None:
        """Let what was taken first be done."""
        del self.held[:jobs]

    def _lanes(self, hands: Hands) -> tuple[list[str], str | None]:
        known = sorted({job.lane for job in self.waiting} - {NO_HOST})
        at_share = hands.full_lanes()
        after = [lane for lane in known if lane > self.round_.passed]
        first = next(iter(after or known), None)
        other = self.round_.other
        turned = sorted(known, key=lambda lane: (lane != first, lane <= other, lane))
        hosts = [lane for lane in turned if lane not in at_share][: hands.looked_at]
        return [NO_HOST, *hosts], first

    def _of(self, lane: str, hands: Hands) -> list[DueJob]:
        reached = self.round_.reached.get(lane, -1)
        servers = sorted({job.guild_id for job in self.waiting if job.lane == lane})
        turned = sorted(servers, key=lambda guild_id: (guild_id <= reached, guild_id))
        return [
            job
            for guild_id in turned[: hands.servers_of(lane)]
            for job in self.waiting
            if (job.lane, job.guild_id) == (lane, guild_id)
        ]


def _leased(job: DueJob) -> Job:
    step = Step.UPLOAD if job.lane else Step.ANNOUNCE
    host_url = "" if job.lane in (NO_HOST, OWN_HOST) else job.lane
    return Job(job.id, PostId("post"), job.guild_id, step, 1, "worker", host_url=host_url)


def _rounds_until(queue: Queue, guild: int, *, at_most: int) -> int:
    for number in range(at_most):
        if any(job.guild_id == guild for job in queue.take()):
            return number
        queue.end()
    pytest.fail(f"server {guild} was never served")


def test_each_servers_first_goes_before_anybodys_second() -> None:
    queue = Queue(share=100)
    queue.add(OURS, 1, jobs=8)
    queue.add(OURS, 2)
    queue.add(OURS, 3)

    assert Counter(job.guild_id for job in queue.take(4)) == {1: 2, 2: 1, 3: 1}


def test_of_one_server_the_first_in_line_are_taken_in_their_order() -> None:
    queue = Queue()
    queue.add(OURS, 1, jobs=9)

    assert [job.id for job in queue.take()] == [1000, 1001, 1002]


def test_a_newcomer_does_not_wait_for_those_whose_work_lies_there_for_long() -> None:
    queue = Queue()
    for guild in range(20):
        queue.add(OURS, guild, jobs=100)
    for _ in range(7):
        queue.take()
        queue.end()
    queue.add(OURS, 500)

    assert _rounds_until(queue, 500, at_most=25) <= 21


def test_whoever_holds_nothing_goes_before_who_does() -> None:
    queue = Queue()
    queue.add(OURS, 1, jobs=5)
    queue.take(1)
    queue.add(OURS, 2)

    assert [job.guild_id for job in queue.take(2)] == [2]


def test_a_host_at_its_share_leaves_hands_to_the_others() -> None:
    queue = Queue()
    for guild in range(100):
        queue.add(SLOW, guild, jobs=3)
    queue.add(FAST, 500)

    assert Counter(job.lane for job in queue.take()) == {SLOW: 4, FAST: 1}
    queue.add(FAST, 501)
    assert [job.guild_id for job in queue.take()] == [501]


def test_cards_and_files_take_turns_when_one_hand_gets_free_at_a_time() -> None:
    queue = Queue()
    for guild in range(50):
        queue.add(NO_HOST, guild, jobs=9)
        queue.add(OURS, 100 + guild, jobs=9)
    taken: list[DueJob] = []
    for _ in range(40):
        taken += queue.take()
        queue.end()

    lanes = Counter(job.lane for job in taken)
    assert abs(lanes[NO_HOST] - lanes[OURS]) <= 10


def test_everybody_comes_round_among_many_servers_and_hosts() -> None:
    queue = Queue()
    for guild in range(40):
        queue.add(SLOW, guild, jobs=2)
    for guild in range(200, 212):
        queue.add(f"https://{guild}.example", guild, jobs=8)
    for guild in range(300, 310):
        queue.add(NO_HOST, guild, jobs=8)
    served = Counter[int]()
    for _ in range(160):
        served.update(job.guild_id for job in queue.take())
        queue.end()

    everybody = [*range(40), *range(200, 212), *range(300, 310)]
    assert [guild for guild in everybody if not served[guild]] == []


def test_a_host_of_many_servers_is_not_put_behind_many_hosts_of_one() -> None:
    queue = Queue()
    for guild in range(30):
        queue.add(SLOW, guild, jobs=9)
    for guild in range(200, 220):
        queue.add(f"https://{guild}.example", guild, jobs=9)
    taken: list[DueJob] = []
    for _ in range(80):
        taken += queue.take()
        queue.end()

    assert Counter(job.lane for job in taken)[SLOW] >= len(taken) / 4


def test_a_round_that_is_lost_begins_anew_and_takes_the_same_care() -> None:
    queue = Queue()
    for guild in range(30):
        queue.add(OURS, guild, jobs=3)
    queue.take()
    queue.round_ = replace(
        queue.round_, passed="https://gone.example", reached={"gone": GuildId(7)}
    )
    queue.end(8)

    assert len(queue.take()) == SHARE


def test_nothing_is_remembered_of_lanes_with_one_server() -> None:
    queue = Queue()
    for guild in range(40):
        queue.add(f"https://{guild}.example", guild, jobs=2)
    for _ in range(60):
        queue.take()
        queue.end()

    assert queue.round_.reached == {}


def test_nothing_is_taken_without_a_free_hand() -> None:
    queue = Queue()
    queue.add(OURS, 1)

    assert queue.take(0) == []
    assert queue.round_ == Round()


def test_a_share_of_one_is_still_one() -> None:
    queue = Queue(share=1)
    queue.add(OURS, 1, jobs=3)

    assert len(queue.take()) == 1


@pytest.mark.parametrize(
    ("step", "host_url", "lane"),
    [
        (Step.UPLOAD, "", OWN_HOST),
        (Step.REVIEW, SLOW, SLOW),
        (Step.ANNOUNCE, SLOW, NO_HOST),
        (Step.DELIVER, "", NO_HOST),
    ],
)
def test_the_lane_is_the_host_that_a_step_waits_for(step: Step, host_url: str, lane: str) -> None:
    assert lane_of(step, host_url) == lane
