"""Faults to inject: what a bot must survive and a loopback Discord would otherwise never do.

Source: https://github.com/axllent/mailpit (faults as a feature of a development server)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from imgoe_bot.discordsim.entities import Channel
from imgoe_bot.discordsim.gateway import Gateway
from imgoe_bot.discordsim.permissions import Overwrite, Permission
from imgoe_bot.discordsim.world import World


@dataclass(slots=True, eq=False)
class _Planned:
    pattern: str
    statuses: list[int] = field(default_factory=list[int])
    delay_s: float = 0.0
    answer_delay_s: float = 0.0


class Faults:
    """What goes wrong next. Patterns are ``METHOD /path`` with ``*`` for anything."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self._planned: list[_Planned] = []
        self.retry_after_s = 0.05

    def next_statuses(self, pattern: str, statuses: Iterable[int]) -> None:
        """Answer the next requests that match with these statuses, one each, undone.

        Args:
            pattern: e.g. ``POST /channels/*/messages``, without ``/api/v10``.
            statuses: HTTP statuses; 429 comes with ``retry_after`` of ``retry_after_s`` seconds.
        """
        self._planned.append(_Planned(pattern, list(statuses)))

    def delay(self, pattern: str, delay_s: float) -> None:
        """Make every request that matches wait this long before it is served."""
        self._planned.append(_Planned(pattern, delay_s=delay_s))

    def delay_answer(self, pattern: str, delay_s: float) -> None:
        """Serve every request that matches at once, and hold its answer back this long."""
        self._planned.append(_Planned(pattern, answer_delay_s=delay_s))

    def clear(self) -> None:
        """Forget all planned statuses and delays, and send events once again."""
        self._planned.clear()
        self._gateway.copies = 1

    def take_status(self, call: str) -> int | None:
        """Return the status planned for a request and use it up, None when none is."""
        for planned in self._planned:
            if planned.statuses and fnmatchcase(call, planned.pattern):
                return planned.statuses.pop(0)
        return None

    def delay_of(self, call: str) -> float:
        """Return how long a request must wait, in seconds."""
        return max(
            (item.delay_s for item in self._planned if fnmatchcase(call, item.pattern)),
            default=0.0,
        )

    def answer_delay_of(self, call: str) -> float:
        """Return how long a served request's answer is held back, in seconds."""
        return max(
            (item.answer_delay_s for item in self._planned if fnmatchcase(call, item.pattern)),
            default=0.0,
        )

    async def drop_sockets(self, *, resumable: bool = True, code: int = 4000) -> None:
        """Close the bot's gateway sockets; with ``resumable=False`` forget the sessions too."""
        await self._gateway.drop(resumable=resumable, code=code)

    def ask_to_reconnect(self) -> None:
        """Send opcode 7."""
        self._gateway.ask_to_reconnect()

    def duplicate_events(self, copies: int = 2) -> None:
        """Send every event this many times from now on."""
        self._gateway.copies = copies

    def expire_links(self) -> None:
        """Make every CDN link given out so far expired; asking again gives new ones."""
        self._world.links.expire_all()

    def revoke(self, channel: Channel, *permissions: Permission) -> None:
        """Take permissions from the bot in one channel, by an overwrite for the bot itself."""
        denied = Permission.NONE
        for permission in permissions:
            denied |= permission
        bot_id = self._world.bot.id
        channel.overwrites[bot_id] = Overwrite(bot_id, False, Permission.NONE, denied)

    def restore(self, channel: Channel) -> None:
        """Give back what ``revoke`` took."""
        channel.overwrites.pop(self._world.bot.id, None)

    def forbid_intents(self, bits: int) -> None:
        """Take privileged intents away in the portal; identifying with them closes with 4014."""
        self._world.privileged_intents &= ~bits
