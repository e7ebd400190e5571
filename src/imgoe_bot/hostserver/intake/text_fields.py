"""Reads small bodies of forms: their text fields, files in them are read past."""

from collections.abc import Iterator

from aiohttp import web

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.form_events import Event, FormParser, PartData
from imgoe_bot.hostserver.intake.form_parsers import find_parser
from imgoe_bot.hostserver.intake.request_body import UNREADABLE, pieces

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


def _events(parser: FormParser, body: bytes) -> Iterator[Event]:
    yield from parser.feed(body)
    yield from parser.close()


def _fields(events: Iterator[Event]) -> dict[str, str]:
    texts: dict[str, bytearray] = {}
    text = bytearray()
    for event in events:
        if isinstance(event, PartData):
            text += event.data
            continue
        text = bytearray()
        if event.filename is None:
            texts[event.name] = text
    return {name: text.decode("utf-8", "replace") for name, text in texts.items()}


async def read_text_fields(request: web.Request) -> dict[str, str]:
    """Return a form's text fields, of two with one name the last; none of what is no form.

    Raises:
        Fault: malformed, too large or too slow.
    """
    try:
        body = await read_small_body(request)
        parser = find_parser(request)
        return {} if parser is None else _fields(_events(parser, body))
    except UNREADABLE as error:
        raise Fault(Reason.BAD_BODY) from error
