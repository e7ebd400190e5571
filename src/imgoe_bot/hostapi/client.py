"""The client: one host, one key, uploads and deletions."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from imgoe_bot.errors import HostError, SourceBlocked
from imgoe_bot.hostapi.answers import Answer, moved_link, parse, parse_deletion
from imgoe_bot.hostapi.body import CountedBody, OpenSource, no_file, open_source
from imgoe_bot.hostapi.caller import Caller
from imgoe_bot.hostapi.faults import Sent
from imgoe_bot.hostapi.models import Base64Source, DeleteLink, KeyBy, UploadRequest, UrlSource
from imgoe_bot.hostapi.multipart import FilePart, seal
from imgoe_bot.hostapi.places import is_same_site, normal_base
from imgoe_bot.hostapi.probe import HostAbilities, probe
from imgoe_bot.hostapi.repeats import Backoff
from imgoe_bot.hostapi.reply import UploadReply
from imgoe_bot.hostapi.tiny import TINY_KINDS
from imgoe_bot.hostapi.transport import open_http
from imgoe_bot.hostapi.wire import Call, build

Progress = Callable[[int], None]


class HostClient:
    """A host of the upload API V1.1, spoken to with one key, or as a guest.

    Safe to share between tasks. Use it as ``async with``, or call ``aclose``.

    Args:
        base_url: where the host's front page is; a path is kept, a final slash doesn't matter.
        key: the API key; None uploads as a guest.
        key_by: ``parameter`` sends the key as a form field, for hosts whose proxy eats the header.
        http: a client of one's own, left open; its connect, read and write timeouts hold.
        total_s: the longest a call may take, retries included; None sets no end.
        attempts: how often to try to connect. Nothing is repeated once a byte has left.
        retry_wait_s: before the second attempt; it doubles, with jitter.
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
        delete_hosts: tuple[str, ...] = (),
    ) -> None:
        self.base_url = normal_base(base_url)
        self._key = key
        self._key_by: KeyBy = key_by
        self._delete_hosts = delete_hosts
        self._http = open_http() if http is None else http
        self._owns_http = http is None
        self._caller = Caller(
            self._http,
            host=self.base_url,
            total_s=total_s,
            backoff=Backoff(attempts, retry_wait_s),
        )

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
        """Upload once. Not safe to repeat: a host may have stored what it did not confirm.

        Args:
            request: what to upload, and what to say about it.
            progress: told how many bytes of the source the connection has taken so far; what it
                raises ends the upload.

        Raises:
            SettingsRejected: the request can't be said in the API's words; nothing was sent.
            EmptyMedia: the source has no bytes; nothing was sent.
            SourceError: the source is gone, breaks off, or is not as long as it said.
            MediaRejected: the host does not take these bytes.
            HostError: the host's other refusals, or that there is no answer.

        Source: design/API.md §1 and §2.
        """
        call = build(request, key=self._key, key_by=self._key_by)
        async with self._caller.deadline():
            if isinstance(request.source, Base64Source | UrlSource):
                return await self._upload_text(request, call)
            async with open_source(request.source) as source:
                return await self._upload_file(request, call, source=source, progress=progress)

    async def delete(self, link: DeleteLink) -> bool:
        """Delete one upload. Safe to repeat.

        Returns:
            True when this call deleted it, False when it was gone already.

        Raises:
            SourceBlocked: the link is at a site that is not the host's (``other-host``).
            HostError: the host did neither.

        Source: design/API.md §3.
        """
        address = link.reveal()
        async with self._caller.deadline():
            answer = await self._call_link(address)
            if (moved := moved_link(answer, address=address)) is not None:
                answer = await self._call_link(moved)
        secrets = (address, urlsplit(address).path)
        return parse_deletion(answer, sent=Sent(host=self.base_url, secrets=secrets))

    async def _call_link(self, address: str) -> Answer:
        """Call a delete link as its host wants it: by GET, or by POST where a page asks first."""
        if not is_same_site(address, self.base_url, also=self._delete_hosts):
            raise SourceBlocked(reason="other-host")
        answer = await self._caller.get(address, is_secret=True)
        asks_first = answer.status == 200 and answer.is_page
        return await self._caller.post_nothing(address) if asks_first else answer

    async def is_public(self, url: str) -> bool:
        """Whether an address answers 200 to someone without a key; at most 1 MiB is read."""
        async with self._caller.deadline():
            try:
                return (await self._caller.get(url)).status == 200
            except HostError:
                return False

    async def probe(self, *, kinds: Sequence[str] = TINY_KINDS) -> HostAbilities:
        """Find out what the host can do by uploading 1x1 images and deleting them.

        Args:
            kinds: the MIME types to try; the first one answers all but ``formats``.

        Raises:
            HostError: the host is unreachable, busy, broken, or no host of this API.
        """
        return await probe(self, kinds=kinds)

    async def _upload_text(self, request: UploadRequest, call: Call) -> UploadReply:
        """Upload what fits into fields: base64, or an address for the host to fetch."""
        url = f"{self.base_url}{call.path}"
        if call.method == "GET":
            answer = await self._caller.get(
                url, headers=dict(call.headers), query=call.fields, is_secret=True
            )
        else:
            envelope = seal(call.fields, part=None)
            body = CountedBody(no_file(), envelope=envelope)
            answer = await self._caller.post(url, headers=_headers(call, body), body=body)
        text_bytes = len(call.fields[-1][1])
        return parse(answer, request=request, sent=self._sent(request, sent_bytes=text_bytes))

    async def _upload_file(
        self, request: UploadRequest, call: Call, *, source: OpenSource, progress: Progress | None
    ) -> UploadReply:
        part = FilePart("source", source.filename, source.mime)
        body = CountedBody(source, envelope=seal(call.fields, part=part), progress=progress)
        url = f"{self.base_url}{call.path}"
        answer = await self._caller.post(url, headers=_headers(call, body), body=body)
        sent = self._sent(request, sent_bytes=body.sent_bytes, source=source)
        return parse(answer, request=request, sent=sent)

    def _sent(
        self, request: UploadRequest, *, sent_bytes: int, source: OpenSource | None = None
    ) -> Sent:
        options = (request.title, request.description, request.tags, request.width_px)
        return Sent(
            host=self.base_url,
            sent_bytes=sent_bytes,
            filename=source.filename if source else None,
            found_mime=source.found_mime if source else None,
            has_options=any(options),
            secrets=(self._key,) if self._key else (),
        )


def _headers(call: Call, body: CountedBody) -> dict[str, str]:
    """Length where it is known; without it the HTTP library sends chunks."""
    headers = {**dict(call.headers), "Content-Type": body.content_type}
    if body.length is not None:
        headers["Content-Length"] = str(body.length)
    return headers
