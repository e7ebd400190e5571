"""What each image host was sent, for every process."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, delete, func, insert, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.advisory_locks import take_advisory_lock
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import state_is, step_is
from imgoe_bot.adapters.store.lanes import host_lane
from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import State, Step


class SqlBudgetStore:
    """``ports.BudgetStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, host_url: str, budget: Budget, lane: Lane, *, guild_id: GuildId, now: datetime
    ) -> int | datetime:
        """Take a slot, or tell when there is room; see the port."""

        def unit(connection: Connection) -> int | datetime:
            take_advisory_lock(connection, f"budget {host_url}")
            past = _past(host_url, budget, now=now)
            has_old, *newest = connection.execute(
                select(
                    select(t.host_slot.c.id).where(*past).exists(),
                    *(_newest(host_url, lane.share_of(limit)) for limit in budget),
                )
            ).one()
            rooms = zip(budget, newest, strict=True)
            at = max((limit.room_at(filled, now=now) for limit, filled in rooms), default=now)
            if at <= now:
                at = _room_beside_others(connection, host_url, budget, guild_id=guild_id, now=now)
            if at > now:
                return at
            if has_old:
                connection.execute(delete(t.host_slot).where(*past))
            taken = insert(t.host_slot).values(host_url=host_url, at=now, guild_id=guild_id)
            return int(connection.execute(taken.returning(t.host_slot.c.id)).scalar_one())

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


def _room_beside_others(
    connection: Connection, host_url: str, budget: Budget, *, guild_id: GuildId, now: datetime
) -> datetime:
    """Return when a server has room that leaves half of each limit to others, if any wait."""
    halves = [_newest(host_url, max(1, limit.most // 2), of=guild_id) for limit in budget]
    newest = connection.execute(select(*halves)).one()
    at = max(limit.room_at(filled, now=now) for limit, filled in zip(budget, newest, strict=True))
    return at if at > now and _others_wait(connection, guild_id) else now


def _others_wait(connection: Connection, guild_id: GuildId) -> bool:
    waits = (
        state_is(State.READY),
        step_is(Step.UPLOAD),
        t.job.c.lane == host_lane(guild_id),
        t.job.c.guild_id != guild_id,
    )
    return connection.execute(select(t.job.c.id).where(*waits).limit(1)).first() is not None


def _newest(host_url: str, number: int, *, of: GuildId | None = None) -> ScalarSelect[datetime]:
    """The time of the ``number``-th newest upload, of all or of one server."""
    mine = [] if of is None else [t.host_slot.c.guild_id == of]
    return (
        select(t.host_slot.c.at)
        .where(t.host_slot.c.host_url == host_url, *mine)
        .order_by(t.host_slot.c.at.desc())
        .offset(number - 1)
        .limit(1)
        .scalar_subquery()
    )


def _past(host_url: str, budget: Budget, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say of an upload that no limit counts it any more."""
    longest = max((each.period for each in budget), default=timedelta(0))
    return (t.host_slot.c.host_url == host_url, t.host_slot.c.at <= now - longest)


def _count(connection: Connection, host_url: str, *, since: datetime) -> int:
    query = select(func.count()).where(t.host_slot.c.host_url == host_url, t.host_slot.c.at > since)
    return int(connection.execute(query).scalar_one())
