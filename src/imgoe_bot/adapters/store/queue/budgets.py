"""What each image host was sent, for every process."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, func, insert, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.advisory_locks import take_advisory_lock
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.rate_limit import RateLimit


class SqlBudgetStore:
    """``ports.BudgetStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, host_url: str, budget: Budget, lane: Lane, *, now: datetime
    ) -> int | datetime:
        """Take a slot, or tell when there is room; see the port."""

        def unit(connection: Connection) -> int | datetime:
            take_advisory_lock(connection, f"budget {host_url}")
            room = [now]
            for limit in budget:
                room.append(_room_at(connection, host_url, limit, lane, now=now))
            if max(room) > now:
                return max(room)
            _drop_old(connection, host_url, budget, now=now)
            taken = (
                insert(t.host_slot).values(host_url=host_url, at=now).returning(t.host_slot.c.id)
            )
            return int(connection.execute(taken).scalar_one())

        return await self._database.write(unit)

    async def give_back(self, slot: int) -> None:
        """Give a slot back; see the port."""

        def unit(connection: Connection) -> None:
            connection.execute(delete(t.host_slot).where(t.host_slot.c.id == slot))

        await self._database.write(unit)

    async def used(self, host_url: str, budget: Budget, *, now: datetime) -> tuple[LimitUse, ...]:
        """Count what is used up of each limit; see the port."""

        def unit(connection: Connection) -> tuple[LimitUse, ...]:
            return tuple(
                [
                    LimitUse(each, _count(connection, host_url, since=now - each.period))
                    for each in budget
                ]
            )

        return await self._database.read(unit)


def _newest(host_url: str, number: int) -> Select[datetime]:
    """The time of the ``number``-th newest upload."""
    return (
        select(t.host_slot.c.at)
        .where(t.host_slot.c.host_url == host_url)
        .order_by(t.host_slot.c.at.desc())
        .offset(number - 1)
        .limit(1)
    )


def _room_at(
    connection: Connection, host_url: str, limit: RateLimit, lane: Lane, *, now: datetime
) -> datetime:
    in_the_way = connection.execute(_newest(host_url, lane.share_of(limit)))
    at: datetime | None = in_the_way.scalar()
    return now if at is None else at + limit.period


def _drop_old(connection: Connection, host_url: str, budget: Budget, *, now: datetime) -> None:
    """Forget what no limit counts any more."""
    longest = max((each.period for each in budget), default=timedelta(0))
    past = (t.host_slot.c.host_url == host_url, t.host_slot.c.at <= now - longest)
    connection.execute(delete(t.host_slot).where(*past))


def _count(connection: Connection, host_url: str, *, since: datetime) -> int:
    query = select(func.count()).where(t.host_slot.c.host_url == host_url, t.host_slot.c.at > since)
    return int(connection.execute(query).scalar_one())
