"""Faults to inject: what a bot must survive and a loopback Discord would otherwise never do.

Source: https://github.com/axllent/mailpit (faults as a feature of a development server)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from imgoe_bot.discordsim.actions.channels import set_overwrite
from imgoe_bot.discordsim.actions.guilds import begin_outage, end_outage
from imgoe_bot.discordsim.controls.guilds import GuildHandle
from imgoe_bot.discordsim.gateway.gateway import Gateway
from imgoe_bot.discordsim.permissions import Overwrite, Permission, union
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.state.active_faults import ActiveFaults
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.world import World


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer given in place of the real one.

    Attributes:
        status: HTTP status.
        code: Discord's error code, 0 for none.
        message: Discord's message.
        retry_after_s: for 429, how long to wait.
        everywhere: for 429, whether it is the global limit.
    """

    status: int
    code: int = 0
    message: str = "injected fault"
    retry_after_s: float = 0.05
    everywhere: bool = False


@dataclass(slots=True, eq=False)
class _Planned:
    pattern: str
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    served_before: int = 0
    delay_s: float = 0.0
    answer_delay_s: float = 0.0
    loses_every: int = 0
    answered: int = 0


class Faults:
    """What goes wrong next. Patterns are ``METHOD /path`` with ``*`` for anything.

    Attributes:
        retry_after_s: what the next injected 429 asks to wait.
    """

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self._planned: list[_Planned] = []
        self.retry_after_s = 0.05

    def next_statuses(
        self, pattern: str, statuses: Iterable[int], *, coded: bool = True, served_before: int = 0
    ) -> None:
        """Answer the next requests that match with these statuses, one each, undone.

        Args:
            pattern: e.g. ``POST /channels/*/messages``, without ``/api/v10``.
            statuses: HTTP statuses; 429 comes with ``retry_after``, 403 with 50013, 404 with 10008.
            coded: False for answers without a code of Discord's, as a proxy on the way gives them.
            served_before: how many requests are served before that, as pages of a history.
        """
        codes = {403: 50013, 404: 10008} if coded else {}
        refusals = [
            Refusal(status, codes.get(status, 0), retry_after_s=self.retry_after_s)
            for status in statuses
        ]
        self._planned.append(_Planned(pattern, refusals, served_before=served_before))

    def next_problems(
        self, pattern: str, codes: Iterable[int], *, status: int | None = None
    ) -> None:
        """Answer the next requests that match with these of Discord's error codes, one each.

        Args:
            pattern: e.g. ``POST /users/@me/channels``.
            codes: any, e.g. 40003 (DMs opened too fast), 20026 (flagged), 200000 (blocked).
            status: HTTP status; None: what a code comes with here, 403 with one that nothing here
                answers by itself.
        """
        self._planned.append(_Planned(pattern, [_refusal_of(code, status) for code in codes]))

    def global_limit(self, *, retry_after_s: float = 0.05) -> None:
        """Answer the next request, whatever it is, with the global rate limit."""
        refusal = Refusal(429, retry_after_s=retry_after_s, everywhere=True)
        self._planned.append(_Planned("*", [refusal]))

    def delay(self, pattern: str, delay_s: float) -> None:
        """Make every request that matches wait this long before it is served; 0 ends that."""
        self._planned = [p for p in self._planned if p.pattern != pattern or not p.delay_s]
        self._planned.append(_Planned(pattern, delay_s=delay_s))

    def delay_answer(self, pattern: str, delay_s: float) -> None:
        """Serve every request that matches at once, and hold its answer back this long."""
        self._planned.append(_Planned(pattern, answer_delay_s=delay_s))

    def lose_answers(self, pattern: str, *, every: int = 1) -> None:
        """Serve every request that matches, and break off the connection instead of answering.

        Args:
            pattern: as above.
            every: 1 loses all, 2 the first of every two, and so on.
        """
        self._planned.append(_Planned(pattern, loses_every=every))

    def clear(self) -> None:
        """Forget everything planned, and behave well again."""
        self._planned.clear()
        self._gateway.copies = 1
        self._gateway.release()
        self._world.active_faults = ActiveFaults()

    def take_refusal(self, call: str) -> Refusal | None:
        """Return the answer planned for a request and use it up, None when none is."""
        for planned in self._planned:
            if planned.refusals and fnmatchcase(call, planned.pattern):
                if planned.served_before == 0:
                    return planned.refusals.pop(0)
                planned.served_before -= 1
        return None

    def delay_of(self, call: str) -> float:
        """Return how long a request must wait, in seconds."""
        return max((item.delay_s for item in self._matching(call)), default=0.0)

    def answer_delay_of(self, call: str) -> float:
        """Return how long a served request's answer is held back, in seconds."""
        return max((item.answer_delay_s for item in self._matching(call)), default=0.0)

    def takes_answer_of(self, call: str) -> bool:
        """Tell whether a served request's answer is lost, and count it."""
        lost = False
        for planned in self._matching(call):
            if planned.loses_every:
                lost |= planned.answered % planned.loses_every == 0
                planned.answered += 1
        return lost

    def _matching(self, call: str) -> Iterable[_Planned]:
        return (item for item in self._planned if fnmatchcase(call, item.pattern))

    async def drop_sockets(self, *, resumable: bool = True, code: int = 4000) -> None:
        """Close the bot's gateway sockets; with ``resumable=False`` forget the sessions too."""
        await self._gateway.drop(resumable=resumable, code=code)

    def ask_to_reconnect(self) -> None:
        """Send opcode 7."""
        self._gateway.ask_to_reconnect()

    @property
    def copies(self) -> int:
        """How many times each event is sent, 1 when all is well."""
        return self._gateway.copies

    def duplicate_events(self, copies: int = 2) -> None:
        """Send every event this many times from now on; 1 ends that."""
        self._gateway.copies = copies

    def reorder_events(self, count: int = 2) -> None:
        """Hold the next events back and send them in reverse once there are so many."""
        self._gateway.reorder(count)

    def empty_starters(self) -> None:
        """Announce forum starters without content and files; fetching them shows all."""
        self._world.active_faults.empty_starters = True

    def fail_all_previews(self, *, failing: bool = True) -> None:
        """Show pictures from elsewhere as 0×0, as Discord does when it can't fetch them."""
        self._world.active_faults.all_previews_fail = failing

    def fail_next_previews(self, times: int = 1) -> None:
        """Fetch none of the next pictures from elsewhere; they stay 0×0 until they are sent anew.

        Args:
            times: how many pictures; with ``SimOptions(fetch_previews=True)`` only.
        """
        self._world.active_faults.failing_previews = times

    def search_not_indexed(self, times: int = 1) -> None:
        """Answer the next searches with 202 and code 110000."""
        self._world.active_faults.searches_pending = times

    def begin_outage(self, guild: GuildHandle) -> None:
        """Make a guild unavailable: at READY too, and none of its events comes."""
        begin_outage(self._world, guild.state)

    def end_outage(self, guild: GuildHandle) -> None:
        """Make a guild available again."""
        end_outage(self._world, guild.state)

    def expire_links(self) -> None:
        """Make every CDN link given out so far expired; asking again gives new ones."""
        self._world.links.expire_all()

    def next_files(self, answers: Iterable[tuple[int, bytes]]) -> None:
        """Answer the next requests for files with these statuses and bodies, one each."""
        self._world.active_faults.files = list(answers)

    def fail_files(self, status: int, body: bytes = b"") -> None:
        """Answer every request for a file so from now on; ``serve_files`` ends that."""
        self._world.active_faults.every_file = (status, body)

    def serve_files(self) -> None:
        """Serve files as they are again."""
        self._world.active_faults.every_file = None
        self._world.active_faults.files = []

    def revoke(self, channel: Channel, *permissions: Permission) -> None:
        """Take permissions from the bot in one channel, by an overwrite for the bot itself."""
        bot_id = self._world.bot.id
        overwrite = Overwrite(bot_id, False, Permission.NONE, union(permissions))
        set_overwrite(self._world, channel, overwrite, of=bot_id)

    def restore(self, channel: Channel) -> None:
        """Give back what ``revoke`` took."""
        set_overwrite(self._world, channel, None, of=self._world.bot.id)

    def forbid_intents(self, bits: int) -> None:
        """Take privileged intents away in the portal; identifying with them closes with 4014."""
        self._world.privileged_intents &= ~bits


def _refusal_of(code: int, status: int | None) -> Refusal:
    try:
        known = problem(code)
    except KeyError:
        return Refusal(status or 403, code)
    return Refusal(status or known.status, code, known.message)
