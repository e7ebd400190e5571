"""Slots in the rate limits of direct messages: when there is room for one more, which are taken."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, delete, insert, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.direct_messages import RateLimits, SlotKind
from imgoe_bot.domain.rate_limit import RateLimit


def newest_at(slot: SlotKind, number: int) -> ScalarSelect[datetime]:
    """Return the query for when the ``number``-th newest slot of a kind was taken."""
    return (
        select(t.dm_slot.c.at)
        .where(t.dm_slot.c.kind == slot.value)
        .order_by(t.dm_slot.c.at.desc())
        .offset(number - 1)
        .limit(1)
        .scalar_subquery()
    )


def slot_names(slots: frozenset[SlotKind]) -> str:
    """Return the column of a job that says which slots are held."""
    return ",".join(slot.value for slot in SlotKind if slot in slots)


def take_slots(
    connection: Connection, slots: Mapping[SlotKind, datetime], limits: RateLimits
) -> None:
    """Take slots, each at its time, and now and then forget those that count no more."""
    if not slots:
        return
    taken = [{"kind": slot.value, "at": at} for slot, at in slots.items()]
    ids = connection.execute(insert(t.dm_slot).returning(t.dm_slot.c.id), taken).scalars().all()
    for slot in slots:
        if any(not id_ % limits[slot].most for id_ in ids):
            _forget_old(connection, slot, limits[slot])


def _forget_old(connection: Connection, slot: SlotKind, limit: RateLimit) -> None:
    """Forget what is older than the slot that counts: it will never count again."""
    filled = connection.execute(select(newest_at(slot, limit.most))).scalar()
    if filled is not None:
        past = (t.dm_slot.c.kind == slot.value, t.dm_slot.c.at < filled)
        connection.execute(delete(t.dm_slot).where(*past))


def slots_in(names: str) -> frozenset[SlotKind]:
    """Return which slots are held, from the column of a job that says so."""
    return frozenset(SlotKind(name) for name in names.split(",") if name)
