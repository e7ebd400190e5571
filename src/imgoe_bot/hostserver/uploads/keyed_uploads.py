"""Uploads whose client names its request: a repeat gets the first answer, and stores nothing."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from imgoe_bot.hostserver.access.secrets import Signer
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.idempotency import FirstRequest, KeyTaken, RequestKey
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.index.upload_rows import Duplicate
from imgoe_bot.hostserver.intake.form import UploadForm
from imgoe_bot.hostserver.uploads.upload_service import UploadService
from imgoe_bot.hostserver.uploads.upload_store import ReceivedFile

LEASE_S = 120
"""After this long whoever began to write an upload's files counts as dead, and may be replaced.

It is no matter if they live: theirs can't be finished any more, and is undone.
"""
RETRY_AFTER_S = 2


def _no_keys() -> set[tuple[int, str]]:
    return set()


@dataclass(frozen=True, slots=True)
class KeyedUploads:
    """Stores what has an ``Idempotency-Key`` once, and tells what became of it.

    A key is an account's own; guests have none.
    """

    upload_service: UploadService
    signer: Signer
    clock: Callable[[], float]
    _under_way: set[tuple[int, str]] = field(default_factory=_no_keys)

    async def store(self, received: ReceivedFile, *, owner: Account, key: str) -> Upload:
        """Store one file, unless the same request was here before; then return its upload.

        Raises:
            Fault: it can't be taken; or the first request goes on, was another one, or its upload
                is deleted by now.
            Duplicate: the bytes were taken before, under no or another key, and are refused.
        """
        request = await self._request(received, owner, key)
        at_work = (request.user_id, request.digest)
        if at_work in self._under_way:
            raise _under_way()
        self._under_way.add(at_work)
        try:
            return await self._store_once(replace(received, request_key=request), request)
        finally:
            self._under_way.discard(at_work)

    async def find(self, owner: Account, key: str) -> Upload:
        """Return the upload of an account's request.

        Raises:
            Fault: there is none, it goes on, or its upload is deleted by now.
        """
        digest = self.signer.idempotency_digest(key)
        if (owner.user_id, digest) in self._under_way:
            raise _under_way()
        first = await self.upload_service.keys.find(owner.user_id, digest)
        if first is None or (upload := self._outcome(first)).begun_at is not None:
            raise Fault(Reason.NOT_FOUND, "Nothing is stored under this Idempotency-Key")
        return upload

    async def _request(self, received: ReceivedFile, owner: Account, key: str) -> RequestKey:
        md5 = await asyncio.to_thread(received.spool.close)
        fingerprint = _fingerprint(md5, received.spool.size_bytes, received.form)
        return RequestKey(owner.user_id, self.signer.idempotency_digest(key), fingerprint)

    async def _store_once(self, received: ReceivedFile, request: RequestKey) -> Upload:
        if (first := await self._first(request)) is not None:
            return first
        try:
            return await self.upload_service.store(received)
        except (KeyTaken, Duplicate) as taken:  # by another process, while we prepared it
            first = await self._first(request)
            if first is None:
                raise _under_way() if isinstance(taken, KeyTaken) else taken from None
            return first

    async def _first(self, request: RequestKey) -> Upload | None:
        """Return what the first request became; None where there was none, or it died."""
        first = await self.upload_service.keys.find(request.user_id, request.digest)
        if first is None:
            return None
        if first.fingerprint != request.fingerprint:
            raise Fault(Reason.KEY_REUSED)
        upload = self._outcome(first)
        if upload.begun_at is None:
            return upload
        await self.upload_service.delete(upload)
        return None

    def _outcome(self, first: FirstRequest) -> Upload:
        """Return the upload of a first request; one still unfinished is dead."""
        upload = first.upload
        if upload is None:
            raise Fault(Reason.DELETED)
        if upload.begun_at is not None and upload.begun_at > self.clock() - LEASE_S:
            raise _under_way()
        return upload


def _under_way() -> Fault:
    return Fault(Reason.UNDER_WAY, retry_after_s=RETRY_AFTER_S)


def _fingerprint(md5: str, size_bytes: int, form: UploadForm) -> str:
    """Return a digest of all that decides what is stored; not of how it is called or answered."""
    expires_after = form.expires_after
    said = {
        "bytes": [md5, size_bytes],
        "title": form.title,
        "description": form.description,
        "tags": form.tags,
        "album": form.album,
        "category": form.category_id,
        "width": form.width_px,
        "expiry": None if expires_after is None else expires_after.total_seconds(),
        "nsfw": form.nsfw,
        "file_date": form.use_file_date,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
