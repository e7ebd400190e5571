"""How a fault is answered: compatibly (always 400), or truthfully (RFC 9457)."""

from http import HTTPStatus

from aiohttp import web

from imgoe_bot.hostserver.faults import Fault

PROBLEM_TYPE = "application/problem+json"


def wants_problem_details(request: web.Request) -> bool:
    """Answer whether the client asks for problem details."""
    return PROBLEM_TYPE in request.headers.get("Accept", "")


def _retry_headers(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}


def problem_response(fault: Fault) -> web.Response:
    """Return the truthful answer. Source: RFC 9457."""
    status = fault.kind.status
    headers = _retry_headers(fault)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'ApiKey header="X-API-Key"'
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": fault.message,
        "code": fault.kind.code,
    }
    if fault.existing_url is not None:
        body["existing_url"] = fault.existing_url
    return web.json_response(body, status=status, content_type=PROBLEM_TYPE, headers=headers)


def compatible_response(fault: Fault, *, reply_format: str = "json") -> web.Response:
    """Return the answer Chevereto gives: 400 and JSON, or for txt and redirect 200 and words.

    Source: design/API.md §2.
    """
    if reply_format != "json":
        return web.Response(text=fault.message, headers=_retry_headers(fault))
    body = {
        "status_code": 400,
        "error": {"message": fault.message, "code": fault.kind.code},
        "status_txt": "Bad Request",
    }
    return web.json_response(body, status=400, headers=_retry_headers(fault))
