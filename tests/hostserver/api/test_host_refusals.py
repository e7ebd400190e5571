"""Every reason to refuse is met once, on a real host; every code of the API is accounted for."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from imgoe_bot.hostserver import HostOptions, HostServer, RequestTimeouts, S3Bucket, VideoLimits
from imgoe_bot.hostserver.faults import Reason
from tests.docs.tables import read, rows, sections
from tests.hostserver.client import Answer, Client, FileList, client_of
from tests.hostserver.pictures import animation, picture
from tests.hostserver.raw_connection import PART
from tests.hostserver.videos import video
from tests.needs import require

# Source: design/API.md §2, the table of errors.
API_CODES = {
    *(100, 101, 102, 103, 104, 110, 120, 130, 400, 401, 403, 425),
    *(600, 601, 610, 612, 613, 614, 666, 900),
}
PROGRAMMING_MISTAKES = {404}  # the calls beyond Chevereto's
FOLDED = {102: 101, 103: 101, 612: 610, 613: 610, 614: 610, 601: 400, 900: 104}
PROBLEM = {"Accept": "application/problem+json"}
JPEG = picture()
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A host, a client of its owner, and a folder for what is sent."""

    host: HostServer
    client: Client
    folder: Path


Send = Callable[[Stage, Headers], Awaitable[Answer]]
Prepare = Callable[[Stage], Awaitable[object]]
Options = dict[str, Any]
Surroundings = Callable[[], AbstractAsyncContextManager[Options]]


@asynccontextmanager
async def nothing_else() -> AsyncGenerator[Options]:
    yield {}


async def _nothing(_: Stage) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Situation:
    """How a reason is met: the host's settings, what happened before, what is sent."""

    send: Send
    options: Options = field(default_factory=dict[str, Any])
    before: Prepare = _nothing
    beside: Surroundings = nothing_else
    is_always_true: bool = False


def upload(data: bytes, **options: Any) -> Send:
    """Upload a file."""

    async def send(stage: Stage, headers: Headers) -> Answer:
        return await stage.client.upload(data, headers=headers, **options)

    return send


def call(method: str, path: str, **options: Any) -> Send:
    """Make any other call."""

    async def send(stage: Stage, headers: Headers) -> Answer:
        return await stage.client.call(method, path, headers=headers, **options)

    return send


def with_key(send: Send, key: str | None) -> Send:
    """Send with another key than the owner's, or without one."""

    async def sent(stage: Stage, headers: Headers) -> Answer:
        others = {name: value for name, value in headers.items() if name != "X-API-Key"}
        return await send(stage, others if key is None else others | {"X-API-Key": key})

    return sent


async def by_somebody_else(stage: Stage, headers: Headers) -> Answer:
    key = await stage.host.create_key("x", user="mira")
    return await with_key(upload(JPEG), key)(stage, headers)


async def a_video(stage: Stage, headers: Headers) -> Answer:
    return await upload(video(stage.folder / "a.mp4"), filename="a.mp4")(stage, headers)


async def once(stage: Stage) -> None:
    await stage.client.stored(JPEG)


async def put_a_file_where_the_folder_is(stage: Stage) -> None:
    images = stage.folder / "data/images"
    images.rmdir()
    images.write_text("")


async def break_the_index(stage: Stage) -> None:
    index = sqlite3.connect(stage.folder / "data/index.sqlite3", timeout=20)
    index.execute("DROP TABLE file_names")
    index.close()


async def fall_silent(stage: Stage, headers: Headers) -> Answer:
    async def body() -> AsyncGenerator[bytes]:
        yield PART + JPEG[:1_000]
        await asyncio.Event().wait()

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return await stage.client.call("POST", "/api/1/upload", data=body(), headers=headers | kind)


KEYED = {"Idempotency-Key": "job-17"}


def keyed(send: Send, key: str = "job-17") -> Send:
    """Send with an Idempotency-Key."""

    async def sent(stage: Stage, headers: Headers) -> Answer:
        return await send(stage, headers | {"Idempotency-Key": key})

    return sent


async def once_keyed(stage: Stage) -> dict[str, Any]:
    headers = {"X-API-Key": str(stage.client.key)} | KEYED
    return await stage.client.stored(JPEG, headers=headers)


async def die_while_storing(stage: Stage) -> None:
    await once_keyed(stage)
    index = sqlite3.connect(stage.folder / "data/index.sqlite3", timeout=20)
    with index:
        index.execute("UPDATE uploads SET begun_at = ?", (int(time.time()),))
    index.close()


async def delete_what_came(stage: Stage) -> None:
    await stage.client.call("POST", (await once_keyed(stage))["delete_url"])


@asynccontextmanager
async def a_bucket_in_which_every_name_is_taken() -> AsyncGenerator[Options]:
    require("s3")

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=412 if request.method == "PUT" else 204)

    app = web.Application(client_max_size=1_000_000)
    app.router.add_route("*", "/{name:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
    secrets = {"access_key_id": "testing", "secret_access_key": "testing"}
    try:
        yield {"s3": S3Bucket("full", endpoint=endpoint, **secrets)}
    finally:
        await runner.cleanup()


SMALL: Options = {"body_limit_bytes": 10_000}
SHORT: Options = {"video": VideoLimits(duration_s=0)}
SITUATIONS = {
    Reason.NO_KEY: Situation(with_key(upload(JPEG), None)),
    Reason.BAD_KEY: Situation(with_key(upload(JPEG), "chv_wrong")),
    Reason.BAD_VERSION: Situation(call("POST", "/api/2/upload")),
    Reason.BAD_ACTION: Situation(call("POST", "/api/1/erase")),
    Reason.BAD_BASE64: Situation(call("POST", "/api/1/upload", data={"source": "no base64!"})),
    Reason.BAD_METHOD: Situation(call("GET", "/api/1/upload?source=QUJD")),
    Reason.EMPTY_SOURCE: Situation(upload(b"")),
    Reason.FLOODING: Situation(upload(JPEG), {"per_key_per_minute": 1}, before=once),
    Reason.DUPLICATE: Situation(upload(JPEG), {"refuse_duplicates": True}, before=once),
    Reason.BAD_BODY: Situation(upload(JPEG, source="and another")),
    Reason.BAD_PARAMETER: Situation(upload(JPEG, expiration="soon")),
    Reason.TOO_LARGE: Situation(upload(JPEG), SMALL),
    Reason.TOO_MANY_PIXELS: Situation(upload(JPEG), {"pixel_limit": 1_000}),
    Reason.TOO_MANY_FRAMES: Situation(upload(animation("GIF")), {"frame_limit": 2}),
    Reason.TOO_LONG: Situation(a_video, SHORT),
    Reason.URL_SOURCES_OFF: Situation(call("GET", "/api/1/upload?source=http://127.0.0.1/")),
    Reason.URL_SOURCE_FAILED: Situation(
        call("GET", "/api/1/upload?source=http://127.0.0.1/"), {"url_sources": True}
    ),
    Reason.UNSUPPORTED: Situation(upload(b"words")),
    Reason.BROKEN_IMAGE: Situation(upload(JPEG[:2_000])),
    Reason.BROKEN_VIDEO: Situation(upload(b"\0\0\0\x10ftypisom" + bytes(4), filename="a.mp4")),
    Reason.ENLARGING: Situation(upload(JPEG, width="9000")),
    Reason.OVER_QUOTA: Situation(by_somebody_else, {"user_quota_bytes": 0}),
    Reason.STORAGE_FULL: Situation(upload(JPEG), before=put_a_file_where_the_folder_is),
    Reason.UNAVAILABLE: Situation(upload(JPEG), before=break_the_index),
    Reason.TOO_SLOW: Situation(fall_silent, {"patience": RequestTimeouts(idle_s=0.1)}),
    Reason.WRONG_METHOD: Situation(call("PUT", "/api/1/upload"), is_always_true=True),
    Reason.NO_FREE_NAME: Situation(upload(JPEG), beside=a_bucket_in_which_every_name_is_taken),
    Reason.NOT_FOUND: Situation(call("GET", "/api/1/uploads/nothere"), is_always_true=True),
    Reason.FORBIDDEN: Situation(call("POST", "/admin/keys"), is_always_true=True),
    Reason.BAD_IDEMPOTENCY_KEY: Situation(keyed(upload(JPEG), "two words"), is_always_true=True),
    Reason.UNDER_WAY: Situation(keyed(upload(JPEG)), before=die_while_storing, is_always_true=True),
    Reason.KEY_REUSED: Situation(
        keyed(upload(JPEG, title="Another")), before=once_keyed, is_always_true=True
    ),
    Reason.DELETED: Situation(keyed(upload(JPEG)), before=delete_what_came, is_always_true=True),
}


@asynccontextmanager
async def stage_for(
    situation: Situation, folder: Path, session: aiohttp.ClientSession
) -> AsyncGenerator[Stage]:
    async with situation.beside() as more:
        options = HostOptions(folder / "data", **(situation.options | more))
        async with HostServer(options) as host:
            stage = Stage(host, client_of(host, session), folder)
            await situation.before(stage)
            yield stage


@pytest.mark.parametrize("reason", SITUATIONS, ids=lambda reason: reason.name)
async def test_every_reason_is_told_both_ways_and_leaves_nothing(
    tmp_path: Path, session: aiohttp.ClientSession, files: FileList, reason: Reason
) -> None:
    situation = SITUATIONS[reason]
    async with stage_for(situation, tmp_path, session) as stage:
        before, key = files.names(), {"X-API-Key": str(stage.client.key)}
        strict = await situation.send(stage, key | PROBLEM)
        compatible = await situation.send(stage, key)
        assert files.names() == before
    assert (strict.status, strict.json["code"]) == (reason.value.status, reason.value.code)
    assert strict.headers["content-type"].startswith("application/problem+json")
    if situation.is_always_true:
        assert compatible.json == strict.json
    else:
        assert (compatible.status, compatible.json["error"]["code"]) == (400, reason.value.code)
        assert compatible.json["error"]["message"] == strict.json["detail"]
    assert str(tmp_path).encode() not in strict.body + compatible.body


def test_every_reason_has_a_situation() -> None:
    assert set(SITUATIONS) == set(Reason)


def test_every_code_of_the_api_is_sent_or_said_to_be_folded() -> None:
    sent = {reason.value.code for reason in Reason}
    assert sent | set(FOLDED) == API_CODES | PROGRAMMING_MISTAKES
    assert sent.isdisjoint(FOLDED)
    assert set(FOLDED.values()) <= sent


def _numbers(cell: str) -> set[int]:
    return {int(number) for number in cell.split(", ")}


def test_the_document_names_every_code_with_its_statuses() -> None:
    refusals = sections(read("docs/host-api.md"), level=3)["Refusals"]
    first, _, second = refusals.partition("Chevereto's other codes")
    statuses: dict[int, set[int]] = {}
    for reason in Reason:
        statuses.setdefault(reason.value.code, set()).add(reason.value.status)
    assert {int(code): _numbers(status) for code, status, _ in rows(first)} == statuses
    told = {code: int(ours) for codes, ours, _ in rows(second) for code in _numbers(codes)}
    assert told == FOLDED
