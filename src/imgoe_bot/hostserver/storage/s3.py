"""Files in an S3-compatible storage.

obstore's synchronous calls are used, in worker threads: its asynchronous ones can end the
interpreter at exit.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.options import S3Bucket
from imgoe_bot.hostserver.storage.blobs import NameTaken, NewFile, put_each

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

PART_BYTES = 8 * 1024 * 1024
READ_BYTES = 256 * 1024


def _config(bucket: S3Bucket) -> "S3Config":
    config: S3Config = {"region": bucket.region, "virtual_hosted_style_request": False}
    if bucket.endpoint is not None:
        config["endpoint"] = bucket.endpoint
    if bucket.access_key_id is not None:
        config["access_key_id"] = bucket.access_key_id
    if bucket.secret_access_key is not None:
        config["secret_access_key"] = bucket.secret_access_key
    return config


def open_bucket(bucket: S3Bucket) -> "S3Store":
    """Return the bucket; connects on first use.

    Raises:
        ConfigError: obstore is not installed, or the settings don't make a bucket.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store
    except ImportError as error:
        raise ConfigError("--s3-bucket", "needs the extra s3: pip install imgoe-bot[s3]") from error
    try:
        return S3Store(
            bucket.bucket,
            config=_config(bucket),
            client_options={
                "allow_http": (bucket.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )
    except (BaseError, ValueError) as error:
        problem = "endpoint, region or the credentials in AWS_* are not usable"
        raise ConfigError("--s3-bucket", problem) from error


@contextmanager
def _faults(reason: Reason) -> Generator[None]:
    """Let the storage's trouble be a fault."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as error:
        raise Fault(reason) from error


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What a file is, before its bytes are read; ``etag`` comes with its quotes."""

    size_bytes: int
    etag: str
    modified_s: float


class S3Blobs:
    """The ``Blobs`` of a bucket; every call blocks."""

    def __init__(self, store: "S3Store") -> None:
        self._store = store

    def put(self, files: Sequence[NewFile]) -> None:
        """See ``Blobs.put``."""
        put_each(self, files, self._put_one)

    def _put_one(self, file: NewFile) -> None:
        if isinstance(file.content, bytes):
            self._put_bytes(file.content, file)
        else:
            self._put_file(file.content, file)

    def _put_file(self, staged: Path, file: NewFile) -> None:
        """Store a file.

        A large file goes in parts, which S3 can't make conditional: that the index gives no name
        twice, and the upload's thumb, stored before, keep the name free for it.
        """
        attributes = {"Content-Type": file.mime}
        with _faults(Reason.STORAGE_FULL):
            with staged.open("rb") as data:
                self._store.put(file.name, data, attributes=attributes, chunk_size=PART_BYTES)
            staged.unlink()

    def _put_bytes(self, data: bytes, file: NewFile) -> None:
        from obstore.exceptions import AlreadyExistsError

        attributes = {"Content-Type": file.mime}
        with _faults(Reason.STORAGE_FULL):
            try:
                self._store.put(
                    file.name, data, attributes=attributes, mode="create", use_multipart=False
                )
            except AlreadyExistsError as error:
                raise NameTaken(file.name) from error

    def sync(self, names: Iterable[str]) -> None:
        """See ``Blobs.sync``: a bucket has done so when it answers."""

    def move(self, old: str, new: str) -> None:
        """See ``Blobs.move``."""
        source, target = self.find(old), self.find(new)
        if source is None and target is not None:
            return
        if source is not None and target is not None and source.etag != target.etag:
            raise NameTaken(new)
        with _faults(Reason.UNAVAILABLE):
            self._store.copy(old, new)
            self._store.delete(old)

    def delete(self, names: Iterable[str]) -> None:
        """See ``Blobs.delete``."""
        for name in names:
            with _faults(Reason.UNAVAILABLE), suppress(FileNotFoundError):
                self._store.delete(name)

    def find(self, name: str) -> ObjectFacts | None:
        """Return what is known of a file, None when there is none."""
        with _faults(Reason.UNAVAILABLE):
            try:
                meta = self._store.head(name)
            except (FileNotFoundError, ValueError):  # a name no object can have is nobody's
                return None
        return ObjectFacts(meta["size"], meta["e_tag"] or "", meta["last_modified"].timestamp())

    def read(self, name: str, *, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to, without, ``end``; each step blocks.

        Raises:
            Fault: the storage doesn't give them now.
        """
        while start < end:
            stop = min(end, start + READ_BYTES * 4)
            with _faults(Reason.UNAVAILABLE):
                data = bytes(self._store.get_range(name, start=start, end=stop))
            yield data
            start = stop
