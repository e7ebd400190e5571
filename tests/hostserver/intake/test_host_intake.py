"""What somebody may send before, and how slowly, without a word being waited for in vain."""

import asyncio
import base64
import io
import json
import logging
from collections.abc import AsyncIterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import aiohttp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, RequestTimeouts
from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.intake.base64_text import Base64Decoder
from imgoe_bot.hostserver.intake.form_events import MalformedBody, PartStart
from imgoe_bot.hostserver.intake.urlencoded import UrlencodedParser
from tests.hostserver.client import Answer, Client, FileList, client_of
from tests.hostserver.pictures import picture
from tests.hostserver.raw_connection import MULTIPART, PART, URLENCODED, raw_connection
from tests.hostserver.running_host import PROBLEM, Clock, running, with_key

UPLOAD = "/api/1/upload"
NO_BODY = {"Content-Type": "multipart/form-data; boundary=b"}
HUGE = 90_000_000
JPEG = picture()
STRICT = "Accept: application/problem+json"


async def post_form(client: Client, path: str, **fields: str) -> Answer:
    """Send a form as it is, however large."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await client.call(
        "POST", path, data=io.BytesIO(urlencode(fields).encode()), headers=headers
    )


def code_of(answer: Answer) -> int | None:
    """The code of a refusal, None of a success."""
    return None if answer.status == 200 else int(answer.json["error"]["code"])


def padded(size_bytes: int) -> bytes:
    """A picture with as many bytes as wanted."""
    return JPEG + bytes(size_bytes - len(JPEG))


@pytest.fixture
async def small_host(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    options = HostOptions(
        tmp_path / "data", body_limit_bytes=1_000_000, keyless_limit_bytes=200_000
    )
    async with HostServer(options) as host:
        yield client_of(host, session)


# Without a key, with too much, too often: told before the body is complete.


@pytest.mark.parametrize(
    ("kind", "begin"),
    [(MULTIPART, PART), (URLENCODED, b"source="), (URLENCODED, b"image=")],
    ids=["multipart", "urlencoded", "urlencoded for ImgBB"],
)
async def test_without_a_key_little_is_taken_in(
    small_host: Client, files: FileList, kind: str, begin: bytes
) -> None:
    async with raw_connection(small_host) as connection:
        await connection.post(UPLOAD, kind, length=3_000_000)
        await connection.send(begin + b"A" * 400_000)
        status, body = await connection.answer()
        assert (status, json.loads(body)["error"]["code"]) == (400, 100)
        assert b"X-API-Key" in body
    assert files.names() == []


@pytest.mark.parametrize("begin", [b"", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n"])
async def test_no_body_is_read_for_ever(small_host: Client, begin: bytes) -> None:
    lines = [MULTIPART, f"X-API-Key: {small_host.key}", "Transfer-Encoding: chunked"]
    head = [f"POST {UPLOAD} HTTP/1.1", "Host: x", *lines, "", ""]
    async with raw_connection(small_host) as connection:
        await connection.send("\r\n".join(head).encode())
        answer = asyncio.create_task(connection.answer())
        junk = begin + b"x" * 60_000 + (b"\r\n" if begin else b"")
        while not answer.done():
            await connection.send(b"%x\r\n%s\r\n" % (len(junk), junk))
            await asyncio.sleep(0)
        status, body = await answer
        assert (status, json.loads(body)["error"]["code"]) == (400, 400)


@pytest.mark.parametrize("size_bytes", [150_000, 900_000])
async def test_a_key_before_the_file_lets_in_what_a_header_would(
    small_host: Client, size_bytes: int
) -> None:
    data = padded(size_bytes)
    answer = await small_host.upload(data, headers={}, key=str(small_host.key))
    assert answer.status == 200
    text = base64.b64encode(data).decode()
    by_address = await post_form(small_host, f"{UPLOAD}?key={small_host.key}", source=text)
    assert by_address.status == 200


@pytest.mark.parametrize(("size_bytes", "code"), [(150_000, None), (250_000, 100)])
async def test_a_key_behind_the_file_is_waited_for_as_long_as_that_is_small(
    small_host: Client, size_bytes: int, code: int | None
) -> None:
    form = aiohttp.FormData()
    form.add_field("source", padded(size_bytes), filename="a.jpg")
    form.add_field("key", str(small_host.key))
    answer = await small_host.call("POST", UPLOAD, data=form)
    assert code_of(answer) == code


async def test_a_wrong_key_in_the_form_is_refused_where_it_stands(small_host: Client) -> None:
    async with raw_connection(small_host) as connection:
        await connection.post(UPLOAD, URLENCODED, length=1_000)
        await connection.send(b"format=txt&key=chv_wrong&source=A")
        assert await connection.answer() == (200, b"Invalid API key")


async def test_a_guests_limit_holds_while_the_body_comes(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    rules = GuestRules(body_limit_bytes=100_000)
    async with running(tmp_path / "data", session, clock, guests=rules) as (_, client):
        async with raw_connection(client) as connection:
            await connection.post(UPLOAD, MULTIPART, STRICT, length=HUGE)
            await connection.send(PART + JPEG[:50_000] + bytes(100_000))
            assert (await connection.answer())[0] == 413
        assert (await client.upload(padded(200_000), headers={}, key=str(client.key))).status == 200
        assert len(files.names()) == 3


async def test_a_key_that_floods_is_told_before_it_sends_the_body(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, per_key_per_minute=1) as (_, client):
        assert (await client.upload(JPEG)).status == 200
        async with raw_connection(client) as connection:
            await connection.post(
                UPLOAD, MULTIPART, STRICT, f"X-API-Key: {client.key}", length=HUGE
            )
            assert (await connection.answer())[0] == 429


async def test_a_guest_who_floods_is_told_when_the_file_begins(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = GuestRules(per_minute=1)
    async with running(tmp_path, session, clock, guests=rules) as (_, client):
        guest = Client(session, client.url, None)
        assert (await guest.upload(JPEG)).status == 200
        async with raw_connection(client) as connection:
            await connection.post(UPLOAD, MULTIPART, STRICT, length=HUGE)
            await connection.send(PART)
            assert (await connection.answer())[0] == 429
        assert (await client.upload(JPEG)).status == 200


async def test_a_key_behind_the_file_counts_for_the_key_and_for_no_guest(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    options: dict[str, Any] = {"guests": GuestRules(per_minute=1), "per_key_per_minute": 3}
    async with running(tmp_path, session, clock, **options) as (_, client):
        statuses: list[int] = []
        for _ in range(4):
            form = aiohttp.FormData()
            form.add_field("source", JPEG, filename="a.jpg")
            form.add_field("key", str(client.key))
            statuses.append((await client.call("POST", UPLOAD, data=form)).status)
        assert statuses == [200, 200, 200, 400]
        assert (await Client(session, client.url, None).upload(JPEG)).status == 200


# Base64 is as large as what it means.


@pytest.mark.parametrize("line", [None, 64, 76])
@pytest.mark.parametrize(("size_bytes", "code"), [(1_000_000, None), (1_000_001, 400)])
async def test_a_file_in_base64_may_be_as_large_as_any_other(
    small_host: Client, files: FileList, size_bytes: int, code: int | None, line: int | None
) -> None:
    text = base64.b64encode(padded(size_bytes)).decode()
    if line is not None:
        text = "\r\n".join(text[at : at + line] for at in range(0, len(text), line))
    answer = await post_form(small_host, UPLOAD, key=str(small_host.key), source=text)
    assert code_of(answer) == code
    assert len(files.names()) == (3 if code is None else 0)


def _decode(text: bytes, cuts: list[int]) -> bytes | None:
    decoder, places = Base64Decoder(), [0, *sorted(cut % (len(text) + 1) for cut in cuts), None]
    try:
        pieces = [text[a:b] for a, b in pairwise(places)]
        data = b"".join(decoder.feed(piece) for piece in pieces)
        decoder.close()
    except Fault:
        return None
    return data


def _decode_whole(text: bytes) -> bytes | None:
    text = b"".join(text.split())
    if len(text) % 4 or text.endswith(b"==="):  # Python takes equals signs too many
        return None
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


BASE64_LIKE = st.text("ABab01+/= \r\n-_", max_size=40).map(str.encode)
CUTS = st.lists(st.integers(0, 1_000), max_size=4)


@given(st.binary(max_size=200).map(base64.b64encode) | BASE64_LIKE, CUTS)
@example(b"AB+=0+BB", [5, 6])
def test_base64_means_the_same_however_it_is_cut(text: bytes, cuts: list[int]) -> None:
    assert _decode(text, cuts) == _decode_whole(text)


@given(
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=30)), max_size=6),
    st.text("ab=&%+4", max_size=12),
    CUTS,
)
def test_a_form_means_the_same_however_it_is_cut(
    pairs: list[tuple[str, str]], odd: str, cuts: list[int]
) -> None:
    safe = [tuple(part.encode("utf-8", "replace") for part in pair) for pair in pairs]
    text = "&".join([odd, *("=".join(map(quote_plus, pair)) for pair in safe), odd]).encode()
    parser, places = UrlencodedParser(), [0, *sorted(cut % (len(text) + 1) for cut in cuts), None]
    found: list[tuple[str, bytearray]] = []
    fed = (parser.feed(text[a:b]) for a, b in pairwise(places))
    for event in chain(chain.from_iterable(fed), parser.close()):
        if isinstance(event, PartStart):
            found.append((event.name, bytearray()))
        else:
            found[-1][1].extend(event.data)
    assert [(name, value.decode("utf-8", "replace")) for name, value in found] == parse_qsl(
        text.decode("ascii")
    )


@pytest.mark.parametrize("body", [b"a=\xff", b"x" * 17_000, b"x" * 17_000 + b"=1", b"\xc3"])
def test_what_no_form_holds_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        list(UrlencodedParser().feed(body))


# Too slow, and gone.


async def test_a_sender_who_falls_silent_is_sent_away(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    options = {"patience": RequestTimeouts(idle_s=0.2)}
    async with running(tmp_path / "data", session, clock, **options) as (_, client):
        for line, status, code in (("", 400, 400), (STRICT, 408, 400)):
            async with raw_connection(client) as connection:
                key = f"X-API-Key: {client.key}"
                await connection.post(UPLOAD, MULTIPART, key, *filter(None, [line]), length=HUGE)
                await connection.send(PART + JPEG[:1_000])
                answer = await connection.answer()
                body = json.loads(answer[1])
                assert (answer[0], body.get("error", body)["code"]) == (status, code)
        assert files.names() == []


@pytest.mark.parametrize("kind", [MULTIPART, URLENCODED])
async def test_a_sender_who_trickles_is_sent_away(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList, kind: str
) -> None:
    options = {"patience": RequestTimeouts(grace_s=0.2, bytes_per_s=1_000_000_000)}
    async with running(tmp_path / "data", session, clock, **options) as (_, client):
        async with raw_connection(client) as connection:
            await connection.post(UPLOAD, kind, STRICT, f"X-API-Key: {client.key}", length=HUGE)
            answer = asyncio.create_task(connection.answer())
            while not answer.done():
                await connection.send(b"x")
                await asyncio.sleep(0)
            assert (await answer)[0] == 408
        assert files.names() == []


@pytest.mark.parametrize(
    ("now_s", "arrived_bytes", "deadline_s"),
    [(0, 0, 5), (4, 0, 9), (8, 0, 10), (10, 100, 15), (29, 200, 30), (29, 1_000, 34)],
)
def test_a_steady_sender_gets_the_time_the_body_needs(
    now_s: float, arrived_bytes: int, deadline_s: float
) -> None:
    patience = RequestTimeouts(idle_s=5, grace_s=10, bytes_per_s=10)
    assert patience.deadline_s(0, now_s=now_s, arrived_bytes=arrived_bytes) == deadline_s


async def test_half_a_head_is_not_waited_for(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    options = {"patience": RequestTimeouts(header_s=0.2)}
    async with running(tmp_path, session, clock, **options) as (_, client):
        for head in (b"", b"POST /api/1/upload HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Some"):
            async with raw_connection(client) as connection:
                await connection.send(head)
                assert await connection.rest() == b""


@pytest.mark.parametrize("path", ["/login", "/admin/keys", "/api/1/albums"])
async def test_a_form_is_not_waited_for_in_vain(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, path: str
) -> None:
    options = {"patience": RequestTimeouts(grace_s=0.2)}
    async with (
        running(tmp_path, session, clock, **options) as (_, client),
        raw_connection(client) as connection,
    ):
        await connection.post(path, URLENCODED, f"X-API-Key: {client.key}", length=100)
        await connection.send(b"key=chv_")
        assert (await connection.answer())[0] == 408


async def test_a_client_that_breaks_off_costs_one_quiet_line(
    client: Client, files: FileList, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with raw_connection(client) as connection:
        await connection.post(UPLOAD, MULTIPART, f"X-API-Key: {client.key}", length=HUGE)
        await connection.send(PART + JPEG[:5_000])
        assert (await client.get("/")).status == 200
    for _ in range(1_000):
        if "broke off" in caplog.text:
            break
        assert (await client.get("/")).status == 200
    assert caplog.messages == ["POST /api/{version}/{action}: the client broke off"]
    assert [record.exc_info for record in caplog.records] == [None]
    assert files.names() == []


async def test_an_address_that_never_ends_is_none(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, url_sources=True) as (_, client):
        sent = {"source": "http://127.0.0.1:1/" + "x" * 500_000}
        headers = with_key(client) | PROBLEM
        answer = await client.call("POST", UPLOAD, data=sent, headers=headers)
        assert (answer.status, answer.json["code"]) == (422, 400)


@pytest.mark.parametrize("path", [UPLOAD, "/login", "/api/1/albums"])
async def test_a_form_without_a_body_stops_nobody(client: Client, path: str) -> None:
    for _ in range(3):  # from the second on, the empty stream is another one to aiohttp
        answer = await client.call("POST", path, headers=NO_BODY | with_key(client))
        assert answer.status in (400, 403, 422)
    assert (await client.get("/")).status == 200
