"""Where admins look at an upload that waits, and approve or delete it."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.sessions import Session
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.reply import describe
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.uploads import UploadIndex
from imgoe_bot.hostserver.pages.forms import before_of, read_admin_form
from imgoe_bot.hostserver.pages.html import Renderer, see_other
from imgoe_bot.hostserver.storage.file_responses import Files, pending_headers
from imgoe_bot.hostserver.uploads.upload_service import UploadService


def _waiting_list_path(before: int | None) -> str:
    """Return where the page of waiting uploads is that a request came from."""
    return "/admin#waiting" if before is None else f"/admin?before={before}#waiting"


@dataclass(frozen=True, slots=True)
class ModerationPages:
    """What an admin sees and decides of an upload that waits for approval."""

    accounts: Accounts
    index: UploadIndex
    upload_service: UploadService
    files: Files
    addresses: Addresses
    renderer: Renderer

    async def _get_upload(self, request: web.Request) -> Upload:
        upload = await self.index.find(request.match_info["id"])
        if upload is None:
            raise Fault(Reason.NOT_FOUND)
        return upload

    async def approve(self, request: web.Request) -> web.Response:
        """Show a waiting upload to the public."""
        await read_admin_form(request, self.renderer.sessions)
        await self.upload_service.approve(await self._get_upload(request))
        return see_other(_waiting_list_path(before_of(request)))

    async def reject(self, request: web.Request) -> web.Response:
        """Delete a waiting upload."""
        await read_admin_form(request, self.renderer.sessions)
        await self.upload_service.delete(await self._get_upload(request))
        return see_other(_waiting_list_path(before_of(request)))

    async def _find_for_admin(self, request: web.Request) -> tuple[Session, Upload]:
        session = await self.renderer.sessions.find(request)
        upload = await self.index.find(request.match_info["id"])
        if session is None or not session.account.is_admin or upload is None:
            raise web.HTTPNotFound
        return session, upload

    async def review(self, request: web.Request) -> web.Response:
        """Answer the page on which a waiting upload is seen whole, to admins only."""
        session, upload = await self._find_for_admin(request)
        if upload.is_approved:
            return see_other(self.addresses.viewer_path(upload))
        users = {user.user_id: user.name for user in await self.accounts.list_users()}
        facts = {
            "upload": upload,
            "image": describe(upload, self.addresses),
            "sender": users.get(upload.user_id or 0, "a guest"),
        }
        return self.renderer.page_for(session, "review.html", facts, status=200)

    async def send_preview(self, request: web.Request) -> web.StreamResponse:
        """Answer the thumb of a waiting upload, to admins only."""
        _, upload = await self._find_for_admin(request)
        name = upload.blob_names()[1]
        return await self.files.send(request, name, pending_headers(name))

    async def send_file(self, request: web.Request) -> web.StreamResponse:
        """Answer the file of a waiting upload, to admins only."""
        _, upload = await self._find_for_admin(request)
        name = upload.blob_names()[0]
        return await self.files.send(request, name, pending_headers(name))
