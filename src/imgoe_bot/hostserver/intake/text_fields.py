"""Reads small bodies of forms: their text fields, files in them are read past."""

from aiohttp import web

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.multipart import MEDIA_TYPE as MULTIPART
from imgoe_bot.hostserver.intake.multipart import MultipartParser, PartData, boundary_of
from imgoe_bot.hostserver.intake.request_body import UNREADABLE, media_type, pieces
from imgoe_bot.hostserver.intake.urlencoded import END, UrlencodedParser
from imgoe_bot.hostserver.intake.urlencoded import MEDIA_TYPE as URLENCODED

BODY_LIMIT_BYTES = 64 * 1024


async def read_small_body(request: web.Request) -> bytes:
    """Return a body of at most 64 KiB.

    Raises:
        Fault: larger, or too slow.
    """
    body = bytearray()
    async for piece in pieces(request):
        body += piece
        if len(body) > BODY_LIMIT_BYTES:
            raise Fault(Reason.TOO_LARGE)
    return bytes(body)


def _fields(body: bytes, parser: MultipartParser | UrlencodedParser) -> dict[str, str]:
    texts: dict[str, bytearray] = {}
    text = bytearray()
    for event in parser.feed(body):
        if isinstance(event, PartData):
            text += event.data
            continue
        text = bytearray()
        if event.filename is None:
            texts[event.name] = text
    return {name: text.decode("utf-8", "replace") for name, text in texts.items()}


def _parse(request: web.Request, body: bytes) -> dict[str, str]:
    if media_type(request) == URLENCODED:
        return _fields(body + END, UrlencodedParser())
    if media_type(request) != MULTIPART:
        return {}
    parser = MultipartParser(boundary_of(request.headers["Content-Type"]))
    fields = _fields(body, parser)
    parser.close()
    return fields


async def read_text_fields(request: web.Request) -> dict[str, str]:
    """Return a form's text fields, of two with one name the last; none of what is no form.

    Raises:
        Fault: malformed, too large or too slow.
    """
    try:
        return _parse(request, await read_small_body(request))
    except UNREADABLE as error:
        raise Fault(Reason.BAD_BODY) from error
