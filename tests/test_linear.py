"""What parses foreign text takes ten times as long for ten times as much, never a hundred times."""

import contextlib
import gc
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from imgoe_bot.domain import option_kinds
from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.links import find_links, name_in
from imgoe_bot.domain.option_kinds import ValueType
from imgoe_bot.domain.templates import fill
from imgoe_bot.errors import ImgoeError
from imgoe_bot.hostapi import duration as api_duration
from imgoe_bot.hostapi.client.log_filter import unlogged
from imgoe_bot.hostapi.wire import redaction
from imgoe_bot.hostapi.wire.facts import Sent
from imgoe_bot.hostapi.wire.multipart import plain_name
from imgoe_bot.hostapi.wire.reply import UploadReply, find_object
from imgoe_bot.hostapi.wire.responses import Response, moved_link, parse_deletion, refused
from imgoe_bot.hostapi.wire.viewer_page import moved_page, read_viewer
from imgoe_bot.services.settings.guild_settings import check_host_url
from imgoe_bot.terminal.log import redact
from imgoe_bot.ui import formatting
from imgoe_bot.ui.reading.media_references import id_of

SENT = Sent(host="https://host.example", sent_bytes=9, secrets=("key",))
ITEM = Item(AttachmentId(1), 0, "a.png")
LEAST_S = 0.0003
"""What takes less is no measure: more is fed until it takes as long."""
MOST_CHARS = 100_000
RATIO = 40
"""Ten for what is linear, a hundred for what is not; the rest is the machine's mood."""

Parser = Callable[[str], object]


def _headers(name: str, value: str) -> Response:
    return Response(301, {name: value, "date": "Tue, 24 Nov 2026 05:00:00 GMT"}, b"")


def _hushed(text: str) -> None:
    record = logging.LogRecord("httpx", logging.INFO, "", 0, "%s", (text,), None)
    with unlogged("/delete/secret"):
        logging.getLogger("httpx").filter(record)


def _tried(parse: Parser) -> Parser:
    """Return a parser that may refuse what it is fed: only its time is asked for."""

    def tried(text: str) -> None:
        with contextlib.suppress(ValueError, ImgoeError):
            parse(text)

    return tried


HTML = [
    "<",
    "<a ",
    "<!",
    "<!--",
    "<!-- --",
    "<?",
    "</",
    "<![CDATA[",
    "<script ",
    "<script>",
    "<style>",
    "<title",
    "<title>",
    "<title>a</titl",
    "<meta ",
    '<meta "',
    "<meta '",
    "<meta a=",
    "<meta \"'",
    "<meta a=\"<meta b='",
    '<meta content="&#1',
    "<link rel=",
    "<link rel=a ",
    "&",
    "&#1",
    "<meta a b ",
    "<meta>",
    "<meta =",
    "/ ",
    "<meta a \n",
    "<p>",
    "<title></title>",
]
JSONS = [
    "{",
    "[",
    '{"a":',
    '{"status_code"',
    '{ "status_code":',
    '{"',
    "{ ",
    "1",
    '"',
    "\\",
    "\\u0",
]
SECRETS = [
    "/delete/",
    "/delete/aaaaaaaaaaaaaaa",
    "/delete/0123456789abcdef",
    "\\/delete\\/",
    "%2f",
    "chv_",
    "a",
    "a.",
    "a" * 23 + ".",
    "a" * 23 + ".aaaaaa.",
    "x-api-key: ",
    "://",
    "://a:",
    "x-api-key': '",
    "x-api-key', '",
    "://a:b",
    "a:",
    "@",
    "?key=",
    "&key=a",
    "/webhooks/1",
    "/interactions/1/",
    "/webhooks/",
    " ",
    "\x00",
    "k",
    "key",
    "ke",
]
TEXT = [
    "`",
    "`a",
    "`a``b",
    "``a`b```c",
    "a`",
    "||",
    "||a",
    "||a||",
    "| ",
    "https://",
    "https://a ",
    "||https://a|| ",
    "https://a||",
    "<https://a",
    "https",
    " ",
    "*_~|`<>#[]",
    "@everyone",
    "<@1",
]
NAMES = ["/", ".", "a", "a.", "/a", "%", "%41", "\\", " ", "\u202e", '"', "é", "_", "*"]
OPTIONS = [" ", ",", ", ", "1", "1 ,", "<@", "<@1>", "P", "P1", "1D", "T", "1kb", "b"]
DATES = [" ", ",", ":", "-", "(", "1", "Tue, ", "+", "a "]

PARSERS: dict[str, tuple[Parser, list[str]]] = {
    "a page or an error under 200": (
        lambda text: refused(Response(200, {}, text.encode()), sent=SENT),
        HTML + JSONS,
    ),
    "a page or an error under 403": (
        lambda text: refused(Response(403, {}, b"<" + text.encode()), sent=SENT, bare_text=True),
        HTML + JSONS,
    ),
    "a reply": (lambda text: find_object(text.encode()), HTML + JSONS),
    "a reply behind a warning": (lambda text: find_object(b"<br>" + text.encode()), JSONS),
    "a field of a reply": (
        lambda text: UploadReply.model_validate(
            {"id_encoded": text, "size": text, "date_gmt": text, "tags": text, "is_approved": text}
        ),
        [*OPTIONS, "-", "."],
    ),
    "a host's words": (lambda text: redaction.redact(text, secrets=("key",)), HTML + SECRETS),
    "a viewer's page": (
        lambda text: read_viewer(text.encode(), url="https://host.example/image/a"),
        HTML,
    ),
    "where an answer leads": (
        lambda text: (
            refused(_headers("location", text), sent=SENT),
            moved_page(_headers("location", text), address="https://h.example/image/a"),
            moved_link(_headers("location", text), address="https://h.example/image/a"),
        ),
        [*NAMES, "?", "#", "../", "://"],
    ),
    "where a deletion leads": (
        lambda text: parse_deletion(_headers("location", "/?deleted" + text), sent=SENT),
        NAMES,
    ),
    "a wait": (
        lambda text: refused(Response(429, {"retry-after": text, "date": text}, b""), sent=SENT),
        DATES,
    ),
    "a log line": (redact, [*SECRETS, *TEXT]),
    "a line of httpx's log": (_hushed, ["/delete/", "/delete/secre", "/"]),
    "a message's text": (find_links, TEXT),
    "a template": (
        lambda text: fill(text, item=ITEM, at=datetime.now(UTC)),
        ["{", "{file}", "{file", "}", "{name}a"],
    ),
    "an address's name": (name_in, [*NAMES, "?", "#", "://"]),
    "an address's id": (id_of, NAMES),
    "a file's name on a card": (formatting.safe_name, NAMES + TEXT),
    "a text on a card": (formatting.escape, NAMES + TEXT),
    "a link on a card": (formatting.is_link, [*NAMES, "https://", "https://a"]),
    "a file's name at a host": (plain_name, NAMES),
    "people": (_tried(option_kinds.users("a").parse), OPTIONS),
    "a size": (_tried(option_kinds.size("a").parse), OPTIONS),
    "a channel": (_tried(option_kinds.id_of("a", ValueType.CHANNEL).parse), OPTIONS),
    "a duration": (_tried(parse_duration), OPTIONS),
    "a host's address": (_tried(check_host_url), [*NAMES, "https://a", "https://[", ":", "0"]),
    "an interval": (_tried(api_duration.parse_duration), OPTIONS),
}


def _seconds(parse: Parser, text: str) -> float:
    """Return the time of this process, the least of three tries."""
    found: list[float] = []
    for _ in range(3):
        before = time.process_time()
        parse(text)
        found.append(time.process_time() - before)
    return min(found)


def _enough(parse: Parser, mark: str) -> tuple[int, float]:
    """Return how often a mark is to stand in a text, for a time that is worth a comparison."""
    count = 50
    while True:
        spent = _seconds(parse, mark * count)
        if spent >= LEAST_S or count * len(mark) >= MOST_CHARS:
            return count, spent
        count *= 2


@pytest.mark.parametrize("name", PARSERS)
def test_ten_times_as_much_of_its_own_marks_takes_ten_times_as_long(name: str) -> None:
    parse, marks = PARSERS[name]
    gc.disable()
    try:
        grown = {mark: _growth(parse, mark) for mark in marks}
    finally:
        gc.enable()
    assert {mark: ratio for mark, ratio in grown.items() if ratio > RATIO} == {}


def _growth(parse: Parser, mark: str) -> float:
    count, spent = _enough(parse, mark)
    return _seconds(parse, mark * count * 10) / max(spent, LEAST_S)
