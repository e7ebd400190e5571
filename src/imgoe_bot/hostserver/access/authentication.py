"""Tells who sends an API request: by key, by session, or nobody known."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.access.sessions import CSRF_HEADER, Sessions
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Account
from imgoe_bot.hostserver.options import HostOptions

KEY_HEADER = "X-API-Key"


def address_of(request: web.Request, *, trust_proxy: bool) -> str:
    """Return the client's address; behind a proxy, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if trust_proxy else ""
    return forwarded.rpartition(",")[2].strip() or request.remote or ""


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Names the account behind a request, and counts uploads against their limits."""

    options: HostOptions
    accounts: Accounts
    sessions: Sessions
    key_limiter: RateLimiter
    address_limiter: RateLimiter
    guest_limiter: RateLimiter

    async def find_by_header(self, request: web.Request) -> Account | None:
        """Return whose key the header holds, None without one; one that is present decides.

        Raises:
            Fault: the header is empty or its key unknown.
        """
        key = request.headers.get(KEY_HEADER)
        return None if key is None else await self.get_by_key(key)

    async def get_by_key(self, key: str) -> Account:
        """Return whose key this is.

        Raises:
            Fault: nobody's.
        """
        if not key:
            raise Fault(Reason.NO_KEY)
        account = await self.accounts.find_by_key(key)
        if account is None:
            raise Fault(Reason.BAD_KEY)
        return account

    async def require(self, request: web.Request) -> Account:
        """Return who calls, by header, ``key`` parameter or session.

        Raises:
            Fault: nobody known.
        """
        account = await self.find_by_header(request)
        if account is None and "key" in request.query:
            account = await self.get_by_key(request.query["key"])
        account = account or await self._by_session(request)
        if account is None:
            raise Fault(Reason.NO_KEY)
        return account

    async def find_without_header(self, request: web.Request) -> Account | None:
        """Return who calls without a key header, as far as address and session tell."""
        account = None
        if "key" in request.query:
            account = await self.accounts.find_by_key(request.query["key"])
        return account or await self._by_session(request)

    async def _by_session(self, request: web.Request) -> Account | None:
        token = request.headers.get(CSRF_HEADER)
        session = None if token is None else await self.sessions.find_with_csrf(request, token)
        return None if session is None else session.account

    def count_address(self, request: web.Request) -> None:
        """Count an upload of this address.

        Raises:
            Fault: over the limit.
        """
        address = address_of(request, trust_proxy=self.options.trust_proxy)
        self.address_limiter.take(address)

    def count_uploader(self, request: web.Request, owner: Account | None) -> Callable[[], None]:
        """Count an upload of this key, or of this guest; return how to take that back.

        Raises:
            Fault: over the limit.
        """
        limiter = self.guest_limiter if owner is None else self.key_limiter
        address = address_of(request, trust_proxy=self.options.trust_proxy)
        client = address if owner is None else str(owner.key_id)
        limiter.take(client)
        return partial(limiter.give_back, client)
