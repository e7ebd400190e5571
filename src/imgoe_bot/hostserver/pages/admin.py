"""Signing in, and the page where keys, users, albums and waiting uploads are looked after."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.authorization import address_of
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.access.sessions import CSRF_FIELD, Session
from imgoe_bot.hostserver.api.reply import Addresses, describe
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.albums import Shelves
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.uploads import UploadIndex, Wanted
from imgoe_bot.hostserver.intake.text_fields import read_text_fields
from imgoe_bot.hostserver.names import clean_text
from imgoe_bot.hostserver.options import MIB
from imgoe_bot.hostserver.pages.html import Renderer, see_other
from imgoe_bot.hostserver.pages.public import before_of
from imgoe_bot.hostserver.storage.file_responses import Files, pending_headers
from imgoe_bot.hostserver.uploads.use_cases import Uploading

NAME_LIMIT = 60
WAITING_PAGE = 24
Form = dict[str, str]
Act = Callable[[Session, Form], Awaitable[web.Response]]


async def read_form(request: web.Request) -> Form:
    """Return a form's text fields.

    Raises:
        Fault: the body is no form.
    """
    fields = await read_text_fields(request)
    return {name: value.strip() for name, value in fields.items()}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Fault(Reason.BAD_PARAMETER)
    return int(text)


def _waiting_place(before: int | None) -> str:
    """Return where the page of waiting uploads is that a request came from."""
    return "/admin#waiting" if before is None else f"/admin?before={before}#waiting"


@dataclass(frozen=True, slots=True)
class SignIn:
    """An API key is the password; nothing else has to be remembered."""

    accounts: Accounts
    renderer: Renderer
    limiter: RateLimiter
    trust_proxy: bool

    async def ask(self, request: web.Request) -> web.Response:
        """Answer the sign-in page."""
        return await self.renderer.page(request, "login.html", {"problem": None})

    async def begin(self, request: web.Request) -> web.Response:
        """Sign in with a key."""
        form = await read_form(request)
        try:
            self.limiter.take(address_of(request, trust_proxy=self.trust_proxy))
        except Fault:
            return await self._again(request, "Too many attempts. Wait a minute.", 429)
        account = await self.accounts.find_by_key(form.get("key", ""))
        if account is None:
            return await self._again(request, "This key is not valid.", 403)
        response = see_other("/admin" if account.is_admin else "/")
        self.renderer.sessions.begin(response, account)
        return response

    async def _again(self, request: web.Request, problem: str, status: int) -> web.Response:
        return await self.renderer.page(request, "login.html", {"problem": problem}, status=status)

    async def end(self, request: web.Request) -> web.Response:
        """Sign out."""
        form = await read_form(request)
        token = form.get(CSRF_FIELD, "")
        if await self.renderer.sessions.find_acting(request, token) is None:
            raise Fault(Reason.FORBIDDEN)
        response = see_other("/")
        await self.renderer.sessions.end(request, response)
        return response


@dataclass(frozen=True, slots=True)
class AdminPages:
    """What only an admin sees; every change is a form that carries its session's token."""

    accounts: Accounts
    index: UploadIndex
    shelves: Shelves
    uploading: Uploading
    files: Files
    at: Addresses
    renderer: Renderer

    async def overview(self, request: web.Request) -> web.Response:
        """Answer the admin page; strangers are led to the sign-in."""
        session = await self.renderer.sessions.find(request)
        if session is None:
            return see_other("/login")
        if not session.account.is_admin:
            return await self.renderer.not_found(request)
        return await self._show(session, before=before_of(request))

    async def _show(
        self, session: Session, *, before: int | None = None, new_key: str | None = None
    ) -> web.Response:
        wanted = Wanted(is_approved=False, before=before, limit=WAITING_PAGE)
        waiting = await self.index.list_page(wanted)
        facts = {
            "users": await self.accounts.list_users(),
            "keys": await self.accounts.list_keys(),
            "albums": await self.shelves.list_albums(),
            "album_url": self.at.album,
            "counts": await self.shelves.count_uploads(),
            "categories": await self.shelves.list_categories(),
            "waiting": [(upload, describe(upload, self.at)) for upload in waiting.uploads],
            "waiting_count": await self.index.count_waiting(),
            "before": before,
            "following": waiting.following,
            "new_key": new_key,
        }
        return self.renderer.page_for(session, "admin.html", facts, status=200)

    async def _acting(self, request: web.Request) -> tuple[Session, Form]:
        form = await read_form(request)
        token = form.get(CSRF_FIELD, "")
        session = await self.renderer.sessions.find_acting(request, token)
        if session is None or not session.account.is_admin:
            raise Fault(Reason.FORBIDDEN)
        return session, form

    async def create_key(self, request: web.Request) -> web.Response:
        """Make a key, and its user when new; the answer shows it, once."""
        session, form = await self._acting(request)
        user, label = clean_text(form.get("user", "")), clean_text(form.get("label", ""))
        if not user:
            raise Fault(Reason.BAD_PARAMETER, "A key needs a user")
        key = await self.accounts.create_key(label or "key", user=user[:NAME_LIMIT])
        return await self._show(session, new_key=key)

    async def revoke_key(self, request: web.Request) -> web.Response:
        """Make a key worthless."""
        await self._acting(request)
        await self.accounts.revoke_key(_number(request.match_info["id"]))
        return see_other("/admin#keys")

    async def set_quota(self, request: web.Request) -> web.Response:
        """Limit what a user may store; an empty field lifts the limit."""
        _, form = await self._acting(request)
        text = form.get("quota_mib", "")
        quota_bytes = _number(text) * MIB if text else None
        if not await self.accounts.set_quota(_number(request.match_info["id"]), quota_bytes):
            raise Fault(Reason.NOT_FOUND, "There is no user of this number")
        return see_other("/admin#users")

    async def create_album(self, request: web.Request) -> web.Response:
        """Make an album of the admin's own."""
        session, form = await self._acting(request)
        name = clean_text(form.get("name", ""))[:NAME_LIMIT]
        if not name:
            raise Fault(Reason.BAD_PARAMETER, "An album needs a name")
        user_id, is_private = session.account.user_id, form.get("private") == "1"
        await self.shelves.create_album(user_id, name, description=None, is_private=is_private)
        return see_other("/admin#albums")

    async def create_category(self, request: web.Request) -> web.Response:
        """Add a category; one that exists already is fine."""
        _, form = await self._acting(request)
        name = clean_text(form.get("name", ""))[:NAME_LIMIT]
        if not name:
            raise Fault(Reason.BAD_PARAMETER, "A category needs a name")
        await self.shelves.add_category(name)
        return see_other("/admin#categories")

    async def _waiting(self, request: web.Request) -> Upload:
        upload = await self.index.find(request.match_info["id"])
        if upload is None:
            raise Fault(Reason.NOT_FOUND)
        return upload

    async def approve(self, request: web.Request) -> web.Response:
        """Show a waiting upload to the public."""
        await self._acting(request)
        await self.uploading.approve(await self._waiting(request))
        return see_other(_waiting_place(before_of(request)))

    async def reject(self, request: web.Request) -> web.Response:
        """Delete a waiting upload."""
        await self._acting(request)
        await self.uploading.delete(await self._waiting(request))
        return see_other(_waiting_place(before_of(request)))

    async def _looked_at(self, request: web.Request) -> tuple[Session, Upload]:
        session = await self.renderer.sessions.find(request)
        upload = await self.index.find(request.match_info["id"])
        if session is None or not session.account.is_admin or upload is None:
            raise web.HTTPNotFound
        return session, upload

    async def review(self, request: web.Request) -> web.Response:
        """Answer the page on which a waiting upload is seen whole, to admins only."""
        session, upload = await self._looked_at(request)
        if upload.is_approved:
            return see_other(self.at.viewer_path(upload))
        users = {user.user_id: user.name for user in await self.accounts.list_users()}
        facts = {
            "upload": upload,
            "image": describe(upload, self.at),
            "sender": users.get(upload.user_id or 0, "a guest"),
        }
        return self.renderer.page_for(session, "review.html", facts, status=200)

    async def preview(self, request: web.Request) -> web.StreamResponse:
        """Answer the thumb of a waiting upload, to admins only."""
        _, upload = await self._looked_at(request)
        name = upload.blob_names()[1]
        return await self.files.send(request, name, pending_headers(name))

    async def whole(self, request: web.Request) -> web.StreamResponse:
        """Answer the file of a waiting upload, to admins only."""
        _, upload = await self._looked_at(request)
        name = upload.blob_names()[0]
        return await self.files.send(request, name, pending_headers(name))
