"""Uploads several files at once for ``imgoe-bot upload``, with a bar for each."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import quote

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from imgoe_bot.adapters.sources.guarded_http import open_guarded_http
from imgoe_bot.adapters.sources.web import WebReader
from imgoe_bot.errors import (
    HostBusy,
    ImgoeError,
    InternalError,
    KeyRejected,
    SourceUnreachable,
)
from imgoe_bot.hostapi import HostClient, UploadReply, UploadRequest
from imgoe_bot.hostapi.client.retries import Backoff, RetryPolicy, retried
from imgoe_bot.public_internet import is_public
from imgoe_bot.terminal.standard_streams import plain
from imgoe_bot.terminal.upload.outcome import Outcome
from imgoe_bot.terminal.upload.sources import SourceOpener, is_web_address, size_of

BACKOFF = Backoff(attempts=3, first_s=0.3)

Told = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to upload.

    Attributes:
        options: what to say about every file; its own source doesn't matter.
        jobs: uploads at once.
        url_limit_bytes: the largest file read from a web address.
        private_urls: read from addresses inside private networks and this machine too.
        patience_s: the longest that a busy host is waited for.
    """

    host_url: str
    key: str | None = field(repr=False)
    options: UploadRequest
    jobs: int
    url_limit_bytes: int
    private_urls: bool
    patience_s: float


async def upload_all(
    arguments: Sequence[str], *, plan: Plan, bars: Progress, tell: Told
) -> list[Outcome]:
    """Upload files, standard input and web addresses; one's failure doesn't stop the others.

    A refused key does, and a host that stays busy: what has not begun by then gets the same error
    and is not sent.

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
        HostClient(plan.host_url, key=plan.key, patience_s=plan.patience_s) as client,
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
        disable=not console.is_interactive,
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
        _tell_finished(waiting, tell)
        raise
    except ExceptionGroup as group:  # what printing raised, such as a closed pipe
        _tell_finished(waiting, tell)
        raise group.exceptions[0] from None
    return outcomes


def _tell_finished(tasks: Iterable[asyncio.Task[Outcome]], tell: Told) -> None:
    """Tell what is known when all is cut short; what can't be told must not cost the others."""
    for task in tasks:
        if task.done() and not task.cancelled() and task.exception() is None:
            with suppress(Exception):
                tell(task.result())


class _Uploads:
    def __init__(self, client: HostClient, *, web: WebReader, plan: Plan, bars: Progress) -> None:
        self._client = client
        self._sources = SourceOpener(web, url_limit_bytes=plan.url_limit_bytes)
        self._plan = plan
        self._bars = bars
        self._slots = asyncio.Semaphore(plan.jobs)
        self._retries = RetryPolicy(BACKOFF, longest_s=plan.patience_s)
        self._halted_by: ImgoeError | None = None

    async def upload(self, argument: str) -> Outcome:
        async with self._slots:
            if self._halted_by is not None:
                return Outcome(argument, error=self._halted_by)
            try:
                return Outcome(argument, reply=await self._send(argument))
            except Exception as error:  # one file's fault, whatever it is, is no other's
                known = _known(error)
            if isinstance(known, KeyRejected | HostBusy):
                self._halted_by = known
            return Outcome(argument, error=known)

    async def _send(self, argument: str) -> UploadReply:
        """Upload; the client itself repeats what it can read again, and we read an address."""
        once = partial(self._send_once, argument)
        attempts = self._retries.attempts if is_web_address(argument) else 1
        return await retried(once, attempts=attempts, wait_s=self._retries.wait_s)

    async def _send_once(self, argument: str) -> UploadReply:
        async with self._sources.open(argument) as source:
            bar = self._bars.add_task(plain(argument), total=size_of(source))
            try:
                reply = await self._client.upload(
                    replace(self._plan.options, source=source),
                    progress=lambda sent: self._bars.update(bar, completed=sent),
                )
            finally:
                self._bars.remove_task(bar)
        return _with_page(reply, self._plan.host_url)


def _known(error: Exception) -> ImgoeError:
    """Return an error of ours for what one file's upload raised."""
    if isinstance(error, ImgoeError):
        return error
    if isinstance(error, OSError):
        return SourceUnreachable()
    return InternalError(kind=type(error).__name__)


def _with_page(reply: UploadReply, host_url: str) -> UploadReply:
    """Return a reply with its page: a moderated one has no addresses yet, but an id tells it."""
    if reply.viewer_url or reply.url or reply.id is None:
        return reply
    return reply.model_copy(update={"viewer_url": f"{host_url}/image/{quote(reply.id, safe='')}"})


def _any_address(_: str) -> bool:
    return True
