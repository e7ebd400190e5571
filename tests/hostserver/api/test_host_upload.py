"""The whole way of a picture through the host, over a real socket."""

import base64
import hashlib
import io
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.client import Client, FileList, client_of
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import with_key

JPEG = picture(size=(40, 30))


async def test_reply_has_the_fields_and_types_of_the_seed(client: Client) -> None:
    data = picture(size=(1600, 1200))
    answer = await client.upload(data, filename="Badgers _ animated.jpg", tags="a, b,a")
    image = answer.json["image"]
    assert answer.json["status_code"] == 200
    assert answer.json["success"] == {"message": "file uploaded", "code": 200}
    assert answer.json["status_txt"] == "OK"
    assert len(image) == 57
    assert image["title"] == "Badgers animated"
    assert (image["width"], image["height"], image["chain"]) == (1600, 1200, 7)
    assert image["md5"] == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert [tag["name"] for tag in image["tags"]] == ["a", "b"]
    assert image["nsfw"] == 0
    assert image["is_use_loader"] is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
async def test_each_format_gets_thumb_and_medium(client: Client, kind: str) -> None:
    image = await client.stored(picture(kind, size=(900, 600)), mime="image/x-any")
    thumb = await client.get(image["thumb"]["url"])
    medium = await client.get(image["medium"]["url"])
    original = await client.get(image["url"])
    assert Image.open(io.BytesIO(thumb.body)).size == (320, 320)
    assert Image.open(io.BytesIO(medium.body)).size == (500, 333)
    assert original.headers["content-type"] == image["mime"]
    assert len(original.body) == image["size"]


async def test_a_narrow_picture_has_five_nulls_for_its_medium(client: Client) -> None:
    image = await client.stored(picture(size=(400, 300)))
    assert image["medium"] == dict.fromkeys(["filename", "name", "mime", "extension", "url"])
    assert image["chain"] == 5


async def test_viewer_page_unfurls_and_shows_the_picture(client: Client) -> None:
    image = await client.stored(picture(), filename="A & B.jpg")
    page = await client.get(image["url_viewer"])
    text = page.body.decode()
    assert page.status == 200
    assert 'property="og:title" content="A &amp; B"' in text
    assert image["url"] in text
    assert (await client.get(image["url_short"])).status == 200


async def test_delete_page_asks_and_only_post_deletes(client: Client, files: FileList) -> None:
    image = await client.stored(picture(size=(900, 600)))
    link = image["delete_url"]
    assert link.startswith(image["url_short"] + "/delete/")
    assert len(link.rpartition("/")[2]) == 48
    assert (await client.get(link)).status == 200
    assert (await client.get(image["url"])).status == 200
    gone = await client.call("POST", link)
    assert gone.status == 303
    assert gone.headers["location"].endswith("?deleted")
    assert (await client.get(gone.headers["location"])).status == 200
    assert files.names() == []
    for address in (link, image["url"], image["url_viewer"], image["url_short"]):
        assert (await client.get(address)).status == 404
    assert (await client.call("POST", link)).status == 404


async def test_a_wrong_delete_token_is_not_found(client: Client) -> None:
    image = await client.stored(picture())
    link = image["url_short"] + "/delete/" + 48 * "0"
    assert (await client.get(link)).status == 404
    assert (await client.call("POST", link)).status == 404
    assert (await client.get(image["url"])).status == 200


async def test_two_files_of_one_name_overwrite_nothing(client: Client) -> None:
    first = await client.stored(picture(seed=1), filename="image.png")
    second = await client.stored(picture(seed=2), filename="image.png")
    assert first["url"] != second["url"]
    assert (await client.get(first["url"])).body != (await client.get(second["url"])).body


async def test_a_key_header_wins_over_the_parameter_even_when_empty(
    client: Client, host: HostServer
) -> None:
    data = picture()
    by_parameter = await client.upload(data, headers={}, key=str(host.first_key))
    assert by_parameter.status == 200
    for wrong in ("", "chv_wrong"):
        answer = await client.upload(data, headers={"X-API-Key": wrong}, key=str(host.first_key))
        assert (answer.status, answer.json["error"]["code"]) == (400, 100)


async def test_txt_and_redirect_replies(client: Client) -> None:
    text = await client.upload(picture(), format="txt")
    assert text.headers["content-type"].startswith("text/html")
    assert (await client.get(text.body.decode())).status == 200
    moved = await client.upload(picture(), format="redirect")
    assert moved.status == 302
    assert moved.headers["location"].startswith("/image/")


async def test_a_first_start_gives_one_key_and_later_starts_none(tmp_path: Path) -> None:
    async with HostServer(HostOptions(tmp_path)) as host:
        first, second = host.first_key, await host.create_key("bot")
    assert first is not None
    assert first != second
    assert first.startswith("chv_")
    async with HostServer(HostOptions(tmp_path)) as host:
        assert host.first_key is None
    stored = (tmp_path / "index.sqlite3").read_bytes()
    assert first.encode() not in stored
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 130),
        (b"just text, whatever the name says", 610),
        (b"<?php echo 1;", 610),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 610),
        (b"\xff\xd8\xff\xe0garbage", 425),
    ],
)
async def test_bad_files_are_refused_and_leave_nothing(
    client: Client, files: FileList, data: bytes, code: int
) -> None:
    answer = await client.upload(data, filename="x.png", mime="image/png")
    assert answer.status == 400
    assert answer.json["error"]["code"] == code
    assert files.names() == []


async def test_a_body_over_the_limit_is_refused_while_it_streams(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    options = HostOptions(tmp_path / "data", body_limit_bytes=100_000)
    async with HostServer(options) as host:
        answer = await client_of(host, session).upload(b"\xff\xd8\xff" + bytes(200_000))
        assert (answer.status, answer.json["error"]["code"]) == (400, 400)


FILE = ('name="source"; filename="a.jpg"', JPEG)
LEFT_OUT = {
    "an empty text before": [('name="source"', b""), FILE],
    "an empty text behind": [FILE, ('name="source"', b"")],
    "a blank before": [('name="source"', b" \r\n"), FILE],
    "a blank behind": [FILE, ('name="source"', b" ")],
    "ImgBB's name, empty": [('name="image"', b""), FILE, ('name="image"', b"")],
    "a file field left out before": [('name="source"; filename=""', b""), FILE],
    "a file field left out behind": [FILE, ('name="source"; filename=""', b"")],
    "a file field left out beside text": [
        ('name="source"; filename=""', b""),
        ('name="source"', base64.b64encode(JPEG)),
        ('name="image"; filename=""', b""),
    ],
}


@pytest.mark.parametrize("parts", LEFT_OUT.values(), ids=LEFT_OUT)
async def test_a_field_left_out_beside_the_source_is_no_second_one(
    client: Client, parts: list[tuple[str, bytes]]
) -> None:
    pieces = [
        f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    ]
    headers = with_key(client) | {"Content-Type": "multipart/form-data; boundary=b"}
    body = b"".join([*pieces, b"--b--\r\n"])
    answer = await client.call("POST", "/api/1/upload", data=body, headers=headers)
    assert answer.status == 200, answer.body
    assert answer.json["image"]["md5"] == hashlib.md5(JPEG, usedforsecurity=False).hexdigest()
