"""Commands: stored with their jobs in one transaction, and erased bit by bit as they are done."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.leases import read_under_lease
from imgoe_bot.adapters.store.posts.new_posts import add_post
from imgoe_bot.adapters.store.posts.post_rows import free_message
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.command import LINKS_KEPT_FOR, Command
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.job import Item, Job, State, Step
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload_options import UploadOptions
from imgoe_bot.services.ports.jobs import Lease


class SqlCommandStore:
    """``ports.CommandStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._vault = vault
        self._claims = claims

    async def add(self, post: Post, items: Sequence[Item], command: Command) -> bool:
        """Store a command, its post and its jobs, leased to this process's worker; see the port."""

        def unit(connection: Connection, lease: Lease | None) -> tuple[Job, ...] | None:
            free_message(connection, post)
            if not add_post(connection, post, items, ()):
                return _known(connection, post, lease)
            connection.execute(insert(t.command).values(**self._values(post.id, command)))
            files = [
                self._file_values(post.id, position, source)
                for position, source in command.sources.items()
            ]
            connection.execute(insert(t.command_file), files)
            return _give(connection, post.id, lease)

        return await self._claims.write_leased(unit) is not None

    async def find(self, post_id: PostId) -> Command | None:
        """Return the command that a post is; see the port."""
        files = select(t.command_file).where(t.command_file.c.post_id == post_id)

        def unit(connection: Connection) -> Command | None:
            found = connection.execute(select(t.command).where(t.command.c.post_id == post_id))
            row = found.mappings().first()
            if row is None:
                return None
            sources = {
                each["position"]: self._source_from(each)
                for each in connection.execute(files).mappings()
            }
            return self._command_from(row, sources)

        return await self._database.read(unit)

    async def settle(self, post_id: PostId) -> None:
        """Erase links that are no longer needed and, with the last of them, the command."""
        files = t.command_file
        kept = select(t.job.c.position).where(
            t.job.c.post_id == post_id,
            t.job.c.step == Step.UPLOAD.value,
            t.job.c.state != State.DONE.value,
        )
        ended = delete(files).where(files.c.post_id == post_id, files.c.position.not_in(kept))
        left = select(files.c.post_id).where(files.c.post_id == post_id)
        over = delete(t.command).where(t.command.c.post_id == post_id, ~left.exists())

        def unit(connection: Connection) -> None:
            connection.execute(ended)
            connection.execute(over)

        await self._database.write(unit)

    async def discard(self, job: Job) -> None:
        """Erase the post of this job with all that hangs on it; see the port."""

        def unit(connection: Connection) -> None:
            read_under_lease(connection, job, locked=True)
            connection.execute(delete(t.job).where(t.job.c.post_id == job.post_id))
            connection.execute(delete(t.post).where(t.post.c.id == job.post_id))

        await self._database.write(unit)

    async def forget_old(self, *, now: datetime) -> None:
        """Erase what is no longer there for another try."""
        answered = select(t.post.c.id).where(t.post.c.answered.is_(True))
        old = delete(t.command).where(
            t.command.c.expires_at < now - LINKS_KEPT_FOR, t.command.c.post_id.in_(answered)
        )

        def unit(connection: Connection) -> None:
            connection.execute(old)

        await self._database.write(unit)

    def _values(self, post_id: PostId, command: Command) -> dict[str, Any]:
        return {
            "post_id": post_id,
            "application_id": command.application_id,
            "token_sealed": self._vault.seal(command.token, bound_to=f"command {post_id}"),
            "expires_at": command.expires_at,
            "user_id": command.user_id,
            "locale": command.locale,
            "private": command.private,
            "requested": _written(command.requested),
        }

    def _file_values(self, post_id: PostId, position: int, source: Source) -> dict[str, Any]:
        return {
            "post_id": post_id,
            "position": position,
            "url_sealed": self._vault.seal(source.url, bound_to=_file_bound_to(post_id, position)),
            "filename": source.filename,
            "size_bytes": source.size_bytes,
            "typed": source.typed,
        }

    def _source_from(self, row: rows.Columns) -> Source:
        bound_to = _file_bound_to(row["post_id"], row["position"])
        return Source(
            url=self._vault.open(row["url_sealed"], bound_to=bound_to),
            filename=row["filename"],
            size_bytes=row["size_bytes"],
            typed=row["typed"],
        )

    def _command_from(self, row: rows.Columns, sources: Mapping[int, Source]) -> Command:
        return Command(
            application_id=row["application_id"],
            token=self._vault.open(row["token_sealed"], bound_to=f"command {row['post_id']}"),
            expires_at=row["expires_at"],
            user_id=UserId(row["user_id"]),
            locale=row["locale"],
            private=row["private"],
            requested=_read(row["requested"]),
            sources=sources,
        )


def _file_bound_to(post_id: str, position: int) -> str:
    return f"command {post_id} file {position}"


def _known(connection: Connection, post: Post, lease: Lease | None) -> tuple[Job, ...] | None:
    """Return the jobs where it was stored before, and only the answer was lost; None: it was not.

    Those that the worker has already are not given again by it.
    """
    known = connection.execute(select(t.post.c.id).where(t.post.c.id == post.id)).first()
    return None if known is None else _leased_to(connection, post.id, lease)


def _give(connection: Connection, post_id: PostId, lease: Lease | None) -> tuple[Job, ...]:
    """Let a person's jobs be this worker's, who counts as uploading from now on; or anybody's."""
    of_post = update(t.job).where(t.job.c.post_id == post_id)
    connection.execute(of_post.values(awaited=True))
    if lease is not None:
        begun = {
            "state": State.LEASED.value,
            "owner": lease.owner,
            "lease_until": lease.until,
            "attempts": 1,
            "admitted": True,
        }
        connection.execute(of_post.where(t.job.c.state == State.READY.value).values(**begun))
    return _leased_to(connection, post_id, lease)


def _leased_to(connection: Connection, post_id: PostId, lease: Lease | None) -> tuple[Job, ...]:
    if lease is None:
        return ()
    mine = (
        t.job.c.post_id == post_id,
        t.job.c.state == State.LEASED.value,
        t.job.c.owner == lease.owner,
    )
    found = connection.execute(select(t.job).where(*mine).order_by(t.job.c.id)).mappings()
    return tuple(rows.job_from(row) for row in found)


def _written(requested: UploadOptions) -> str:
    facts = {
        name: value
        for name in UploadOptions.__dataclass_fields__
        if (value := getattr(requested, name))
    }
    if requested.expires_after is not None:
        facts["expires_after"] = requested.expires_after.total_seconds()
    return json.dumps(facts)


def _read(written: str) -> UploadOptions:
    facts = json.loads(written)
    if "tags" in facts:
        facts["tags"] = tuple(facts["tags"])
    if "expires_after" in facts:
        facts["expires_after"] = timedelta(seconds=facts["expires_after"])
    return UploadOptions(**facts)
