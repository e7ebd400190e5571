"""Signing in and out."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.authentication import address_of
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.pages.forms import read_form, read_signed_form
from imgoe_bot.hostserver.pages.html import Renderer, see_other


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
        await read_signed_form(request, self.renderer.sessions)
        response = see_other("/")
        await self.renderer.sessions.end(request, response)
        return response
