"""``/api/1/upload``: the compatible upload call."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.authentication import Authenticator
from imgoe_bot.hostserver.access.sender import Sender
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.idempotency import HEADER, find_key
from imgoe_bot.hostserver.api.reply import uploaded, uploaded_imgbb
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.index.upload_rows import Duplicate
from imgoe_bot.hostserver.intake.base64_text import decode_base64
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher, looks_like_url
from imgoe_bot.hostserver.intake.form import REPLY_FORMATS, UploadForm, parse_form
from imgoe_bot.hostserver.intake.upload_body import IncomingUpload, open_incoming, read_upload
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.problems import (
    compatible_response,
    problem_response,
    wants_problem_details,
)
from imgoe_bot.hostserver.uploads.keyed_uploads import KeyedUploads
from imgoe_bot.hostserver.uploads.upload_service import UploadService
from imgoe_bot.hostserver.uploads.upload_store import ReceivedFile

URL_LIMIT_BYTES = 16 * 1024


@dataclass(slots=True)
class _Responder:
    """Answers one request; what is known of it so far decides how even its faults are answered."""

    request: web.Request
    is_strict: bool
    reply_format: str = "json"
    is_imgbb: bool = False
    idempotency_key: str | None = None

    def learn_format(self, asked: str | None) -> None:
        if asked in REPLY_FORMATS:
            self.reply_format = asked

    def answer(self, upload: Upload, addresses: Addresses) -> web.Response:
        if self.reply_format == "txt":
            shown = addresses.direct(upload) if upload.is_approved else addresses.viewer(upload)
            return web.Response(text=shown, content_type="text/html")
        if self.reply_format == "redirect":
            return web.Response(status=302, headers={"Location": addresses.viewer_path(upload)})
        shape = uploaded_imgbb if self.is_imgbb else uploaded
        return web.json_response(shape(upload, addresses))

    def refuse(self, fault: Fault) -> web.Response:
        if self.is_strict or fault.kind.is_beyond:
            return problem_response(fault)
        return compatible_response(fault, reply_format=self.reply_format)


@dataclass(frozen=True, slots=True)
class UploadApi:
    """Answers uploads; the order of the checks is the API's (version, action, key, source)."""

    options: HostOptions
    authenticator: Authenticator
    upload_service: UploadService
    keyed_uploads: KeyedUploads
    addresses: Addresses
    fetcher: GuardedFetcher | None

    async def handle(self, request: web.Request) -> web.Response:
        """Answer ``/api/{version}/{action}``."""
        responder = _Responder(request, self.options.strict or wants_problem_details(request))
        responder.learn_format(request.query.get("format"))
        answer = await self._answer(responder)
        if responder.idempotency_key is not None:
            answer.headers[HEADER] = responder.idempotency_key
        return answer

    async def _answer(self, responder: _Responder) -> web.Response:
        try:
            upload = await self._upload(responder)
        except Duplicate as duplicate:
            existing_url = self.addresses.viewer(duplicate.upload)
            return responder.refuse(Fault(Reason.DUPLICATE, existing_url=existing_url))
        except Fault as fault:
            return responder.refuse(fault)
        return responder.answer(upload, self.addresses)

    async def _upload(self, responder: _Responder) -> Upload:
        request = responder.request
        _check_route(request)
        sender = await Sender.identify(self.authenticator, request)
        key = find_key(request)
        async with open_incoming(sender, folder=self.options.data_dir / "tmp") as incoming:
            try:
                await read_upload(request, incoming)
            finally:
                responder.learn_format(incoming.fields.get("format"))
                responder.is_imgbb = incoming.source_name == "image"
            owner = sender.confirm()
            form = parse_form(incoming.fields)
            await self._take_text(incoming)
            received = self._received(responder, incoming, form, owner)
            if key is None or owner is None:
                return await self.upload_service.store(received)
            responder.idempotency_key = key
            return await self.keyed_uploads.store(received, owner=owner, key=key)

    def _received(
        self,
        responder: _Responder,
        incoming: IncomingUpload,
        form: UploadForm,
        owner: Account | None,
    ) -> ReceivedFile:
        guests = self.options.guests
        return ReceivedFile(
            spool=incoming.spool,
            form=form,
            filename=incoming.filename,
            owner=owner,
            needs_approval=self._needs_approval(owner),
            expires_within_s=guests.expires_after_s if owner is None and guests else None,
            refuse_duplicate=responder.is_strict or self.options.refuse_duplicates,
        )

    def _needs_approval(self, owner: Account | None) -> bool:
        if owner is None:
            return self.options.moderation != "off"
        return self.options.moderation == "all" and not owner.is_admin

    async def _take_text(self, incoming: IncomingUpload) -> None:
        """Turn a source sent as text into the bytes it means."""
        if incoming.filename is not None or not incoming.spool.size_bytes:
            return
        incoming.expect_file()
        if looks_like_url(incoming.spool.head.decode("ascii", "replace")):
            await self._take_url(incoming)
        elif incoming.by_post:
            await decode_base64(incoming.spool)
        else:
            raise Fault(Reason.BAD_METHOD)

    async def _take_url(self, incoming: IncomingUpload) -> None:
        if self.fetcher is None:
            raise Fault(Reason.URL_SOURCES_OFF)
        text = await incoming.spool.take_text(URL_LIMIT_BYTES)
        url = text.decode("ascii", "replace").strip()
        incoming.filename = await self.fetcher.fetch(url, incoming.spool)


def _check_route(request: web.Request) -> None:
    if request.match_info["version"] != "1":
        raise Fault(Reason.BAD_VERSION)
    if request.match_info["action"] != "upload":
        raise Fault(Reason.BAD_ACTION)
