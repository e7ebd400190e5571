"""Signed cookies of people who signed in with an API key, and the tokens their forms carry."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.secrets import Signer
from imgoe_bot.hostserver.index.records import Account
from imgoe_bot.hostserver.names import random_name

COOKIE = "host_session"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
LASTS_S = 12 * 3_600
SESSION_ID_LENGTH = 16
PARTS = 3  # of a cookie, apart from its signature


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and what a form of theirs must carry."""

    account: Account
    csrf: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a cookie says, once its signature was checked."""

    key_id: int
    expires_at: int
    session_id: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Issues, reads and ends session cookies.

    Only what was ended is stored; a revoked key ends its sessions.
    """

    accounts: Accounts
    signer: Signer
    clock: Callable[[], float]
    is_secure: bool

    def _value(self, key_id: int) -> str:
        session_id = random_name(SESSION_ID_LENGTH)
        text = f"{key_id}.{int(self.clock()) + LASTS_S}.{session_id}"
        return f"{text}.{self.signer.sign('session', text)}"

    def _claim(self, value: str) -> _Claim | None:
        text, _, signature = value.rpartition(".")
        expected = self.signer.sign("session", text)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        parts = text.split(".")
        if len(parts) != PARTS or int(parts[1]) <= self.clock():
            return None
        return _Claim(int(parts[0]), int(parts[1]), parts[2])

    def begin(self, response: web.Response, account: Account) -> None:
        """Sign the account's owner in."""
        if account.key_id is None:
            raise ValueError("an account without a key can't sign in")
        response.set_cookie(
            COOKIE,
            self._value(account.key_id),
            max_age=LASTS_S,
            httponly=True,
            samesite="Strict",
            secure=self.is_secure,
            path="/",
        )

    async def end(self, request: web.Request, response: web.Response) -> None:
        """Sign out: the cookie is taken back, and worthless to whoever copied it."""
        claim = self._claim(request.cookies.get(COOKIE, ""))
        if claim is not None:
            await self.accounts.end_session(claim.session_id, expires_at=claim.expires_at)
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")

    async def find(self, request: web.Request) -> Session | None:
        """Return who is signed in, None for a stranger or when key or session were ended."""
        value = request.cookies.get(COOKIE, "")
        claim = self._claim(value)
        if claim is None:
            return None
        account = await self.accounts.find_by_session(claim.key_id, claim.session_id)
        return None if account is None else Session(account, self.signer.sign("csrf", value))

    async def find_with_csrf(self, request: web.Request, token: str) -> Session | None:
        """Return who is signed in if the request carries their form's token."""
        session = await self.find(request)
        if session is None:
            return None
        given = token.encode("utf-8", "replace")
        return session if hmac.compare_digest(given, session.csrf.encode()) else None
