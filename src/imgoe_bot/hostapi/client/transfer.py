"""One upload on its way: its envelope, its response, and what we knew of it when that came."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from os.path import isfile

from imgoe_bot.hostapi.client.answer_wait import answer_wait_s
from imgoe_bot.hostapi.client.body import CountedBody, Delivery, OpenSource, no_file, open_source
from imgoe_bot.hostapi.client.host_http import HostHttp
from imgoe_bot.hostapi.models import (
    Base64Source,
    FileSource,
    KeyBy,
    StreamSource,
    UploadRequest,
    UrlSource,
)
from imgoe_bot.hostapi.wire.facts import Sent
from imgoe_bot.hostapi.wire.multipart import FilePart, empty_envelope, multipart_envelope
from imgoe_bot.hostapi.wire.reply import UploadReply
from imgoe_bot.hostapi.wire.requests import Call
from imgoe_bot.hostapi.wire.responses import Response, parse

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class UploadTransfer:
    """An upload that can be sent as often as its source can be read.

    Attributes:
        call: the request in the API's words.
        sent: what we know of it before its source is opened.
        progress: told how many bytes of the source have left; from the start again in a repeat.
        answer_s: how long to wait for an answer; None waits as long as size and kind demand.
        delivery: how far the last try has come.
    """

    http: HostHttp
    request: UploadRequest
    call: Call
    sent: Sent
    progress: Progress | None = None
    answer_s: float | None = None
    delivery: Delivery = field(default_factory=Delivery)

    @property
    def can_repeat(self) -> bool:
        """Whether the source can be read again; a stream or a pipe is gone once it was read."""
        source = self.request.source
        if isinstance(source, FileSource):
            return isfile(source.path)
        return not isinstance(source, StreamSource)

    async def once(self) -> UploadReply:
        """Send it and read the response; raises what ``HostClient.upload`` does."""
        self.delivery.begin()
        source = self.request.source
        if isinstance(source, UrlSource | Base64Source):
            return await self._as_text(self.call.fields[-1][1])
        async with open_source(source) as opened:
            return await self._as_file(opened)

    async def _as_text(self, text: str) -> UploadReply:
        """Upload what fits into fields: base64, or an address for the host to fetch."""
        is_get = self.call.method == "GET"
        envelope = empty_envelope() if is_get else multipart_envelope(self.call.fields, part=None)
        answer_s = self._answer_s(None, self._size_in(text))
        body = CountedBody(no_file(), envelope=envelope, delivery=self.delivery, answer_s=answer_s)
        response = await self._response_to(body)
        sent = replace(
            self.sent,
            sent_bytes=len(text),
            size_bytes=self._size_in(text),
            is_whole=self.delivery.whole,
        )
        return parse(response, request=self.request, sent=sent)

    async def _as_file(self, source: OpenSource) -> UploadReply:
        part = FilePart("source", source.filename, source.mime)
        envelope = multipart_envelope(self.call.fields, part=part)
        body = CountedBody(
            source,
            envelope=envelope,
            delivery=self.delivery,
            progress=self.progress,
            answer_s=self._answer_s(source.found_mime or source.mime, source.size_bytes),
        )
        response = await self._response_to(body)
        sent = replace(
            self.sent,
            sent_bytes=body.sent_bytes,
            size_bytes=body.size_bytes,
            filename=source.filename,
            found_mime=source.found_mime,
            is_whole=self.delivery.whole,
        )
        return parse(response, request=self.request, sent=sent)

    async def _response_to(self, body: CountedBody) -> Response:
        url, headers = f"{self.sent.host}{self.call.path}", dict(self.call.headers)
        if self.call.method == "GET":
            return await self.http.send_query(url, self.call.fields, headers=headers, body=body)
        headers["Content-Type"] = body.content_type
        return await self.http.post(url, headers=headers, body=body)

    def _answer_s(self, mime: str | None, size_bytes: int | None) -> float:
        return answer_wait_s(mime, size_bytes) if self.answer_s is None else self.answer_s

    def _size_in(self, text: str) -> int | None:
        """Return the size of what base64 stands for; an address says nothing of its size."""
        is_base64 = isinstance(self.request.source, Base64Source)
        return len(text) // 4 * 3 - text[-2:].count("=") if is_base64 else None


def known_before_sending(
    request: UploadRequest, *, host: str, key: str | None, key_by: KeyBy = "header"
) -> Sent:
    """Return what we know of a request before its source is opened."""
    bare = UploadRequest(
        request.source,
        format=request.format,
        method=request.method,
        shape=request.shape,
        idempotency_key=request.idempotency_key,
    )
    return Sent(
        host=host,
        has_options=request != bare,
        has_width=request.width_px is not None,
        has_key_inside=key is not None and key_by == "parameter",
        idempotency_key=request.idempotency_key,
        secrets=tuple(filter(None, (key, request.idempotency_key))),
    )
