"""Slots in the rate limits of direct messages: when there is room for one more, which are taken."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.direct_messages import (
    SlotKind,
)
from imgoe_bot.domain.rate_limit import RateLimit


def room_at(connection: Connection, slot: SlotKind, limit: RateLimit, now: datetime) -> datetime:
    """Return when there is room in a limit for one more; what counts no more is forgotten."""
    query = (
        select(t.dm_slot.c.at)
        .where(t.dm_slot.c.kind == slot.value)
        .order_by(t.dm_slot.c.at.desc())
        .offset(limit.most - 1)
        .limit(1)
    )
    filled: datetime | None = connection.execute(query).scalar()
    if filled is not None:  # what is older than the one that counts will never count again
        past = (t.dm_slot.c.kind == slot.value, t.dm_slot.c.at < filled)
        connection.execute(delete(t.dm_slot).where(*past))
    return limit.room_at(filled, now=now)


def slot_names(slots: frozenset[SlotKind]) -> str:
    """Return the column of a job that says which slots are held."""
    return ",".join(slot.value for slot in SlotKind if slot in slots)


def take_slots(connection: Connection, slots: Mapping[SlotKind, datetime]) -> None:
    """Take slots, each at its time."""
    if slots:
        taken = [{"kind": slot.value, "at": at} for slot, at in slots.items()]
        connection.execute(insert(t.dm_slot), taken)


def slots_in(names: str) -> frozenset[SlotKind]:
    """Return which slots are held, from the column of a job that says so."""
    return frozenset(SlotKind(name) for name in names.split(",") if name)
