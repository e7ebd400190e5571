"""Uploads several files at once for ``imgoe-bot upload``, with a bar for each."""

import asyncio
import os
import stat
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from imgoe_bot.adapters.web import WebReader, is_public, open_guarded_http
from imgoe_bot.domain.media import Source as WebSource
from imgoe_bot.errors import ImgoeError, KeyRejected, SourceGone
from imgoe_bot.hostapi import FileSource, HostClient, StreamSource, UploadRequest
from imgoe_bot.upload_words import Outcome, plain

CHUNK_BYTES = 256 * 1024
STANDARD_INPUT = "-"

FileOrStream = FileSource | StreamSource
Told = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to upload.

    Attributes:
        options: what to say about every file; its own source doesn't matter.
        jobs: uploads at once.
        url_limit_bytes: the largest file read from a web address.
        private_urls: read from addresses inside private networks and this machine too.
    """

    host_url: str
    key: str | None = field(repr=False)
    options: UploadRequest
    jobs: int
    url_limit_bytes: int
    private_urls: bool


async def upload_all(
    arguments: Sequence[str], *, plan: Plan, bars: Progress, tell: Told
) -> list[Outcome]:
    """Upload files, standard input and web addresses; one's failure doesn't stop the others.

    A refused key does: what has not begun by then gets the same error and is not sent.

    Args:
        arguments: paths, addresses, or ``-`` once.
        plan: how to upload them.
        bars: shows each upload while it runs.
        tell: told each outcome in the arguments' order, as soon as those before it are known.

    Returns:
        The outcomes in the arguments' order.
    """
    allow = _any_address if plan.private_urls else is_public
    async with (
        HostClient(plan.host_url, key=plan.key) as client,
        open_guarded_http(allow) as http,
    ):
        uploads = _Uploads(client, web=WebReader(http), plan=plan, bars=bars)
        return await _in_order([uploads.upload(argument) for argument in arguments], tell=tell)


def make_bars(*, console: Console) -> Progress:
    """Return bars that are drawn on a terminal only, and gone when they are done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )


async def _in_order(
    uploads: Sequence[Coroutine[None, None, Outcome]], *, tell: Told
) -> list[Outcome]:
    """Run them all; when that is cut short, what is stored by then is told all the same."""
    waiting: deque[asyncio.Task[Outcome]] = deque()
    outcomes: list[Outcome] = []

    def tell_first() -> None:
        outcomes.append(waiting.popleft().result())
        tell(outcomes[-1])

    try:
        async with asyncio.TaskGroup() as group:
            waiting += [group.create_task(upload) for upload in uploads]
            while waiting:
                await asyncio.wait({waiting[0]})
                tell_first()
    except asyncio.CancelledError:
        waiting = deque(task for task in waiting if not task.cancelled())
        while waiting:
            tell_first()
        raise
    except ExceptionGroup as group:
        raise group.exceptions[0] from None  # what printing raised, such as a closed pipe
    return outcomes


class _Uploads:
    def __init__(self, client: HostClient, *, web: WebReader, plan: Plan, bars: Progress) -> None:
        self._client = client
        self._web = web
        self._plan = plan
        self._bars = bars
        self._slots = asyncio.Semaphore(plan.jobs)
        self._key_refused: KeyRejected | None = None

    async def upload(self, argument: str) -> Outcome:
        async with self._slots:
            if self._key_refused is not None:
                return Outcome(argument, error=self._key_refused)
            try:
                return await self._send(argument)
            except KeyRejected as error:
                self._key_refused = error
                return Outcome(argument, error=error)
            except ImgoeError as error:
                return Outcome(argument, error=error)

    async def _send(self, argument: str) -> Outcome:
        async with self._open(argument) as source:
            total = source.size_bytes if isinstance(source, StreamSource) else _size_of(source)
            bar = self._bars.add_task(plain(argument), total=total)
            try:
                reply = await self._client.upload(
                    replace(self._plan.options, source=source),
                    progress=lambda sent: self._bars.update(bar, completed=sent),
                )
            finally:
                self._bars.remove_task(bar)
        return Outcome(argument, reply=reply)

    def _open(self, argument: str) -> AbstractAsyncContextManager[FileOrStream]:
        if argument == STANDARD_INPUT:
            return _open_descriptor(os.dup(0))
        if is_web_address(argument):
            return self._open_web(argument)
        return _open_path(Path(argument))

    @asynccontextmanager
    async def _open_web(self, url: str) -> AsyncGenerator[FileOrStream]:
        source = WebSource(url, _name_in(url), None, typed=True)
        async with self._web.open(source, limit_bytes=self._plan.url_limit_bytes) as media:
            yield StreamSource(media.chunks, media.size_bytes, media.filename or None, media.mime)


def is_web_address(argument: str) -> bool:
    """Whether an argument is an address and no path."""
    return argument.lower().startswith(("http://", "https://"))


def _any_address(_: str) -> bool:
    return True


def _name_in(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _size_of(source: FileSource) -> int | None:
    try:
        return source.path.stat().st_size
    except OSError:
        return None


@asynccontextmanager
async def _open_path(path: Path) -> AsyncGenerator[FileOrStream]:
    """Open a file, or a pipe such as a shell's ``<(…)``, which no thread must wait for."""
    if not await asyncio.to_thread(path.is_fifo):
        yield FileSource(path)
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise SourceGone from error
    async with _open_descriptor(descriptor) as source:
        yield source


@asynccontextmanager
async def _open_descriptor(descriptor: int) -> AsyncGenerator[FileOrStream]:
    """Stream a descriptor and close it. A pipe is waited for without a thread: Ctrl-C ends it."""
    mode = os.fstat(descriptor).st_mode
    waits = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    async with aclosing((_piped if waits else _read)(descriptor)) as chunks:
        yield StreamSource(chunks)


async def _piped(descriptor: int) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK_BYTES)
    shared = os.dup(descriptor)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            yield chunk
    finally:
        transport.close()
        os.set_blocking(shared, True)  # others hold the same pipe
        os.close(shared)


async def _read(descriptor: int) -> AsyncGenerator[bytes]:
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
