"""Which names were given to files, to whom and for how long.

An address is public and cached for a year, so a name once given is never given again, not even
after its upload is gone. Functions of a connection belong to their caller's transaction.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.schema import file_names
from imgoe_bot.hostserver.names import split_stored_name, with_suffix

NAME_ATTEMPTS = 8
REMEMBERED_NAMES = 50_000
_CLAIM = {
    "sqlite": sqlite.insert(file_names).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(file_names).on_conflict_do_nothing(),
}
_EXPIRY = select(file_names.c.expires_at).where(
    file_names.c.folder == bindparam("folder"), file_names.c.name == bindparam("name")
)
_NAMES_OF = select(file_names.c.name).where(
    file_names.c.folder == bindparam("folder"), file_names.c.public_id == bindparam("public_id")
)


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    for _ in range(NAME_ATTEMPTS):
        yield with_suffix(stem)


def claim_name(connection: Connection, upload: Upload) -> str:
    """Give an upload the first name, its own or with an ending, that nobody ever had.

    Raises:
        Fault: all of them are taken.
    """
    insert = _CLAIM[connection.dialect.name]
    for name in _candidates(upload.name):
        values = {
            "folder": upload.folder,
            "name": name,
            "public_id": upload.public_id,
            "expires_at": upload.expires_at,
        }
        if connection.execute(insert, values).rowcount == 1:
            return name
    raise Fault(Reason.NO_FREE_NAME)


def names_of(connection: Connection, upload: Upload) -> list[str]:
    """Return every name that was given to an upload, whichever it goes by."""
    values = {"folder": upload.folder, "public_id": upload.public_id}
    return list(connection.scalars(_NAMES_OF, values))


class FileExpiry:
    """How long public files may be shown; asked for each of them, so what it learns it keeps.

    That is safe, also beside other processes: neither a name nor its end ever changes.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._ends: dict[tuple[str, str], int | None] = {}

    async def find_left_s(self, stored_name: str) -> float | None:
        """Return the seconds a file has left: infinite for one that stays, None for one unknown."""
        folder, name = split_stored_name(stored_name)
        if (folder, name) not in self._ends and not await self._learn(folder, name):
            return None
        end = self._ends[folder, name]
        return float("inf") if end is None else end - self._clock()

    async def _learn(self, folder: str, name: str) -> bool:
        values = {"folder": folder, "name": name}
        found = await self._database.run(
            lambda connection: connection.execute(_EXPIRY, values).one_or_none()
        )
        if found is None:
            return False
        if len(self._ends) >= REMEMBERED_NAMES:
            self._ends.clear()
        self._ends[folder, name] = found[0]
        return True
