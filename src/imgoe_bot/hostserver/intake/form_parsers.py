"""Which parser a form's body needs."""

from aiohttp import web

from imgoe_bot.hostserver.intake import multipart, urlencoded
from imgoe_bot.hostserver.intake.form_events import FormParser
from imgoe_bot.hostserver.intake.request_body import media_type


def find_parser(request: web.Request) -> FormParser | None:
    """Return a parser for a request's body, None where it claims to be no form.

    Raises:
        MalformedBody: it claims to be one that can't be taken apart.
    """
    claimed = media_type(request)
    if claimed == multipart.MEDIA_TYPE:
        boundary = multipart.boundary_of(request.headers["Content-Type"])
        return multipart.MultipartParser(boundary)
    return urlencoded.UrlencodedParser() if claimed == urlencoded.MEDIA_TYPE else None
