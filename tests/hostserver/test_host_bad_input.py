"""Whatever arrives: the right code, no 500, nothing left behind, nothing told about the machine."""

import asyncio
import base64
import io
import struct
import zlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.driver import Answer, Client, FileList, client_of, picture

JPEG = picture()
PNG = picture("PNG")
GIF_SCRIPT = b"GIF89a/*<script>alert(1)</script>*/"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


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


BAD_HEIC = (425, 422) if find_spec("pillow_heif") else (610, 415)
BAD_FILES = [
    Bad("no bytes", b"", 130, 422),
    Bad("text named .png", b"just words", 610, 415),
    Bad("text sent as a film", b"just words", 610, 415, "x.mp4", "video/mp4"),
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
async def strict_host(options: HostOptions, session: aiohttp.ClientSession) -> Any:
    async with HostServer(options) as host:
        yield client_of(host, session)


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.claim)
async def test_a_bad_file_is_refused_both_ways(
    strict_host: Client, files: FileList, tmp_path: Path, bad: Bad
) -> None:
    send: dict[str, Any] = {"filename": bad.filename, "mime": bad.mime, **bad.fields}
    compatible = await strict_host.upload(bad.data, **send)
    assert compatible.status == 400
    assert compatible.json["status_txt"] == "Bad Request"
    assert compatible.json["error"]["code"] == bad.code
    headers = {"X-API-Key": str(strict_host.key), "Accept": "application/problem+json"}
    strict = await strict_host.upload(bad.data, headers=headers, **send)
    assert (strict.status, strict.json["code"]) == (bad.status, bad.code)
    for body in (compatible.body, strict.body):
        assert str(tmp_path).encode() not in body
        assert b".part" not in body
    assert files.names() == []


async def test_a_bare_text_error_comes_with_200_where_text_was_asked_for(client: Client) -> None:
    for wanted in ("txt", "redirect"):
        answer = await client.upload(b"words", format=wanted)
        assert (answer.status, b"accepted format" in answer.body) == (200, True)


def key_of(client: Client) -> dict[str, str]:
    return {"X-API-Key": str(client.key)}


async def post(client: Client, **options: Any) -> Answer:
    return await client.call("POST", "/api/1/upload", headers=key_of(client), **options)


async def test_the_source_must_have_its_name_and_be_alone(client: Client) -> None:
    wrong = await client.upload(JPEG, part="file")
    assert wrong.json["error"]["code"] in (130, 400)
    form = aiohttp.FormData()
    form.add_field("source", JPEG, filename="a.jpg")
    form.add_field("source", JPEG, filename="b.jpg")
    assert (await post(client, data=form)).json["error"]["code"] == 400


async def test_a_json_body_is_no_upload(client: Client) -> None:
    answer = await post(client, json={"source": "x"})
    assert (answer.status, answer.json["error"]["code"]) == (400, 130)


async def test_a_part_without_a_file_name_is_text(client: Client) -> None:
    form = aiohttp.FormData()
    form.add_field("source", "no base64!", content_type="text/plain")
    answer = await post(client, data=form)
    assert answer.json["error"]["code"] == 120


async def test_an_empty_file_name_still_is_a_file(client: Client) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="source"; filename=""\r\n\r\n'
    headers = key_of(client) | {"Content-Type": "multipart/form-data; boundary=b"}
    body = head + JPEG + b"\r\n--b--\r\n"
    answer = await client.call("POST", "/api/1/upload", data=body, headers=headers)
    assert answer.status == 200
    assert answer.json["image"]["name"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (base64.b64encode(JPEG).decode(), None),
        ("\n".join([base64.b64encode(JPEG).decode()[:76], base64.b64encode(JPEG).decode()[76:]]),
         None),
        ("data:image/jpeg;base64," + base64.b64encode(JPEG).decode(), 120),
        (base64.urlsafe_b64encode(b"\xff\xef\xfe" * 30).decode(), 120),
        ("not base64 at all", 120),
        ("=", 120),
        ("http://127.0.0.1/a.jpg", 403),
        ("HTTPS://example.org/a.jpg", 403),
    ],
)  # fmt: skip
async def test_sources_sent_as_text(client: Client, text: str, code: int | None) -> None:
    answer = await post(client, data={"source": text})
    assert answer.status == (200 if code is None else 400)
    assert code is None or answer.json["error"]["code"] == code


async def test_get_carries_no_base64(client: Client) -> None:
    params = {"source": base64.b64encode(b"x" * 30).decode(), "key": str(client.key)}
    answer = await client.get("/api/1/upload", params=params)
    assert (answer.status, answer.json["error"]["code"]) == (400, 130)
    nothing = await client.get("/api/1/upload", params={"key": str(client.key)})
    assert nothing.json["error"]["code"] == 130


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


PART = b'--b\r\nContent-Disposition: form-data; name="source"; filename="a.jpg"\r\n\r\n'
MULTIPART = "Content-Type: multipart/form-data; boundary=b"


async def test_a_body_cut_half_way_leaves_nothing(client: Client, files: FileList) -> None:
    head = request_head(client, MULTIPART, "Content-Length: 1000000")
    await raw(client, head + PART + JPEG[:5000])
    assert (await client.get("/")).status == 200
    for _ in range(100):
        if files.names() == []:
            return
        await client.get("/")
    assert files.names() == []


async def test_a_chunked_body_that_ends_early_is_refused(client: Client, files: FileList) -> None:
    head = request_head(client, MULTIPART, "Transfer-Encoding: chunked", "Connection: close")
    body = PART + JPEG
    answer = await raw(client, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), end=False)
    assert answer.startswith(b"HTTP/1.1 400")
    assert files.names() == []


async def test_a_chunked_body_without_a_length_is_taken(client: Client) -> None:
    async def chunks() -> Any:
        yield PART
        for at in range(0, len(JPEG), 1000):
            yield JPEG[at : at + 1000]
        yield b"\r\n--b--\r\n"

    headers = key_of(client) | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await client.call("POST", "/api/1/upload", data=chunks(), headers=headers)
    assert answer.status == 200


async def test_a_part_with_a_control_character_in_its_name_is_refused(client: Client) -> None:
    body = PART.replace(b'name="source"', b'name="s\x0cource"') + JPEG + b"\r\n--b--\r\n"
    headers = key_of(client) | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await client.call("POST", "/api/1/upload", data=body, headers=headers)
    assert (answer.status, answer.json["error"]["code"]) == (400, 400)


async def test_a_body_that_claims_to_be_packed_is_refused(client: Client) -> None:
    headers = key_of(client) | {
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Encoding": "gzip",
    }
    answer = await client.call("POST", "/api/1/upload", data=b"no gzip", headers=headers)
    assert answer.status == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        "multipart/mixed; boundary=b",
        "application/x-www-form-urlencoded; charset=nonsense",
    ],
)
async def test_a_wrong_content_type_is_refused(client: Client, content_type: str) -> None:
    headers = key_of(client) | {"Content-Type": content_type}
    body = PART + JPEG + b"\r\n--b--\r\n"
    answer = await client.call("POST", "/api/1/upload", data=body, headers=headers)
    assert answer.status == 400


async def test_a_declared_length_over_the_limit_is_refused_before_the_body(
    strict_host: Client,
) -> None:
    head = request_head(strict_host, MULTIPART, "Content-Length: 99000000", "Connection: close")
    answer = await raw(strict_host, head, end=False)
    assert b'"code": 400' in answer


async def test_a_slow_sender_keeps_nobody_else_waiting(client: Client) -> None:
    _, _, place = client.url.rpartition("/")
    host, _, port = place.partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_head(client, MULTIPART, "Content-Length: 100000") + PART)
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


async def test_no_page_runs_what_a_client_sent(client: Client) -> None:
    wicked = '"><script>alert(1)</script>'
    image = await client.stored(JPEG, title=wicked, description=wicked, tags=wicked)
    for path in (image["url_viewer"], image["delete_url"]):
        assert b"<script>alert" not in (await client.get(path)).body
    assert image["title_truncated_html"].startswith("&quot;&gt;&lt;script&gt;")
