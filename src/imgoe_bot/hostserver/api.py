"""``/api/1/upload``: the compatible upload call."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.accounts import Accounts
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.form import REPLY_FORMATS, decode_base64, parse_form
from imgoe_bot.hostserver.intake import Intake, read_request
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.problems import compatible, problem, wants_truth
from imgoe_bot.hostserver.records import Account, Upload
from imgoe_bot.hostserver.reply import Addresses, uploaded
from imgoe_bot.hostserver.uploading import Uploading

KEY_HEADER = "X-API-Key"


def _render(upload: Upload, at: Addresses, reply_format: str) -> web.Response:
    if reply_format == "txt":
        return web.Response(text=at.file(upload, upload.file_name), content_type="text/html")
    if reply_format == "redirect":
        return web.Response(status=302, headers={"Location": at.viewer_path(upload)})
    return web.json_response(uploaded(upload, at))


async def _expand_text(intake: Intake) -> None:
    """Turn a source sent as text into the bytes it means."""
    if intake.filename is not None or not intake.spool.size_bytes:
        return
    text = await intake.spool.take_text()
    if text.lower().startswith(("http://", "https://")):
        raise Fault(Reason.URL_SOURCES_OFF)
    if not intake.by_post:
        raise Fault(Reason.BAD_METHOD)
    await intake.spool.write(decode_base64(text))


@dataclass(frozen=True, slots=True)
class UploadApi:
    """Answers uploads; the order of the checks is the API's (version, action, key, source)."""

    options: HostOptions
    uploading: Uploading
    accounts: Accounts
    at: Addresses

    async def handle(self, request: web.Request) -> web.Response:
        """Answer ``/api/{version}/{action}``."""
        asked = request.query.get("format", "json")
        answered = [asked if asked in REPLY_FORMATS else "json"]
        try:
            return await self._upload(request, answered)
        except Fault as fault:
            if self.options.strict or wants_truth(request):
                return problem(fault)
            return compatible(fault, reply_format=answered[-1])

    async def _upload(self, request: web.Request, answered: list[str]) -> web.Response:
        self._check_route(request)
        owner = await self._owner_by_header(request)
        limit_bytes = self.options.body_limit_bytes
        folder = self.options.data_dir / "tmp"
        async with read_request(request, folder=folder, limit_bytes=limit_bytes) as intake:
            if intake.fields.get("format") in REPLY_FORMATS:
                answered.append(intake.fields["format"])
            owner = owner or await self._owner(intake.fields.get("key"))
            form = parse_form(intake.fields)
            await _expand_text(intake)
            upload = await self.uploading.store(
                intake.spool, filename=intake.filename, form=form, owner=owner
            )
        return _render(upload, self.at, form.reply_format)

    def _check_route(self, request: web.Request) -> None:
        if not request.match_info["version"].isdigit():
            raise Fault(Reason.BAD_VERSION)
        if request.match_info["version"] != "1":
            raise Fault(Reason.BAD_VERSION)
        if request.match_info["action"] != "upload":
            raise Fault(Reason.BAD_ACTION)

    async def _owner_by_header(self, request: web.Request) -> Account | None:
        """Return whose key the header holds; a header that is present decides alone."""
        key = request.headers.get(KEY_HEADER)
        return None if key is None else await self._owner(key)

    async def _owner(self, key: str | None) -> Account:
        if not key:
            raise Fault(Reason.NO_KEY)
        account = await self.accounts.find_by_key(key)
        if account is None:
            raise Fault(Reason.BAD_KEY)
        return account
