"""What stands before every REST route: the token, rate limits, injected faults, error bodies."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http import HTTPStatus

from aiohttp import web

from imgoe_bot.discordsim.controls.faults import Faults, Refusal
from imgoe_bot.discordsim.problems import ApiProblem, unauthorized
from imgoe_bot.discordsim.rest.http import Handler, refusal, reply
from imgoe_bot.discordsim.state.world import World

_TOKEN_IN_PATH = ("/webhooks/", "/interactions/")
_BANNING = frozenset({401, 403, 429})
_POSTING = "/channels/{channel_id}/messages|"
_VIA = {"Via": "1.1 discordsim"}


@dataclass(slots=True, eq=False)
class _Bucket:
    remaining: int
    reset_at: float


@dataclass(slots=True, eq=False)
class RateLimits:
    """Counts requests by route and major parameter, as Discord's buckets do.

    Attributes:
        limit: requests a bucket allows in one window.
        window_s: the window's length.
        clock: seconds that only ever pass; not the world's clock, which tests stop and move.
    """

    limit: int
    window_s: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict[str, _Bucket])

    def take(self, key: str) -> tuple[bool, dict[str, str]]:
        """Count one request; return whether it is allowed, and Discord's headers."""
        now = self.clock()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.reset_at <= now:
            bucket = self._buckets[key] = _Bucket(self.limit, now + self.window_s)
        allowed = bucket.remaining > 0
        bucket.remaining -= int(allowed)
        return allowed, {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{time.time() + bucket.reset_at - now:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, bucket.reset_at - now):.3f}",
            "X-RateLimit-Bucket": sha256(key.split("|")[0].encode()).hexdigest()[:32],
        }


class Gatekeeper:
    """Wraps every REST handler.

    Args:
        world: whose bot token is asked for.
        faults: what goes wrong on purpose.
        posting: the rate limit of messages a channel.
        limits: the rate limits a route and channel or server.
        everywhere: the rate limit of all routes together, but for answers to interactions.

    Attributes:
        unknown: requests no route answered, as ``METHOD /path``.
        calls: every request so far, in order, as ``METHOD /path``.
        refusals: those answered 401, 403 or 429, as ``STATUS METHOD /path``; 10,000 of them in ten
            minutes would get a bot's address banned.
        crashes: what failed in here, which no request may cause.
    """

    def __init__(
        self,
        world: World,
        faults: Faults,
        *,
        posting: RateLimits,
        limits: RateLimits,
        everywhere: RateLimits,
    ) -> None:
        self.unknown: list[str] = []
        self.calls: list[str] = []
        self.refusals: list[str] = []
        self.crashes: list[Exception] = []
        self._world = world
        self._faults = faults
        self._posting = posting
        self._limits = limits
        self._everywhere = everywhere

    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve one request, or the fault planned for it, and remember how it went."""
        call = f"{request.method} {request.path.removeprefix('/api/v10')}"
        shown = _without_token(call)
        self.calls.append(shown)
        response = await self._serve(request, handler, call)
        if response.status in _BANNING:
            self.refusals.append(f"{response.status} {shown}")
        return response

    async def _serve(self, request: web.Request, handler: Handler, call: str) -> web.StreamResponse:
        path = call.partition(" ")[2]
        await asyncio.sleep(self._faults.delay_of(call))
        planned = self._faults.take_refusal(call)
        if planned is not None:
            return _refused(planned)
        if not path.startswith(_TOKEN_IN_PATH):
            allowed, headers = self._everywhere.take("")
            if not allowed:
                wait_s = float(headers["X-RateLimit-Reset-After"])
                return _too_many(wait_s, {"X-RateLimit-Global": "true"}, everywhere=True)
        key = _bucket_key(request)
        allowed, headers = self._limits_of(key).take(key)
        if not allowed:
            return _too_many(float(headers["X-RateLimit-Reset-After"]), headers)
        response = await self._answer(request, handler, path)
        response.headers.update(headers)
        response.headers["Date"] = formatdate(self._world.clock(), usegmt=True)
        await asyncio.sleep(self._faults.answer_delay_of(call))
        if self._faults.takes_answer_of(call) and request.transport is not None:
            request.transport.abort()
        return response

    def _limits_of(self, key: str) -> RateLimits:
        posts = key.startswith("POST ") and _POSTING in key
        return self._posting if posts else self._limits

    async def _answer(
        self, request: web.Request, handler: Handler, path: str
    ) -> web.StreamResponse:
        try:
            if not path.startswith(_TOKEN_IN_PATH):
                self._check_token(request)
            return await self.watch(request, handler)
        except ApiProblem as problem:
            return refusal(problem)

    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve a request and remember what fails in here."""
        try:
            return await handler(request)
        except (web.HTTPException, ApiProblem):
            raise
        except Exception as error:
            self.crashes.append(error)
            raise

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._world.bot_token}":
            raise unauthorized()

    async def refuse_unknown(self, request: web.Request) -> web.StreamResponse:
        """Answer a route this Discord does not have: loud, and remembered."""
        call = _without_token(f"{request.method} {request.path.removeprefix('/api/v10')}")
        self.unknown.append(call)
        message = f"501: discordsim has no route {call}"
        return reply({"message": message, "code": 0}, status=501)


def _refused(refusal: Refusal) -> web.StreamResponse:
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS and refusal.code == 0:
        headers = {"X-RateLimit-Global": "true"} if refusal.everywhere else {}
        return _too_many(refusal.retry_after_s, headers, everywhere=refusal.everywhere)
    body = {"message": refusal.message, "code": refusal.code}
    return reply(body, status=refusal.status)


def _too_many(
    retry_after_s: float, headers: dict[str, str], *, everywhere: bool = False
) -> web.StreamResponse:
    body = {
        "message": "You are being rate limited.",
        "retry_after": retry_after_s,
        "global": everywhere,
    }
    response = reply(body, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers.update({**headers, **_VIA, "Retry-After": f"{retry_after_s:.3f}"})
    return response


def _bucket_key(request: web.Request) -> str:
    resource = request.match_info.route.resource
    template = "" if resource is None else resource.canonical
    named = request.match_info
    major = ("channel_id", "guild_id", "token")
    parameters = [named[name] for name in major if name in named]
    return f"{request.method} {template}|{'/'.join(parameters)}"


def _without_token(call: str) -> str:
    parts = call.split("/")
    secret = {"webhooks": 3, "interactions": 3}.get(parts[1] if len(parts) > 1 else "")
    if secret is not None and len(parts) > secret:
        parts[secret] = "…"
    return "/".join(parts)
