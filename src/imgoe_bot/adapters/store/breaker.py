"""The one row that says whether Discord takes direct messages, for every process."""

from datetime import datetime

from sqlalchemy import Connection, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.upsert import insert_new, upsert
from imgoe_bot.domain.direct_messages import Breaker, HaltReason

_ROW = {"id": 1}
BREAKER = (t.dm_breaker.c.reason, t.dm_breaker.c.until, t.dm_breaker.c.probing)
"""What ``breaker_of`` takes."""


def read_breaker(connection: Connection) -> Breaker:
    """Return the breaker; closed when nothing was ever written."""
    row = connection.execute(select(*BREAKER)).first()
    return Breaker() if row is None else breaker_of(*row)


def breaker_of(reason: str | None, until: datetime | None, probing: bool | None) -> Breaker:
    """Return the breaker of the columns ``BREAKER``, which are None where there is no row."""
    return Breaker(HaltReason(reason) if reason else None, until, probing=bool(probing))


def lock_breaker(connection: Connection) -> None:
    """Let no other process decide on a message before this one has; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        insert_new(connection, t.dm_breaker, _ROW | {"probing": False})
        connection.execute(select(t.dm_breaker.c.id).with_for_update())


def write_breaker(connection: Connection, breaker: Breaker) -> None:
    """Write the breaker over what it was."""
    values = {"reason": breaker.reason, "until": breaker.until, "probing": breaker.probing}
    upsert(connection, t.dm_breaker, key=_ROW, values=values)
