"""An upload under an Idempotency-Key, what became of it, and after what it may be stored."""

import asyncio
import json
import logging
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from imgoe_bot.errors import (
    BadReply,
    HostBroken,
    HostBusy,
    HostError,
    HostRefused,
    HostUnreachable,
    IdempotencyMismatch,
    KeyRejected,
    ReplyMissing,
    SettingsRejected,
)
from imgoe_bot.hostapi import (
    BytesSource,
    HostClient,
    KeyState,
    StreamSource,
    UploadRequest,
    answer_wait_s,
    open_http,
)
from tests.hostapi.conftest import sample
from tests.hostapi.test_client_upload import LARGE_PNG, PNG, chunks

if TYPE_CHECKING:
    from tests.hostapi.conftest import RawHost, ReplayHost

KEY = 'job-17/a1b2:"c3"'
UPLOAD = UploadRequest(BytesSource(PNG), idempotency_key=KEY)
CHEVERETO_NO = {
    "status_code": 400,
    "error": {"message": "Invalid API action.", "code": 120},
    "status_txt": "Bad Request",
}


def _json(value: object, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(value, status=status, headers=named)


def _knows(status: int, body: object = None) -> web.Response:
    return _json(body or {"error": {"message": "No.", "code": 0}}, status, Idempotency_Key=KEY)


async def test_a_key_travels_as_its_header_and_no_repr_tells_it(
    host: "ReplayHost", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with HostClient(host.base_url, key="k") as client:
        await client.upload(UPLOAD)
        await client.upload(UploadRequest(BytesSource(PNG)))
    first, second = host.seen
    assert first.headers["Idempotency-Key"] == KEY
    assert "Idempotency-Key" not in second.headers
    assert "a1b2" not in repr(UPLOAD) + caplog.text


@pytest.mark.parametrize("key", ["", "k" * 256, "a b", "é", "a\r\nX-Evil: 1"])
async def test_what_no_header_carries_alike_is_refused_before_anything_is_sent(
    host: "ReplayHost", key: str
) -> None:
    async with HostClient(host.base_url) as client:
        with pytest.raises(SettingsRejected, match="idempotency_key"):
            await client.upload(UploadRequest(BytesSource(PNG), idempotency_key=key))
        with pytest.raises(SettingsRejected, match="idempotency_key"):
            await client.find_by_key(key)
    assert host.seen == []


@pytest.mark.parametrize(
    ("status", "error"), [(409, HostBusy), (410, HostRefused), (422, IdempotencyMismatch)]
)
async def test_a_hosts_words_on_a_key_are_its_own_only_where_it_echoes_the_key(
    host: "ReplayHost", status: int, error: type[HostError]
) -> None:
    for headers, expected in (({"Idempotency-Key": KEY}, error), ({}, ReplyMissing)):
        host.answer.status, host.answer.body, host.answer.headers = status, b"", headers
        async with HostClient(host.base_url, patience_s=0) as client:
            with pytest.raises(HostError) as caught:
                await client.upload(UPLOAD)
        assert type(caught.value) is expected
        assert not caught.value.may_be_stored


async def test_the_first_answer_is_found_with_its_delete_link(host: "ReplayHost") -> None:
    reply = json.loads(sample("seed-video.json"))
    asked: list[tuple[str, str | None, str | None]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key")
        asked.append((request.path_qs, request.headers.get("X-API-Key"), key))
        return _knows(200, reply)

    host.handler = handle
    async with HostClient(host.base_url, key="k") as client:
        found = await client.find_by_key(KEY)
    assert asked == [("/api/1/idempotency", "k", KEY)]
    assert found.state is KeyState.STORED
    assert found.reply is not None
    assert (found.reply.id, found.reply.delete_link is not None) == ("ZfGd", True)


@pytest.mark.parametrize(
    ("status", "state"),
    [(404, KeyState.NOT_STORED), (409, KeyState.UNDER_WAY), (410, KeyState.DELETED)],
)
async def test_a_host_that_knows_the_header_tells_what_became_of_a_key(
    host: "ReplayHost", status: int, state: KeyState
) -> None:
    async def handle(_: web.Request) -> web.StreamResponse:
        return _knows(status)

    host.handler = handle
    async with HostClient(host.base_url, key="k") as client:
        found = await client.find_by_key(KEY)
    assert (found.state, found.reply) == (state, None)


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, json.dumps(CHEVERETO_NO)), (404, "<html>Not found</html>"), (302, "")],
)
async def test_a_host_without_such_a_call_cant_tell(
    host: "ReplayHost", status: int, body: str
) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/api/1/upload/":
            return _json(CHEVERETO_NO, 400)
        return web.Response(status=status, text=body, headers={"Location": "/"})

    host.handler = handle
    async with HostClient(host.base_url, key="k") as client:
        assert (await client.find_by_key(KEY)).state is KeyState.UNKNOWN


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, "<html>Not found</html>", ReplyMissing),
        (403, "", ReplyMissing),
        (200, "<html>Just a moment</html>", HostBroken),
        (302, "", ReplyMissing),
        (429, "", HostBusy),
        (502, "", HostBroken),
        (400, json.dumps(CHEVERETO_NO | {"error": {"code": 100, "message": "No."}}), KeyRejected),
    ],
)
async def test_what_stands_before_a_host_is_not_taken_for_its_word_on_a_key(
    host: "ReplayHost", status: int, body: str, error: type[HostError]
) -> None:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers={"Location": "/"})

    host.handler = handle
    async with HostClient(host.base_url, key="k") as client:
        with pytest.raises(error):
            await client.find_by_key(KEY)


async def test_a_passing_page_does_not_hide_what_a_host_knows(host: "ReplayHost") -> None:
    paths: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        paths.append(request.path)
        if len(paths) == 1:
            return web.Response(status=404, text="<html>Not found</html>")
        return _json(CHEVERETO_NO, 400) if request.path == "/api/1/upload/" else _knows(404)

    host.handler = handle
    async with HostClient(host.base_url, key="k") as client:
        assert (await client.find_by_key(KEY)).state is KeyState.NOT_STORED
    assert paths == ["/api/1/idempotency", "/api/1/upload/", "/api/1/idempotency"]


async def test_a_key_by_parameter_is_asked_with_and_written_to_no_log(
    host: "ReplayHost", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.query["key"] == "the-secret"
        return _knows(404)

    host.handler = handle
    async with HostClient(host.base_url, key="the-secret", key_by="parameter") as client:
        assert (await client.find_by_key(KEY)).state is KeyState.NOT_STORED
    assert "the-secret" not in caplog.text


STORED_PERHAPS: list[tuple[int, str, type[HostError], bool]] = [
    (200, '{"status_code": 200, "ima', ReplyMissing, True),
    (200, "", ReplyMissing, True),
    (200, "<html>Hello</html>", HostBroken, True),
    (201, "{}", ReplyMissing, True),
    (500, "<html>Fault</html>", HostBroken, True),
    (502, "", HostBroken, True),
    (502, '{"error": {"code": 502, "message": "Bad gateway"}}', HostBroken, True),
    (504, "", HostBroken, True),
    (521, "", HostBroken, False),
    (500, '{"status_code": 500, "error": {"code": 900, "message": "Disk"}}', HostBroken, False),
    (400, '{"status_code": 400, "error": {"code": 666, "message": "Race"}}', HostBroken, False),
    (403, "", ReplyMissing, False),
    (404, "<html>Not found</html>", ReplyMissing, False),
    (429, "", HostBusy, False),
]


@pytest.mark.parametrize(("status", "body", "error", "perhaps"), STORED_PERHAPS)
async def test_an_answer_tells_whether_the_upload_may_be_stored_all_the_same(
    host: "ReplayHost", status: int, body: str, error: type[HostError], perhaps: bool
) -> None:
    host.answer_text(body, status=status)
    async with HostClient(host.base_url, attempts=1) as client:
        with pytest.raises(HostError) as caught:
            await client.upload(UPLOAD)
    assert (type(caught.value), caught.value.may_be_stored) == (error, perhaps)


@pytest.mark.parametrize(
    ("status", "perhaps"), [(503, False), (504, True)], ids=["not-now", "too-late"]
)
async def test_only_a_host_that_says_not_now_is_sure_to_have_stored_nothing(
    host: "ReplayHost", status: int, perhaps: bool
) -> None:
    host.answer.status, host.answer.headers = status, {"Retry-After": "9"}
    async with HostClient(host.base_url) as client:
        with pytest.raises(HostBusy) as caught:
            await client.upload(UPLOAD)
    assert caught.value.may_be_stored is perhaps


async def test_a_gateway_that_gives_up_before_the_end_of_the_body_has_passed_on_nothing(
    raw_host: "RawHost",
) -> None:
    async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await raw_host.release.wait()

    raw_host.handler = refuse_early
    source = StreamSource(chunks(*[bytes(256 * 1024)] * 400), filename="a.png")
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(HostBroken) as caught:
            await client.upload(UploadRequest(source))
    assert not caught.value.may_be_stored


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"status_code": 200, "im',
        b"220 mail.example ESMTP\r\n\r\n",
    ],
)
async def test_what_comes_in_place_of_an_answer_leaves_the_upload_maybe_stored(
    raw_host: "RawHost", answer: bytes
) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
        writer.write(answer)
        await writer.drain()

    raw_host.handler = reply
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises((HostUnreachable, BadReply)) as caught:
            await client.upload(UPLOAD)
    assert caught.value.may_be_stored


async def test_a_slow_answer_is_waited_for_and_the_silence_within_one_is_not(
    raw_host: "RawHost",
) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
        await asyncio.sleep(0.5)
        body = sample("seed-video.json")
        is_first = raw_host.connections == 1
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body[: None if is_first else 9])
        await writer.drain()
        if not is_first:
            await raw_host.release.wait()

    raw_host.handler = reply
    async with open_http(read_s=0.2) as http:
        client = HostClient(raw_host.base_url, http=http)
        request = UploadRequest(BytesSource(LARGE_PNG))
        assert (await client.upload(request)).id == "ZfGd"
        async with asyncio.timeout(15):
            with pytest.raises(HostUnreachable) as caught:
                await client.upload(request)
    assert caught.value.may_be_stored


@pytest.mark.parametrize(
    ("mime", "size_mib", "wait_s"),
    [
        ("image/png", 0, 120),
        ("image/jpeg", 10, 130),
        ("video/mp4", 0, 300),
        ("video/webm", 100, 500),
        ("video/mp4", None, 500),
        (None, 10, 320),
    ],
)
def test_an_answer_is_waited_for_as_long_as_size_and_kind_demand(
    mime: str | None, size_mib: int | None, wait_s: float
) -> None:
    size_bytes = None if size_mib is None else size_mib * 1024**2
    assert answer_wait_s(mime, size_bytes) == wait_s
