"""Who may drive the chat page: a browser on this machine that opened the page itself.

The page acts for whichever person it names, so a foreign web page must not reach it: neither by a
request from another origin (CSRF) nor by a name that resolves to this machine (DNS rebinding).
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    # Embeds show pictures of image hosts: on loopback in the demo, on https with a real one.
    "img-src 'self' blob: http://127.0.0.1:* http://localhost:* https:; "
    "media-src 'self' blob: http://127.0.0.1:* http://localhost:* https:; "
    "connect-src 'self' {socket}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def from_this_page(handler: Handler) -> Handler:
    """Wrap a handler so that only the page's own requests reach it; others get 403."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        _check(request)
        response = await handler(request)
        if not response.prepared:
            _protect(request, response)
        return response

    return guarded


def _check(request: web.Request) -> None:
    if _hostname(f"//{request.host}") not in _LOCAL_NAMES:
        raise web.HTTPForbidden(text="This page answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    needs_origin = request.method not in _SAFE_METHODS or _is_upgrade(request)
    if needs_origin and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="Only the page itself may do this.")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_upgrade(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _protect(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = _POLICY.format(socket=f"ws://{request.host}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
