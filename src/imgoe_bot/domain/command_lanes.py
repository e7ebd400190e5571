"""Whose file that a person waits for is transferred next: everybody's in turn, nobody's for ever.

A person, a server and a host have shares of the hands, and so have the addresses that people type:
those lead anywhere, also to where bytes come a few a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from imgoe_bot.domain.ids import GuildId, UserId


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file on its way, as far as its turn depends on it.

    Attributes:
        typed: whether a person typed its address.
    """

    user_id: UserId
    guild_id: GuildId
    host_url: str
    typed: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """How many transfers there may be at once.

    Attributes:
        hands: in all.
        of_person: of one person.
    """

    hands: int = 8
    of_person: int = 2

    @property
    def of_place(self) -> int:
        """Of one server, and to one host; the rest is left to whoever comes next."""
        return max(1, self.hands // 2)

    @property
    def of_addresses(self) -> int:
        """Of addresses that people typed."""
        return max(1, self.hands // 4)


def next_transfer(
    waiting: Sequence[Transfer],
    running: Sequence[Transfer],
    shares: Shares,
    *,
    served: Sequence[UserId] = (),
) -> int | None:
    """Return which of those that wait begins now; None while none may.

    Args:
        waiting: in the order in which they came.
        running: what is under way.
        shares: how many may be.
        served: who had a turn, the latest last.
    """
    if len(running) >= shares.hands:
        return None
    fitting = [n for n, each in enumerate(waiting) if _fits(each, running, shares)]
    return min(fitting, key=lambda n: (_last_turn(waiting[n], served), n), default=None)


def _fits(one: Transfer, running: Sequence[Transfer], shares: Shares) -> bool:
    of_person = sum(each.user_id == one.user_id for each in running)
    of_server = sum(each.guild_id == one.guild_id for each in running)
    to_host = sum(each.host_url == one.host_url for each in running)
    of_addresses = sum(each.typed for each in running)
    return (
        of_person < shares.of_person
        and max(of_server, to_host) < shares.of_place
        and (not one.typed or of_addresses < shares.of_addresses)
    )


def _last_turn(one: Transfer, served: Sequence[UserId]) -> int:
    """Return when its person had a turn last; -1: not yet."""
    return max((n for n, user_id in enumerate(served) if user_id == one.user_id), default=-1)
