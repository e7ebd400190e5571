"""No parser takes the square of its foreign bytes: ten times as many take ten times as long.

Each is fed its own marks, again and again: what opens and is never closed, what nests, what looks
like a beginning. CPU time of this thread is compared, so the machine's other work doesn't count.
"""

import asyncio
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from imgoe_bot.hostserver.decoding.exif_values import read_values
from imgoe_bot.hostserver.decoding.image_processor import ImageProcessor
from imgoe_bot.hostserver.decoding.images import ImageLimits
from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.formats import GIF, JPEG, PNG, Format, sniff
from imgoe_bot.hostserver.intake.base64_text import Base64Decoder
from imgoe_bot.hostserver.intake.fetch import looks_like_url
from imgoe_bot.hostserver.intake.form import parse_expiry, parse_form, parse_tags
from imgoe_bot.hostserver.intake.form_events import Event
from imgoe_bot.hostserver.intake.multipart import MultipartParser, boundary_of, parse_headers
from imgoe_bot.hostserver.intake.request_body import TIMEOUTS, pieces
from imgoe_bot.hostserver.intake.urlencoded import UrlencodedParser
from imgoe_bot.hostserver.names import (
    clean_text,
    file_stem,
    is_stored_name,
    sent_filename,
    slug,
    storable,
    title_from,
)
from imgoe_bot.hostserver.options import RequestTimeouts
from imgoe_bot.hostserver.scrubbing.images import scrub_bytes, scrub_image
from imgoe_bot.hostserver.scrubbing.mp4 import scrub_mp4
from imgoe_bot.hostserver.scrubbing.webm import scrub_webm
from imgoe_bot.public_internet import is_public
from tests.hostserver.client import Client
from tests.hostserver.pictures import picture

TIMES = 10
MOST_TIMES_AS_LONG = 30  # the square would be 100
TRIES = 3
SHORTEST_S = 0.0001  # below that, the clock's steps are larger than what it measures
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
Parser = Callable[[bytes, Path], object]


@dataclass(frozen=True, slots=True)
class Feed:
    """A parser and what it is fed.

    Attributes:
        size_bytes: of the small feed, long enough to be measured.
        head, tail: what stands once before and behind the marks.
    """

    parser: Parser
    marks: tuple[bytes, ...]
    size_bytes: int = 10_000
    head: bytes = b""
    tail: bytes = b""


def _in_memory(parse: Callable[[bytes], object]) -> Parser:
    return lambda data, _: parse(data)


def _of_text(parse: Callable[[str], object]) -> Parser:
    return lambda data, _: parse(data.decode("utf-8", "replace"))


def _from_file(parse: Callable[[Path], object]) -> Parser:
    def run(data: bytes, path: Path) -> object:
        path.write_bytes(data)
        return parse(path)

    return run


def _eaten(feed: Callable[[bytes], Iterator[Event]], data: bytes, piece_bytes: int) -> None:
    for at in range(0, len(data), piece_bytes):
        for _ in feed(data[at : at + piece_bytes]):
            pass


def _multipart(piece_bytes: int) -> Parser:
    return lambda data, _: _eaten(MultipartParser(b"b").feed, data, piece_bytes)


def _urlencoded(piece_bytes: int) -> Parser:
    return lambda data, _: _eaten(UrlencodedParser().feed, data, piece_bytes)


def _base64(data: bytes, _: Path) -> None:
    decoder = Base64Decoder()
    for at in range(0, len(data), 7):
        decoder.feed(data[at : at + 7])


PLACES = Feed(
    _in_memory(lambda data: scrub_bytes(bytearray(data), JPEG)),
    (
        b"<rdf:RDF",
        b"<rdf:RDF></rdf:RDF>",
        b"</rdf:RDF>",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*\0\0\0\x08",
        b"II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x10\0\0\0" + bytes(8),
        b"moov",
        b"\0\0\0\x08moov",
        b"\x7f\xff\xff\xffmoov",
        b"\0\0\x40\0moov",
    ),
)
POSITIONS = Feed(
    PLACES.parser,
    (
        b"w",
        b"w-",
        b"w:",
        b":GPS",
        b" :GPS",
        b"a:GPSb",
        b"a:GPS ",
        b"a:GPS\t",
        b"a:GPSb=",
        b'a:GPSb="',
        b"a:GPSb='",
        b"a:GPSb='\"",
        b"<",
        b"<w",
        b"<a:GPSb",
        b"<a:GPSb ",
        b"<a:GPSb>",
        b"<a:GPSb/>",
        b"<a:GPSb c='>'>",
        b"</a:GPSb>",
        b"<a:GPSb></a:GPSb",
        b"<a:GPSb><c:GPSd></a:GPSb>",
    ),
    head=b"<rdf:RDF ",
    tail=b"</rdf:RDF>",
)
CHUNKS = Feed(
    _in_memory(lambda data: scrub_bytes(bytearray(data), PNG)),
    (bytes(12), b"\0\0\0\0tEXt" + bytes(4), b"\0\0\0\0iTXt" + bytes(4), b"w"),
    head=PNG_MAGIC,
)
MARKERS = Feed(
    _from_file(lambda path: scrub_image(path, JPEG)),
    (b"\xff\xe1\0\x02", b"\xff", b"\xff\xda", b"\xff\xd8", b"\xff\xd9"),
    head=b"\xff\xd8",
    tail=b"\xff\xd9",
    size_bytes=100_000,
)
BOXES = Feed(
    _from_file(scrub_mp4),
    (
        b"\0\0\0\x08moov",
        b"\0\0\0\x08uuid",
        b"\0\0\0\x08meta",
        b"\0\0\0\0moov",
        b"\0\0\0\x10moov\0\0\0\x08meta",
        b"\x7f\xff\xff\xffmoov",
        b"<rdf:RDF",
    ),
    head=b"\0\0\0\x10ftypisom\0\0\0\0",
)
INSIDE_BOXES = Feed(
    BOXES.parser,
    (
        b"\0\0\0\x08trak",
        b"\0\0\0\x08meta",
        b"\0\0\0\0trak",
        b"\0\0\0\0meta\0\0\0\0",
        b"\0\0\0\x18meta\0\0\0\0" + b"\0\0\0\x08ilst" + bytes(4),
        b"w",
        b"gps",
        b"locatio",
    ),
    head=b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\0moov",
)
ELEMENTS = Feed(
    _from_file(scrub_webm),
    (
        b"\xec\x80",
        b"\x12\x54\xc3\x67\x80",
        b"\x12\x54\xc3\x67\x84\x73\x73\x80\xec",
        b"\x1f\x43\xb6\x75\xff",
        b"\x73\x73\x80",
        b"\x67\xc8\x80",
        b"\x67\xc8\x84\x45\xa3\x81G",
        b"\xbf\x80",
    ),
    head=b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
    size_bytes=2_000,
)


def _picture(source: Format) -> Parser:
    maker = ImageProcessor(ImageLimits(1_000_000, 1_000, 1_000_000))
    return _from_file(lambda path: maker.process(path, source=source, md5=""))


def _open_picture(kind: str, head_bytes: int) -> tuple[bytes, bytes]:
    """A small picture cut in two where more may stand."""
    whole = picture(kind, size=(40, 30))
    return whole[:head_bytes], whole[head_bytes:]


JPEG_CUT, PNG_CUT, GIF_CUT = (
    _open_picture("JPEG", 2), _open_picture("PNG", 33), _open_picture("GIF", 781)
)  # fmt: skip
IN_JPEG = Feed(
    _picture(JPEG),
    (b"\xff\xe1\0\x0eExif\0\0abcdef", b"\xff\xe1\0\x04ab", b"\xff\xfe\0\x03a", b"\xff\xff",
     b"\xff\xe2\0\x10ICC_PROFILE\0\1\1"),
    head=JPEG_CUT[0], tail=JPEG_CUT[1],
)  # fmt: skip
IN_PNG = Feed(_picture(PNG), (bytes(12),), head=PNG_CUT[0], tail=PNG_CUT[1])
IN_GIF = Feed(_picture(GIF), (b"\x21\xfe\x01a\0", b"\x21\xf9\0"), head=GIF_CUT[0], tail=GIF_CUT[1])
EXIF = Feed(
    _in_memory(lambda data: read_values(data[: len(data) // 12 * 12])),
    (struct.pack("<HHII", 0x010F, 2, 0xFFFFFFFF, 0), struct.pack("<HHII", 0x8769, 4, 1, 10)),
    head=b"II*\0\x08\0\0\0\xff\xff",
)
HEADER_MARKS = (
    b";", b"; ", b" ", b";a", b";a=", b';a="', b';a=""', b'"', b"\\", b';a="\\', b'\\"', b"w", b"=",
    b"\xc3\xa4", b"\xff",
)  # fmt: skip
DISPOSITION = b'Content-Disposition: form-data; name="a'
HEADERS = Feed(
    _in_memory(parse_headers), (*HEADER_MARKS, b"\r\n", b"\r", b"a:b\r\n"), head=DISPOSITION
)
FILENAMES = tuple(
    Feed(
        _in_memory(parse_headers),
        (b"a", b"%41", b"%", b"%C3", b"'", b"-", b"xn--"),
        head=DISPOSITION + b'"; filename*=' + charset + b"''",
    )
    for charset in (b"utf-8", b"punycode", b"idna", b"utf-7", b"unicode_escape", b"utf-16", b"")
)
BOUNDARY = Feed(_of_text(boundary_of), HEADER_MARKS, head=b"multipart/form-data; boundary=")
PARTS = tuple(
    Feed(
        _multipart(piece_bytes),
        (b"\r\n--b", b"\r\n--b\r\n\r\n", b"--b\r\n", b"\r", b"\n", b"\r\n", b"\r\n-", b"-", b"w",
         b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'),
        head=b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n',
    )
    for piece_bytes in (7, 65_536)
)  # fmt: skip
PAIRS = tuple(
    Feed(
        _urlencoded(piece_bytes),
        (b"&", b"=", b"%", b"%4", b"%41", b"+", b"a", b"a&", b"a=&", b"a=b&", b"a=%&"),
        head=head,
    )
    for piece_bytes in (7, 65_536)
    for head in (b"", b"a=")
)
WORDS = tuple(
    Feed(
        _of_text(parse),
        (
            b" ", b"\t", b".", b"..", b"-", b"_ ", b"/", b"\\", b"%41", b"%", b"%4", b"w", b".th",
            "ä".encode(), "ß".encode(), "\u0301\u0316".encode(), "\ufdfa".encode(), b"\0",
            "\u202e".encode(), b"2026/11/24/", b"\xff",
        ),
    )
    for parse in (file_stem, title_from, slug, sent_filename, clean_text, storable, is_stored_name)
)  # fmt: skip


def _parse_title(text: str) -> object:
    return parse_form({"title": text, "description": text})


FORMS = tuple(
    Feed(_of_text(parse), (b",", b" ,", b"a,", b" ", b"1", b"0", b"P", b"P1", b"1D", b"T", b"w"))
    for parse in (parse_tags, parse_expiry, _parse_title)
)
ADDRESSES = tuple(
    Feed(_of_text(parse), (b":", b"::", b"1.", b"%", b"f", b"http://", b" ", b"../", b"[", b"@"))
    for parse in (is_public, looks_like_url)
)
TEXT64 = Feed(_base64, (b"AAAA", b" ", b"=", b"A=", b"\n"))
HEAD = Feed(_in_memory(sniff), (b"webm", b"avif", b"\0"), head=b"\xff\xff\xff\xffftyp")

FEEDS = (
    PLACES, POSITIONS, CHUNKS, MARKERS, BOXES, INSIDE_BOXES, ELEMENTS, HEADERS, *FILENAMES,
    IN_JPEG, IN_PNG, IN_GIF, EXIF, BOUNDARY, *PARTS, *PAIRS, *WORDS, *FORMS, *ADDRESSES, TEXT64,
    HEAD,
)  # fmt: skip


def _fill(feed: Feed, mark: bytes, size_bytes: int) -> bytes:
    return feed.head + mark * (size_bytes // len(mark)) + feed.tail


def _run_s(feed: Feed, data: bytes, path: Path) -> float:
    """Return the CPU seconds of one run; what ends in a refusal was read, too."""
    begun = time.thread_time()
    with suppress(Fault, ValueError):
        feed.parser(data, path)
    return time.thread_time() - begun


def _times_as_long(feed: Feed, mark: bytes, path: Path) -> float:
    """Return the least ratio of several tries: what disturbs one only makes it slower."""
    small, large = (_fill(feed, mark, times * feed.size_bytes) for times in (1, TIMES))
    small_s = large_s = ratio = float("inf")
    for _ in range(TRIES):
        small_s = min(small_s, _run_s(feed, small, path))
        large_s = min(large_s, _run_s(feed, large, path))
        ratio = large_s / max(small_s, SHORTEST_S)
        if ratio <= MOST_TIMES_AS_LONG:
            break
    return ratio


@pytest.mark.parametrize("feed", FEEDS)
def test_ten_times_as_much_takes_ten_times_as_long(feed: Feed, tmp_path: Path) -> None:
    path = tmp_path / "fed"
    ratios = {mark: _times_as_long(feed, mark, path) for mark in feed.marks}
    assert {mark for mark, ratio in ratios.items() if ratio > MOST_TIMES_AS_LONG} == set()


def _with_words(size_bytes: int) -> bytes:
    """A picture whose XMP is one long word, as slow to search as it gets."""
    head, rest = _open_picture("PNG", 33)
    packet = b"<rdf:RDF " + b"w" * size_bytes + b"</rdf:RDF>"
    content = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + packet
    length, checksum = (len(content) - 4).to_bytes(4), zlib.crc32(content).to_bytes(4)
    return head + length + content + checksum + rest


async def test_everybody_is_answered_while_a_slow_picture_is_searched(client: Client) -> None:
    uploading = asyncio.create_task(client.upload(_with_words(900_000), mime="image/png"))
    async with asyncio.timeout(60):  # to begin anew at every letter takes an hour and a half
        while not uploading.done():
            assert (await client.get("/")).status == 200
        assert (await uploading).status == 200


async def test_a_body_in_chunks_of_a_byte_is_read_in_pieces_of_many() -> None:
    sizes: list[int] = []

    async def count(request: web.Request) -> web.Response:
        sizes.extend([len(piece) async for piece in pieces(request)])
        return web.Response()

    app = web.Application()
    app[TIMEOUTS] = RequestTimeouts()
    app.router.add_post("/", count)
    async with TestServer(app) as server, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.make_url("/").port)
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()
    assert sum(sizes) == 50_000
    assert len(sizes) < 5_000


@pytest.mark.parametrize("path", ["/login", "/api/1/albums"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
async def test_no_client_chooses_how_its_form_is_decoded(
    client: Client, path: str, kind: str
) -> None:
    body = b"key=" + b"a" * 60_000
    if "boundary" in kind:
        head = b"--b\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n"
        charset = head % (b"_charset_", b"punycode")
        body = charset + head % (b"key", b"a" * 60_000) + b"--b--\r\n"
    headers = {"Content-Type": kind + "; charset=punycode", "X-API-Key": str(client.key)}
    async with asyncio.timeout(60):
        answer = await client.call("POST", path, data=body, headers=headers)
    assert answer.status in (403, 422)
