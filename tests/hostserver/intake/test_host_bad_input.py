"""Whatever arrives: the right code, no 500, nothing left behind, nothing told about the machine."""

import asyncio
import base64
import io
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from yarl import URL

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.client import Answer, Client, FileList, client_of
from tests.hostserver.pictures import MIMES, picture

JPEG = picture()
PNG = picture("PNG")
GIF_SCRIPT = b"GIF89a/*<script>alert(1)</script>*/"
PROBLEM = {"Accept": "application/problem+json"}
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def key_of(client: Client) -> dict[str, str]:
    return {"X-API-Key": str(client.key)}


def claimed_png(side_px: int, height_px: int | None = None) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", side_px, height_px or side_px, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return PNG[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def long_animation() -> bytes:
    images = [Image.new("L", (4, 4), n % 256) for n in range(60)]
    buffer = io.BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:])
    return buffer.getvalue()


Headers = dict[str, str]
Send = Callable[[Client, Headers], Awaitable[Answer]]


@dataclass(frozen=True)
class Bad:
    """A file that can't be taken, and why."""

    claim: str
    data: bytes
    code: int
    status: int
    filename: str = "x.png"
    mime: str = "image/png"
    fields: dict[str, str] = field(default_factory=dict[str, str])

    async def send(self, client: Client, headers: Headers) -> Answer:
        return await client.upload(
            self.data, filename=self.filename, mime=self.mime, headers=headers, **self.fields
        )


@dataclass(frozen=True)
class Odd:
    """A request that can't be meant, and why."""

    claim: str
    code: int
    status: int
    send: Send


def form(*parts: tuple[str, bytes | str, str | None]) -> Send:
    """Send parts of a form: name, content, and a file name where it is a file."""

    async def send(client: Client, headers: Headers) -> Answer:
        sent = aiohttp.FormData()
        for name, content, filename in parts:
            sent.add_field(name, content, filename=filename, content_type="image/jpeg")
        return await client.call("POST", "/api/1/upload", data=sent, headers=headers)

    return send


def text(source: str) -> Send:
    """Send a source as text, in a form without files."""

    async def send(client: Client, headers: Headers) -> Answer:
        return await client.call("POST", "/api/1/upload", data={"source": source}, headers=headers)

    return send


def address(**query: str) -> Send:
    """Send everything in the address."""

    async def send(client: Client, headers: Headers) -> Answer:
        return await client.get("/api/1/upload", params=query, headers=headers)

    return send


def body(content: bytes, **more: str) -> Send:
    """Send bytes as they are, with a length; headers are named as arguments."""
    named = {name.replace("_", "-"): value for name, value in (MULTIPART | more).items()}

    async def send(client: Client, headers: Headers) -> Answer:
        return await client.call("POST", "/api/1/upload", data=content, headers=headers | named)

    return send


def chunks(*contents: bytes) -> Send:
    """Send a body in pieces, without a length."""

    async def pieces() -> AsyncIterator[bytes]:
        for content in contents:
            yield content

    async def send(client: Client, headers: Headers) -> Answer:
        named = {"Content-Type": MULTIPART["Content_Type"]}
        return await client.call("POST", "/api/1/upload", data=pieces(), headers=headers | named)

    return send


async def as_json(client: Client, headers: Headers) -> Answer:
    return await client.call("POST", "/api/1/upload", json={"source": "x"}, headers=headers)


MULTIPART = {"Content_Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="source"; filename="a.jpg"\r\n\r\n'
END = b"\r\n--b--\r\n"
ENCODED = base64.b64encode(JPEG).decode()
ODD_NAME = PART.replace(b'name="source"', b'name="s\x0cource"')
MANY: list[tuple[str, bytes | str, str | None]] = [(f"f{n}", "x", None) for n in range(60)]
ODD_REQUESTS = [
    Odd("nothing at all", 130, 422, form(("title", "x", None))),
    Odd("the file under another name", 130, 422, form(("file", JPEG, "a.jpg"))),
    Odd("a large file under another name", 130, 422, form(("file", JPEG * 9, "a.jpg"))),
    Odd("two sources", 400, 400, form(("source", JPEG, "a.jpg"), ("source", JPEG, "b.jpg"))),
    Odd("two texts", 400, 400, form(("source", ENCODED, None), ("source", ENCODED, None))),
    Odd("source and image", 400, 400, form(("source", JPEG, "a.jpg"), ("image", JPEG, "b.jpg"))),
    Odd("a text part that is no base64", 120, 422, form(("source", "no base64!", None))),
    Odd("a JSON body", 130, 422, as_json),
    Odd("words instead of base64", 120, 422, text("not base64 at all")),
    Odd("padding only", 120, 422, text("=")),
    Odd("a data URI", 120, 422, text("data:image/jpeg;base64," + ENCODED)),
    Odd("the url-safe alphabet", 120, 422, text("_-_-" * 30)),
    Odd("letters beyond ASCII", 120, 422, text("é" * 30)),
    Odd("an address", 403, 403, text("http://127.0.0.1/a.jpg")),
    Odd("an address in capitals", 403, 403, text("HTTPS://example.org/a.jpg")),
    Odd("an address by GET", 403, 403, address(source="http://127.0.0.1/a.jpg")),
    Odd("base64 by GET", 130, 405, address(source=ENCODED[:400])),
    Odd("nothing by GET", 130, 422, address(title="x")),
    Odd("a body that ends before its last boundary", 400, 400, body(PART + JPEG)),
    Odd("a body that ends within a part's head", 400, 400, body(PART[:40])),
    Odd("a chunked body that ends before its last boundary", 400, 400, chunks(PART, JPEG)),
    Odd("a part without a disposition", 400, 400, body(b"--b\r\nX: y\r\n\r\n" + JPEG + END)),
    Odd("a control character in a part's name", 400, 400, body(ODD_NAME + JPEG + END)),
    Odd("a part's head without an end", 400, 400, body(PART[:-2] + b"X: y\r\n" * 9_000 + END)),
    Odd("more fields than anybody needs", 400, 400, form(*MANY)),
    Odd("a body that isn't packed as it says", 400, 400, body(b"x", Content_Encoding="gzip")),
    Odd("no boundary", 400, 400, body(PART + JPEG + END, Content_Type="multipart/form-data")),
    Odd("an empty boundary", 400, 400,
        body(PART + JPEG + END, Content_Type="multipart/form-data; boundary=")),
    Odd("another boundary", 400, 400,
        body(PART + JPEG + END, Content_Type="multipart/form-data; boundary=other")),
    Odd("parts that are no form", 130, 422,
        body(PART + JPEG + END, Content_Type="multipart/mixed; boundary=b")),
    Odd("bytes that are no form", 400, 400,
        body(PART + JPEG + END, Content_Type="application/x-www-form-urlencoded")),
]  # fmt: skip


BAD_HEIC = (425, 422) if find_spec("pillow_heif") else (610, 415)
BAD_FILES = [
    Bad("no bytes", b"", 130, 422),
    Bad("text named .png", b"just words", 610, 415),
    Bad("text sent as a video", b"just words", 610, 415, "x.mp4", "video/mp4"),
    Bad("PHP", b"<?php system($_GET['c']);", 610, 415, "x.php.jpg"),
    Bad("HTML", b"<!doctype html><script>1</script>", 610, 415),
    Bad("SVG", SVG, 610, 415, "x.svg", "image/svg+xml"),
    Bad("GIF head before a script", GIF_SCRIPT, 425, 422),
    Bad("30,000 squared", claimed_png(30_000), 610, 413),
    Bad("900 megapixels in a line", claimed_png(900_000, 1_000), 610, 413),
    Bad("60 megapixels", claimed_png(10_000, 6_000), 610, 413),
    Bad("claimed, not there", claimed_png(3_000), 425, 422),
    Bad("truncated JPEG", JPEG[: len(JPEG) // 2], 425, 422),
    Bad("truncated PNG", PNG[: len(PNG) // 2], 425, 422),
    Bad("garbage after a JPEG's head", JPEG[:200] + b"\xa7" * 3000, 425, 422),
    Bad("WebP head only", b"RIFF\x10\0\0\0WEBPVP8 ", 425, 422),
    Bad("AVIF head only", struct.pack(">I", 24) + b"ftypavif\0\0\0\0avifmif1", 425, 422),
    Bad("BMP head only", b"BM" + bytes(60), 425, 422),
    Bad("MP4 head only", struct.pack(">I", 16) + b"ftypisom\0\0\0\0", 600, 422, "x.mp4"),
    Bad("WebM head only", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(90), 600, 422),
    Bad("Matroska that isn't WebM", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", 610, 415),
    Bad("HEIC head only", struct.pack(">I", 16) + b"ftypheic" + bytes(4), *BAD_HEIC),
    Bad("too many frames", long_animation(), 610, 413, "x.gif"),
    Bad("width above the image's", JPEG, 610, 422, fields={"width": "9000"}),
    Bad("width of nothing", JPEG, 400, 422, fields={"width": "0"}),
    Bad("width in words", JPEG, 400, 422, fields={"width": "wide"}),
    Bad("nsfw maybe", JPEG, 400, 422, fields={"nsfw": "maybe"}),
    Bad("category in words", JPEG, 400, 422, fields={"category_id": "one"}),
    Bad("unknown format", JPEG, 400, 422, fields={"format": "xml"}),
    Bad("interval in words", JPEG, 400, 422, fields={"expiration": "tomorrow"}),
    Bad("foreign album", JPEG, 400, 422, fields={"album_id": "nothere"}),
    Bad("a field too long", JPEG, 400, 413, fields={"description": "x" * 70_000}),
    Bad("an unknown part too long", JPEG, 400, 413, fields={"other": "x" * 70_000}),
]


@pytest.fixture
def options(tmp_path: Path) -> HostOptions:
    return HostOptions(tmp_path / "data", frame_limit=50, body_limit_bytes=2_000_000)


@pytest.fixture
async def small_host(options: HostOptions, session: aiohttp.ClientSession) -> Any:
    async with HostServer(options) as host:
        yield client_of(host, session)


@pytest.mark.parametrize("bad", [*BAD_FILES, *ODD_REQUESTS], ids=lambda bad: bad.claim)
async def test_bad_input_is_refused_both_ways(
    small_host: Client, files: FileList, tmp_path: Path, bad: Bad | Odd
) -> None:
    compatible = await bad.send(small_host, key_of(small_host))
    assert compatible.status == 400
    assert compatible.json["status_txt"] == "Bad Request"
    assert compatible.json["error"]["code"] == bad.code
    strict = await bad.send(small_host, key_of(small_host) | PROBLEM)
    assert (strict.status, strict.json["code"]) == (bad.status, bad.code)
    for body in (compatible.body, strict.body):
        assert str(tmp_path).encode() not in body
        assert b".part" not in body
    assert files.names() == []


async def test_a_bare_text_error_comes_with_200_where_text_was_asked_for(client: Client) -> None:
    for wanted in ("txt", "redirect"):
        answer = await client.upload(b"words", format=wanted)
        assert (answer.status, b"accepted format" in answer.body) == (200, True)


async def test_a_file_beside_the_source_is_read_past(client: Client, files: FileList) -> None:
    beside = (("extra", JPEG * 9, "x.jpg"), ("source", JPEG, "a.jpg"), ("title", JPEG, "t.jpg"))
    answer = await form(*beside)(client, key_of(client))
    assert (answer.status, answer.json["image"]["title"]) == (200, "a")
    assert answer.json["image"]["size"] == len(JPEG)
    assert all(name.startswith("a.") for name in files.names())


async def test_a_file_under_another_name_has_an_end(small_host: Client, files: FileList) -> None:
    head = PART.replace(b"source", b"other")
    endless = chunks(head, *[bytes(500_000)] * 20, END)
    answer = await endless(small_host, key_of(small_host) | PROBLEM)
    assert (answer.status, answer.json["code"]) == (413, 400)
    assert files.names() == []


async def test_an_empty_file_name_still_is_a_file(client: Client) -> None:
    unnamed = PART.replace(b"a.jpg", b"")
    answer = await body(unnamed + JPEG + END)(client, key_of(client))
    assert answer.status == 200
    assert answer.json["image"]["name"]


@pytest.mark.parametrize("source", [ENCODED, f"{ENCODED[:76]}\n{ENCODED[76:]}", f"  {ENCODED}\r\n"])
async def test_base64_is_taken_with_and_without_line_ends(client: Client, source: str) -> None:
    assert (await text(source)(client, key_of(client))).status == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [("/api/2/upload", 110), ("/api/one/upload", 110), ("/api/1/delete", 120), ("/api/1/x/", 120)],
)
async def test_version_and_action_are_checked_before_the_key(
    client: Client, path: str, code: int
) -> None:
    assert (await client.get(path)).json["error"]["code"] == code


async def test_a_trailing_slash_is_the_same_call(client: Client) -> None:
    form = {"source": base64.b64encode(JPEG).decode()}
    answer = await client.call("POST", "/api/1/upload/", data=form, headers=key_of(client))
    assert answer.status == 200


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("../../etc/passwd.jpg", "passwd"),
        ("..\\..\\boot.ini.jpg", "boot.ini"),
        (".htaccess.jpg", "htaccess"),
        ("a b\u00a0c.jpg", "a-b-c"),
        ("Grüße aus Köln.jpg", "Grusse-aus-Koln"),
        ("x" * 5_000 + ".jpg", "x" * 200),
        ("a.th.jpg", "a-th"),
        ("a/b/c.jpg", "c"),
        ('quo"te.jpg', "quote"),
        ("shell;rm -rf $HOME.jpg", "shellrm--rf-HOME"),
    ],
)
async def test_names_become_safe(client: Client, files: FileList, sent: str, stored: str) -> None:
    image = await client.stored(JPEG, filename=sent)
    assert image["name"] == stored
    assert f"{stored}.jpg" in files.names()
    assert (await client.get(image["url"])).status == 200


async def test_a_name_without_a_letter_of_ours_becomes_random(client: Client) -> None:
    image = await client.stored(JPEG, filename="写真.jpg")
    assert image["title"] == "写真"
    assert len(image["name"]) == 12
    assert (await client.get(image["url_viewer"])).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/images/../secret",
        "/images/%2e%2e/secret",
        "/images/..%2fsecret",
        "/images/..%2findex.sqlite3",
        "/images//etc/passwd.jpg",
        "/images/a%00.jpg",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/image/",
        "/image/%2e%2e",
        "/clip/a.b/delete/x",
        "/album/zz",
        "/nowhere",
    ],
)
async def test_paths_lead_nowhere_else(client: Client, path: str) -> None:
    async with client.session.get(URL(client.url + path, encoded=True)) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/oembed?url=http://[",
        "/oembed?url=%00",
        "/oembed?url=/image/x&format=xml",
        "/album/{album}?before=99999999999999999999999",
        "/album/{album}?before=-1",
        "/album/{album}?before=x",
        "/image/%ff%fe",
        "/image/a?deleted=1",
        "/api/1/uploads?before=99999999999999999999",
        "/api/1/uploads?limit=0",
        "/api/1/uploads?tag=%00%ff",
        "/api/1/uploads/%00",
        "/admin/uploads/%00/preview",
    ],
)
async def test_odd_addresses_never_make_the_host_fail(client: Client, path: str) -> None:
    headers = key_of(client)
    made = await client.call("POST", "/api/1/albums", json={"name": "x"}, headers=headers)
    address = client.url + path.replace("{album}", made.json["album"]["id"])
    async with client.session.get(URL(address, encoded=True), headers=headers) as answer:
        assert answer.status < 500 or answer.status == 501


async def test_people_get_pages_where_programs_get_problems(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    page = await client.get("/nowhere", headers=browser)
    assert (page.status, b"Nothing here" in page.body) == (404, True)
    refused = await client.call("POST", "/admin/keys", headers=browser)
    assert (refused.status, b"That was not done" in refused.body) == (403, True)
    assert (await client.get("/nowhere")).json["status"] == 404


async def raw(client: Client, data: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are and return what comes until the host closes or answers."""
    _, _, place = client.url.rpartition("/")
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    await writer.drain()
    if end:
        writer.write_eof()
    answer = await reader.read(2_000)
    writer.close()
    await writer.wait_closed()
    return answer


def request_head(client: Client, *lines: str) -> bytes:
    head = ["POST /api/1/upload HTTP/1.1", "Host: x", f"X-API-Key: {client.key}", *lines, "", ""]
    return "\r\n".join(head).encode()


FORM = "Content-Type: multipart/form-data; boundary=b"
CUT = PART + JPEG[:5000]


@pytest.mark.parametrize(
    ("length", "sent"),
    [
        ("Content-Length: 1000000", CUT),
        ("Transfer-Encoding: chunked", b"%x\r\n%s" % (len(CUT) + 100, CUT)),
        ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(CUT), CUT)),
    ],
)
async def test_a_body_cut_half_way_leaves_nothing(
    client: Client, files: FileList, length: str, sent: bytes
) -> None:
    await raw(client, request_head(client, FORM, length) + sent)
    assert (await client.get("/")).status == 200
    for _ in range(100):
        if files.names() == []:
            return
        await client.get("/")
    assert files.names() == []


async def test_a_chunked_body_without_a_length_is_taken(client: Client) -> None:
    pieces = [JPEG[at : at + 1000] for at in range(0, len(JPEG), 1000)]
    answer = await chunks(PART, *pieces, END)(client, key_of(client))
    assert answer.status == 200


async def test_a_declared_length_over_the_limit_is_refused_before_the_body(
    small_host: Client,
) -> None:
    head = request_head(small_host, FORM, "Content-Length: 99000000", "Connection: close")
    answer = await raw(small_host, head, end=False)
    assert b'"code": 400' in answer


async def test_a_slow_sender_keeps_nobody_else_waiting(client: Client) -> None:
    _, _, place = client.url.rpartition("/")
    host, _, port = place.partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_head(client, FORM, "Content-Length: 100000") + PART)
    await writer.drain()
    assert (await client.upload(JPEG)).status == 200
    writer.close()
    await writer.wait_closed()


async def test_a_full_disk_is_told_and_leaves_nothing(
    client: Client, files: FileList, tmp_path: Path
) -> None:
    (tmp_path / "data/images").rmdir()
    (tmp_path / "data/images").write_text("a file where the folder should be")
    answer = await client.upload(JPEG)
    assert (answer.status, answer.json["error"]["code"]) == (400, 104)
    strict = await client.upload(
        JPEG, headers=key_of(client) | {"Accept": "application/problem+json"}
    )
    assert strict.status == 507
    assert list((tmp_path / "data/tmp").iterdir()) == []


PHP = b"<?php system($_GET['c']); ?>"
HTML = b"<html><script>alert(1)</script></html>"


def polyglot(kind: str, payload: bytes) -> bytes:
    """A picture that is valid, and something else besides: in its metadata and behind its end."""
    image, buffer, notes = Image.open(io.BytesIO(JPEG)), io.BytesIO(), PngInfo()
    words = payload.decode()
    for name in ("Title", "Description", "Comment"):
        notes.add_text(name, words)
    exif = Image.Exif()
    exif[0x010E] = words
    options = {"comment": payload, "pnginfo": notes, "exif": exif}
    image.save(buffer, kind, **options)
    return buffer.getvalue() + payload


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize(
    ("payload", "filename", "mime"),
    [
        (PHP, "a.php", "application/x-httpd-php"),
        (HTML, "a.html", "text/html"),
        (SVG, "a.svg", "image/svg+xml"),
    ],
    ids=["PHP", "HTML", "SVG"],
)
async def test_a_picture_that_is_a_program_too_is_served_as_the_picture_alone(
    client: Client, kind: str, payload: bytes, filename: str, mime: str
) -> None:
    sent = polyglot(kind, payload)
    assert payload in sent
    image = await client.stored(sent, filename=filename, mime=mime)
    extension = {"JPEG": "jpg"}.get(kind, kind.lower())
    assert image["filename"] == f"a.{extension}"
    for url in (image["url"], image["thumb"]["url"], image["medium"]["url"]):
        file = await client.get(url, headers={"Accept": "text/html"})
        assert file.headers["content-type"] == MIMES[kind]
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert (payload in file.body) == (url == image["url"])
    for page in (image["url_viewer"], image["delete_url"]):
        assert payload not in (await client.get(page)).body


async def test_no_page_runs_what_a_client_sent(client: Client) -> None:
    wicked = '"><script>alert(1)</script>'
    image = await client.stored(JPEG, title=wicked, description=wicked, tags=wicked)
    for path in (image["url_viewer"], image["delete_url"]):
        assert b"<script>alert" not in (await client.get(path)).body
    assert image["title_truncated_html"].startswith("&quot;&gt;&lt;script&gt;")
