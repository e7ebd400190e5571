"""The client: one host, one key, uploads and deletions."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from imgoe_bot.errors import HostError, SourceBlocked
from imgoe_bot.hostapi.addresses import is_same_site, normal_base
from imgoe_bot.hostapi.client.host_http import HostHttp
from imgoe_bot.hostapi.client.retries import Backoff, RetryPolicy, retried
from imgoe_bot.hostapi.client.transfer import Progress, UploadTransfer, known_before_sending
from imgoe_bot.hostapi.client.transport import open_http
from imgoe_bot.hostapi.models import DeleteLink, KeyBy, UploadRequest
from imgoe_bot.hostapi.probing.probe import HostAbilities, probe
from imgoe_bot.hostapi.probing.tiny_files import TINY_KINDS
from imgoe_bot.hostapi.wire.facts import Sent
from imgoe_bot.hostapi.wire.idempotency import CANT_TELL, Lookup, parse_empty, parse_lookup
from imgoe_bot.hostapi.wire.reply import UploadReply
from imgoe_bot.hostapi.wire.requests import build, build_empty, build_lookup
from imgoe_bot.hostapi.wire.responses import GONE, Response, moved_link, parse_deletion, refused
from imgoe_bot.hostapi.wire.viewer_page import PAGE_BYTES, Published, moved_page, parse_page

FRONT_BYTES = 4096
"""How much of a host's front page is read, whose status tells enough."""


class HostClient:
    """A host of the upload API V1.1, spoken to with one key, or as a guest.

    Safe to share between tasks. Use it as ``async with``, or call ``aclose``.

    Args:
        base_url: where the host's front page is; a path is kept, a final slash doesn't matter.
        key: the API key; None uploads as a guest.
        key_by: ``parameter`` sends the key as a form field, for hosts whose proxy eats the header.
        http: a client of one's own, left open; its connect, read and write timeouts hold, but for
            the wait for an upload's answer.
        total_s: the longest a call may take, retries included; None sets no end.
        attempts: how often to try to connect, and how often to send what a host surely did not
            store: it was busy and said for how long, or two names clashed (code 666).
        retry_wait_s: before the second attempt; it doubles, with jitter.
        patience_s: the longest that a busy host is waited for within a call. One that asks for
            more, or for more than is left of the call's time, is HostBusy at once.
        answer_s: the longest to wait for the answer to an upload once all of it was sent; None
            waits as long as its size and kind demand, see ``answer_wait_s``.
        delete_hosts: names besides the host's own at which its delete links may be.

    Raises:
        SettingsRejected: the base address is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        key_by: KeyBy = "header",
        http: httpx.AsyncClient | None = None,
        total_s: float | None = 1800,
        attempts: int = 3,
        retry_wait_s: float = 0.3,
        patience_s: float = 60,
        answer_s: float | None = None,
        delete_hosts: tuple[str, ...] = (),
    ) -> None:
        self.base_url = normal_base(base_url)
        self._key = key
        self._key_by: KeyBy = key_by
        self._answer_s = answer_s
        self._delete_hosts = delete_hosts
        self._http = open_http() if http is None else http
        self._owns_http = http is None
        backoff = Backoff(attempts, retry_wait_s)
        self._retries = RetryPolicy(backoff, longest_s=patience_s)
        self._host_http = HostHttp(self._http, host=self.base_url, total_s=total_s, backoff=backoff)

    def __repr__(self) -> str:
        return f"HostClient({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they belong to the caller's own client."""
        if self._owns_http:
            await self._http.aclose()

    async def upload(
        self, request: UploadRequest, *, progress: Progress | None = None
    ) -> UploadReply:
        """Upload one file. Whether a repeat is safe, an error tells.

        What was surely not stored is sent again by itself, where the source can be read again: a
        file, bytes, base64 or an address. After any HostError look at ``may_be_stored``: False
        means that nothing was stored.

        Args:
            request: what to upload, and what to say about it.
            progress: told how many bytes of the source the connection has taken so far, in a
                repeat from the start; what it raises ends the upload.

        Raises:
            SettingsRejected: the request can't be said in the API's words; nothing was sent.
            EmptyMedia: the source has no bytes; nothing was sent.
            SourceError: the source is gone, breaks off, or is not as long as it said.
            MediaRejected: the host does not take these bytes.
            HostError: the host's other refusals, or that there is no response.

        Source: design/API.md §1 and §2.
        """
        call = build(request, key=self._key, key_by=self._key_by)
        sent = known_before_sending(request, host=self.base_url, key=self._key, key_by=self._key_by)
        transfer = UploadTransfer(
            self._host_http, request, call, sent, progress=progress, answer_s=self._answer_s
        )
        async with self._host_http.deadline(transfer.delivery) as left_s:

            def wait_s(error: HostError, made: int) -> float | None:
                wait = self._retries.wait_s(error, made) if transfer.can_repeat else None
                return wait if wait is not None and wait < left_s() else None

            return await retried(transfer.once, attempts=self._retries.attempts, wait_s=wait_s)

    async def find_by_key(self, key: str) -> Lookup:
        """Ask what a host has stored under an ``Idempotency-Key``. Safe to repeat.

        Where something other than a host of the API answers, the host is asked what every such host
        refuses. If that too is answered by something else, it stands in the way for now, and that
        is an error; else it is the host that has no such call, and can't tell.

        Args:
            key: what an upload had as ``idempotency_key``, with the same API key as this one.

        Raises:
            SettingsRejected: it is no such key.
            HostError: there is no answer, or the host is busy or broken, or rejects the API key.

        Source: docs/host-api.md.
        """
        look = build_lookup(key, key=self._key, key_by=self._key_by)
        check = build_empty(key=self._key, key_by=self._key_by)
        secrets = tuple(filter(None, (self._key, key)))
        sent = Sent(host=self.base_url, idempotency_key=key, secrets=secrets)
        async with self._host_http.deadline():
            for _ in range(2):
                found = parse_lookup(await self._host_http.ask(look), sent=sent)
                if found is not None:
                    return found
                parse_empty(await self._host_http.ask(check), sent=sent)
        return CANT_TELL

    async def delete(self, link: DeleteLink) -> bool:
        """Delete one upload. Safe to repeat.

        Returns:
            True when this call deleted it, False when it was gone already.

        Raises:
            SourceBlocked: the link is at a site that is not the host's (``other-host``).
            HostError: the host did neither, or nothing but a proxy answers there.

        Source: design/API.md §3.
        """
        address = link.reveal()
        async with self._host_http.deadline():
            response = await self._call_link(address)
            if (moved := moved_link(response, address=address)) is not None:
                response = await self._call_link(moved)
            secrets = (address, urlsplit(address).path)
            was_there = parse_deletion(response, sent=Sent(host=self.base_url, secrets=secrets))
            if not was_there:
                await self._check_front()
        return was_there

    async def _check_front(self) -> None:
        """Check that it is the host who says that something is gone.

        A proxy whose host is away has nothing at all: not even its front page.

        Raises:
            HostError: it is such a proxy.
        """
        front = await self._host_http.get_start(f"{self.base_url}/", most_bytes=FRONT_BYTES)
        if front.status in GONE:
            raise refused(front, sent=Sent(host=self.base_url))

    async def _call_link(self, address: str) -> Response:
        """Call a delete link as its host wants it: by GET, or by POST where a page asks first."""
        if not is_same_site(address, self.base_url, also=self._delete_hosts):
            raise SourceBlocked(reason="other-host")
        response = await self._host_http.get(address, is_secret=True)
        asks_first = response.status == 200 and response.is_page
        return await self._host_http.post_nothing(address) if asks_first else response

    async def find_published(self, viewer_url: str) -> Published | None:
        """Look whether anybody can see an upload by now; no key is sent. Safe to repeat.

        Hosts count each look that succeeds as a view.

        Args:
            viewer_url: its page, as the reply to the upload gave it.

        Returns:
            What the page tells of it; None while the host shows it to nobody, or to none but those
            who sign in.

        Raises:
            SourceBlocked: the page is at a site that is not the host's (``other-host``).
            HostError: the host does not tell; HostBroken for another page in the same place.

        Source: design/API.md §2, moderated uploads; ``pages``.
        """
        async with self._host_http.deadline():
            page, response = viewer_url, await self._call_page(viewer_url)
            if (moved := moved_page(response, address=viewer_url)) is not None:
                page, response = moved, await self._call_page(moved)
        sent = Sent(host=self.base_url)
        return await asyncio.to_thread(parse_page, response, url=page, sent=sent)

    async def _call_page(self, url: str) -> Response:
        if not is_same_site(url, self.base_url):
            raise SourceBlocked(reason="other-host")
        return await self._host_http.get_start(url, most_bytes=PAGE_BYTES)

    async def is_public(self, url: str) -> bool:
        """Whether an address answers 200 to someone without a key; at most 1 MiB is read."""
        async with self._host_http.deadline():
            try:
                return (await self._host_http.get(url)).status == 200
            except HostError:
                return False

    async def probe(self, *, kinds: Sequence[str] = TINY_KINDS) -> HostAbilities:
        """Find out what the host can do by uploading tiny files and deleting them.

        Args:
            kinds: the MIME types to try; the first one answers all but ``formats``.

        Raises:
            HostError: the host is unreachable, busy, broken, or no host of this API, already at the
                first kind; later ones are ``untried`` then.
        """
        return await probe(self, kinds=kinds)
