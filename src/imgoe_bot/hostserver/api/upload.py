"""``/api/1/upload``: the compatible upload call."""

from dataclasses import dataclass, field

from aiohttp import web

from imgoe_bot.hostserver.access.authorization import Gate
from imgoe_bot.hostserver.access.sender import Visit
from imgoe_bot.hostserver.api.reply import Addresses, uploaded, uploaded_imgbb
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.index.upload_rows import Duplicate
from imgoe_bot.hostserver.intake.base64_text import decode_base64
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher, looks_like_url
from imgoe_bot.hostserver.intake.form import REPLY_FORMATS, UploadForm, parse_form
from imgoe_bot.hostserver.intake.upload_body import Intake, open_intake, read_request
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.problems import compatible, problem, wants_truth
from imgoe_bot.hostserver.uploads.storing import Arrival
from imgoe_bot.hostserver.uploads.use_cases import Uploading

URL_LIMIT_BYTES = 16 * 1024


@dataclass(slots=True)
class _Exchange:
    """One request on its way; what is known of it decides how even its faults are answered."""

    request: web.Request
    is_strict: bool
    reply_format: str = "json"
    is_imgbb: bool = field(default=False)

    def learn_format(self, asked: str | None) -> None:
        if asked in REPLY_FORMATS:
            self.reply_format = asked

    def answer(self, upload: Upload, at: Addresses) -> web.Response:
        if self.reply_format == "txt":
            shown = at.direct(upload) if upload.is_approved else at.viewer(upload)
            return web.Response(text=shown, content_type="text/html")
        if self.reply_format == "redirect":
            return web.Response(status=302, headers={"Location": at.viewer_path(upload)})
        shape = uploaded_imgbb if self.is_imgbb else uploaded
        return web.json_response(shape(upload, at))

    def refuse(self, fault: Fault) -> web.Response:
        if self.is_strict:
            return problem(fault)
        return compatible(fault, reply_format=self.reply_format)


@dataclass(frozen=True, slots=True)
class UploadApi:
    """Answers uploads; the order of the checks is the API's (version, action, key, source)."""

    options: HostOptions
    gate: Gate
    uploading: Uploading
    at: Addresses
    fetcher: GuardedFetcher | None

    async def handle(self, request: web.Request) -> web.Response:
        """Answer ``/api/{version}/{action}``."""
        exchange = _Exchange(request, self.options.strict or wants_truth(request))
        exchange.learn_format(request.query.get("format"))
        try:
            upload = await self._upload(exchange)
        except Duplicate as duplicate:
            existing_url = self.at.viewer(duplicate.upload)
            return exchange.refuse(Fault(Reason.DUPLICATE, existing_url=existing_url))
        except Fault as fault:
            return exchange.refuse(fault)
        return exchange.answer(upload, self.at)

    async def _upload(self, exchange: _Exchange) -> Upload:
        request = exchange.request
        _check_route(request)
        visit = await Visit.begin(self.gate, request)
        async with open_intake(visit, folder=self.options.data_dir / "tmp") as intake:
            try:
                await read_request(request, intake)
            finally:
                exchange.learn_format(intake.fields.get("format"))
                exchange.is_imgbb = intake.source_name == "image"
            owner = visit.settle()
            form = parse_form(intake.fields)
            await self._take_text(intake)
            return await self.uploading.store(self._arrival(exchange, intake, form, owner))

    def _arrival(
        self, exchange: _Exchange, intake: Intake, form: UploadForm, owner: Account | None
    ) -> Arrival:
        guests = self.options.guests
        return Arrival(
            spool=intake.spool,
            form=form,
            filename=intake.filename,
            owner=owner,
            must_wait=self._must_wait(owner),
            expires_within_s=guests.expires_after_s if owner is None and guests else None,
            refuse_duplicate=exchange.is_strict or self.options.refuse_duplicates,
        )

    def _must_wait(self, owner: Account | None) -> bool:
        if owner is None:
            return self.options.moderation != "off"
        return self.options.moderation == "all" and not owner.is_admin

    async def _take_text(self, intake: Intake) -> None:
        """Turn a source sent as text into the bytes it means."""
        if intake.filename is not None or not intake.spool.size_bytes:
            return
        intake.expect_file()
        if looks_like_url(intake.spool.head.decode("ascii", "replace")):
            await self._take_url(intake)
        elif intake.by_post:
            await decode_base64(intake.spool)
        else:
            raise Fault(Reason.BAD_METHOD)

    async def _take_url(self, intake: Intake) -> None:
        if self.fetcher is None:
            raise Fault(Reason.URL_SOURCES_OFF)
        text = await intake.spool.take_text(URL_LIMIT_BYTES)
        url = text.decode("ascii", "replace").strip()
        intake.filename = await self.fetcher.fetch(url, intake.spool)


def _check_route(request: web.Request) -> None:
    if request.match_info["version"] != "1":
        raise Fault(Reason.BAD_VERSION)
    if request.match_info["action"] != "upload":
        raise Fault(Reason.BAD_ACTION)
