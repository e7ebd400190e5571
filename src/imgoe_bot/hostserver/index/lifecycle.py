"""The life of an upload in the index: begun, finished, approved, removed.

Everything here blocks and runs in a worker thread, between what is done to the files.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, update

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.file_names import claim_name, names_of
from imgoe_bot.hostserver.index.idempotency import RequestKey, claim_key
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.schema import uploads
from imgoe_bot.hostserver.index.upload_rows import add, check_new, remove
from imgoe_bot.hostserver.names import with_suffix

_FINISH = update(uploads).where(uploads.c.public_id == bindparam("stored_id")).values(begun_at=None)


class UploadLifecycle:
    """Notes what becomes of every upload, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def begin(
        self, upload: Upload, *, refuse_repeat: bool, request_key: RequestKey | None
    ) -> Upload:
        """Note, before its files are written, that an upload is to be: tags, name and quota.

        Args:
            upload: its row.
            refuse_repeat: whether the same bytes may come with the same API key once only.
            request_key: what the request has as its Idempotency-Key; None without one.

        Returns:
            The upload with the name it got; ``finish`` it, or ``remove`` or ``abandon`` it.

        Raises:
            Fault: its user has no quota left for it.
            Duplicate: its key has sent these bytes before, and that is refused.
            KeyTaken: another request has its Idempotency-Key.
        """
        now_s = int(self._clock())

        def work(connection: Connection) -> Upload:
            if refuse_repeat:
                check_new(connection, upload, now_s)
            if request_key is not None:
                claim_key(connection, request_key, public_id=upload.public_id, now_s=now_s)
            begun = replace(upload, name=claim_name(connection, upload), begun_at=now_s)
            add(connection, begun)
            return begun

        return self._database.run_blocking(work)

    def rename(self, upload: Upload) -> Upload:
        """Return an upload that was begun with another name: a file unknown here has its own."""
        other = replace(upload, name=with_suffix(upload.name))

        def work(connection: Connection) -> Upload:
            renamed = replace(other, name=claim_name(connection, other))
            found = update(uploads).where(uploads.c.public_id == upload.public_id)
            connection.execute(found.values(name=renamed.name))
            return renamed

        return self._database.run_blocking(work)

    def finish(self, upload: Upload) -> Upload:
        """Note that all files of an upload that was begun are there, and return it as it is now.

        Raises:
            Fault: it took so long that it was given up and removed.
        """
        values = {"stored_id": upload.public_id}

        def work(connection: Connection) -> bool:
            return connection.execute(_FINISH, values).rowcount == 1

        if not self._database.run_blocking(work):
            raise Fault(Reason.UNAVAILABLE, "Storing the file took too long")
        return replace(upload, begun_at=None)

    def abandon(self, upload: Upload) -> None:
        """Leave an upload that was begun to the sweep; until then it stands in nobody's way."""
        found = update(uploads).where(uploads.c.public_id == upload.public_id)
        dead = found.values(begun_at=0)
        self._database.run_blocking(lambda connection: connection.execute(dead))

    def remove(self, upload: Upload) -> bool:
        """Forget an upload and free its quota; answers whether this call was the one that did.

        Its name is not given again.
        """
        return self._database.run_blocking(lambda connection: remove(connection, upload))

    def list_names(self, upload: Upload) -> list[str]:
        """Return every name an upload may have; several where one was found taken."""
        return self._database.run_blocking(lambda connection: names_of(connection, upload))

    def claim_another(self, upload: Upload) -> str:
        """Return a name for an upload to go by once it is approved; its files keep theirs."""
        other = replace(upload, name=with_suffix(upload.name))
        return self._database.run_blocking(lambda connection: claim_name(connection, other))

    def approve(self, upload: Upload, *, name: str) -> None:
        """Note that an upload is public now, under this name."""
        found = update(uploads).where(uploads.c.public_id == upload.public_id)
        approved = found.values(is_approved=True, name=name)
        self._database.run_blocking(lambda connection: connection.execute(approved))
