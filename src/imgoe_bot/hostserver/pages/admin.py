"""The page where keys, users, albums and categories are looked after."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.sessions import Session
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.reply import describe
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.albums import AlbumIndex
from imgoe_bot.hostserver.index.uploads import UploadFilter, UploadIndex
from imgoe_bot.hostserver.names import clean_text
from imgoe_bot.hostserver.options import MIB
from imgoe_bot.hostserver.pages.forms import before_of, get_number, read_admin_form
from imgoe_bot.hostserver.pages.html import Renderer, see_other

NAME_LIMIT = 60
WAITING_PAGE = 24


@dataclass(frozen=True, slots=True)
class AdminPages:
    """What only an admin sees; every change is a form that carries its session's token."""

    accounts: Accounts
    index: UploadIndex
    albums: AlbumIndex
    addresses: Addresses
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
        wanted = UploadFilter(is_approved=False, before=before, limit=WAITING_PAGE)
        waiting = await self.index.list_page(wanted)
        facts = {
            "users": await self.accounts.list_users(),
            "keys": await self.accounts.list_keys(),
            "albums": await self.albums.list_albums(),
            "album_url": self.addresses.album,
            "counts": await self.albums.count_uploads(),
            "categories": await self.albums.list_categories(),
            "waiting": [(upload, describe(upload, self.addresses)) for upload in waiting.uploads],
            "waiting_count": await self.index.count_waiting(),
            "before": before,
            "following": waiting.following,
            "new_key": new_key,
        }
        return self.renderer.page_for(session, "admin.html", facts, status=200)

    async def create_key(self, request: web.Request) -> web.Response:
        """Make a key, and its user when new; the answer shows it, once."""
        session, form = await read_admin_form(request, self.renderer.sessions)
        user, label = clean_text(form.get("user", "")), clean_text(form.get("label", ""))
        if not user:
            raise Fault(Reason.BAD_PARAMETER, "A key needs a user")
        key = await self.accounts.create_key(label or "key", user=user[:NAME_LIMIT])
        return await self._show(session, new_key=key)

    async def revoke_key(self, request: web.Request) -> web.Response:
        """Make a key worthless."""
        await read_admin_form(request, self.renderer.sessions)
        await self.accounts.revoke_key(get_number(request.match_info["id"]))
        return see_other("/admin#keys")

    async def set_quota(self, request: web.Request) -> web.Response:
        """Limit what a user may store; an empty field lifts the limit."""
        _, form = await read_admin_form(request, self.renderer.sessions)
        text = form.get("quota_mib", "")
        quota_bytes = get_number(text) * MIB if text else None
        if not await self.accounts.set_quota(get_number(request.match_info["id"]), quota_bytes):
            raise Fault(Reason.NOT_FOUND, "There is no user of this number")
        return see_other("/admin#users")

    async def create_album(self, request: web.Request) -> web.Response:
        """Make an album of the admin's own."""
        session, form = await read_admin_form(request, self.renderer.sessions)
        name = clean_text(form.get("name", ""))[:NAME_LIMIT]
        if not name:
            raise Fault(Reason.BAD_PARAMETER, "An album needs a name")
        user_id, is_private = session.account.user_id, form.get("private") == "1"
        await self.albums.create_album(user_id, name, description=None, is_private=is_private)
        return see_other("/admin#albums")

    async def create_category(self, request: web.Request) -> web.Response:
        """Add a category; one that exists already is fine."""
        _, form = await read_admin_form(request, self.renderer.sessions)
        name = clean_text(form.get("name", ""))[:NAME_LIMIT]
        if not name:
            raise Fault(Reason.BAD_PARAMETER, "A category needs a name")
        await self.albums.add_category(name)
        return see_other("/admin#categories")
