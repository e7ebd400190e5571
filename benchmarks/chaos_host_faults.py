"""What an image host, and whatever stands before it, can do to an upload."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from benchmarks.chaos_host_proxy import Fault, PassOn, cut_off

DAY_S = 86_400.0
YEAR_S = 365 * 86_400
DRIP_S = 1.0
KEY = "Idempotency-Key"
UNDER_WAY = (
    '{"status_code":409,"error":{"message":"The first request goes on","code":130},'
    '"status_txt":"Conflict"}'
)
CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
MAINTENANCE = "<!DOCTYPE html><html><head><title>Website under maintenance</title></head></html>"
FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>"
NOT_FOUND = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
GATEWAY = "<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>"


def instead(status: int, body: str = "", *, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with something else; the host hears nothing of it."""

    async def answer(request: web.BaseRequest, _: PassOn) -> web.StreamResponse:
        await request.read()
        return _response(status, body, headers or {})

    return answer


def after_storing(status: int, body: str = "") -> Fault:
    """Let the host do it, and answer with something else."""

    async def answer(_: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
        await pass_on()
        return _response(status, body, {})

    return answer


def coded(code: int, words: str, *, status: int = 400) -> Fault:
    """Answer with an error of the API's."""
    body = (
        f'{{"status_code":{status},"error":{{"message":"{words}","code":{code}}},'
        '"status_txt":"Bad Request"}'
    )
    return instead(status, body)


def _response(status: int, body: str, headers: Mapping[str, str]) -> web.Response:
    kind = "application/json" if body.startswith("{") else "text/html"
    return web.Response(status=status, text=body, content_type=kind, headers=dict(headers))


async def cut(request: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
    """Let the host do it, and end the connection."""
    await pass_on()
    return cut_off(request)


async def half(_: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
    """Let the host do it, and give half of its answer."""
    answer = await pass_on()
    body = answer.body if isinstance(answer.body, bytes) else b""
    return web.Response(
        status=answer.status, body=body[: len(body) // 2], content_type=answer.content_type
    )


async def drip(request: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
    """Let the host do it, and give its answer a byte a second."""
    answer = await pass_on()
    body = answer.body if isinstance(answer.body, bytes) else b""
    response = web.StreamResponse(status=answer.status)
    response.content_length = len(body)
    await response.prepare(request)
    for place in range(len(body)):
        await response.write(body[place : place + 1])
        await asyncio.sleep(DRIP_S)
    return response


async def hang(request: web.BaseRequest, _: PassOn) -> web.StreamResponse:
    """Take the request, and say nothing until the trouble is over."""
    await request.read()
    await asyncio.Event().wait()
    return cut_off(request)


async def reset(request: web.BaseRequest, _: PassOn) -> web.StreamResponse:
    """End the connection in the middle of the request's body."""
    await request.content.readany()
    return cut_off(request)


def late(by_s: float) -> Fault:
    """Let the host do it, and hold its answer back."""

    async def answer(_: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
        response = await pass_on()
        await asyncio.sleep(by_s)
        return response

    return answer


async def busy_with_key(request: web.BaseRequest, pass_on: PassOn) -> web.StreamResponse:
    """Say of every key that its first request is still under way, as the embedded host does."""
    key = request.headers.get(KEY)
    if key is None:
        return await pass_on()
    await request.read()
    return _response(409, UNDER_WAY, {KEY: key, "Retry-After": "1"})


AFTER_STORING: dict[str, Fault] = {
    "answer lost": cut,
    "504 after storing": after_storing(504, GATEWAY),
    "502 after storing": after_storing(502),
    "half an answer": half,
    "empty 200 after storing": after_storing(200),
    "a page under 200 after storing": after_storing(200, CHALLENGE),
}
"""The host has the file, and the bot is not told so."""
INSTEAD: dict[str, Fault] = {
    "empty 200": instead(200),
    "challenge under 200": instead(200, CHALLENGE),
    "maintenance under 200": instead(200, MAINTENANCE),
    "a proxy's 403": instead(403, FORBIDDEN),
    "a proxy's 404": instead(404, NOT_FOUND),
    "challenge under 403": instead(403, CHALLENGE),
    "500": instead(500, "<html><body>PHP Fatal error</body></html>"),
    "503": instead(503),
    "409 for every key": busy_with_key,
}
"""The host hears nothing of it."""
CODED: dict[str, Fault] = {
    "key refused": coded(100, "Invalid API key"),
    "601": coded(601, "Can't write"),
    "630": coded(630, "Unable to write"),
    "631": coded(631, "Unable to open"),
    "632": coded(632, "Unable to move"),
    "600, disk full": coded(600, "Can't get a tempnam: No space left on device"),
}
"""The host itself says no, for reasons that pass."""
CONNECTIONS: dict[str, Fault] = {"hanging": hang, "a byte a second": drip, "reset": reset}
PERIODS_S: dict[str, tuple[Fault, float]] = {
    "130, per hour": (
        coded(130, "Flooding detected. You can only upload 500 images per hour"),
        3_600.0,
    ),
    "429, Retry-After 3": (instead(429, headers={"Retry-After": "3"}), 3.0),
    "429, Retry-After a year": (instead(429, headers={"Retry-After": str(YEAR_S)}), DAY_S),
}
"""The host names how long to wait; and after how many seconds it is asked again at the latest."""
