"""Signed cookies of people who signed in with an API key, and the tokens their forms carry."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.accounts import Accounts
from imgoe_bot.hostserver.auth import Seal
from imgoe_bot.hostserver.records import Account

COOKIE = "host_session"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
LASTS_S = 12 * 3_600


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and what a form of theirs must carry."""

    account: Account
    csrf: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Issues and reads session cookies; nothing is stored, a revoked key ends its sessions."""

    accounts: Accounts
    seal: Seal
    clock: Callable[[], float]
    is_secure: bool

    def _value(self, key_id: int) -> str:
        text = f"{key_id}.{int(self.clock()) + LASTS_S}"
        return f"{text}.{self.seal.sign('session', text)}"

    def _key_id(self, value: str) -> int | None:
        text, _, signature = value.rpartition(".")
        expected = self.seal.sign("session", text)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        key_id, _, expires_at = text.partition(".")
        return int(key_id) if int(expires_at) > self.clock() else None

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

    def end(self, response: web.Response) -> None:
        """Sign out."""
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")

    async def find(self, request: web.Request) -> Session | None:
        """Return who is signed in, None for a stranger or when the key is gone."""
        value = request.cookies.get(COOKIE, "")
        key_id = self._key_id(value)
        account = None if key_id is None else await self.accounts.find_by_key_id(key_id)
        return None if account is None else Session(account, self.seal.sign("csrf", value))

    async def find_acting(self, request: web.Request, token: str) -> Session | None:
        """Return who is signed in if the request carries their form's token."""
        session = await self.find(request)
        if session is None:
            return None
        given = token.encode("utf-8", "replace")
        return session if hmac.compare_digest(given, session.csrf.encode()) else None
