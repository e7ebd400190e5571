"""Addresses of strangers are fetched from the public internet only."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher
from imgoe_bot.public_internet import is_public
from tests.hostserver.client import Answer, Client, client_of
from tests.hostserver.pictures import picture

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:53aa:64c::1",
    "2001:db8::1",
    "3fff::1",
    "3fff:fff:ffff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "no address",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450::1"])
def test_an_outer_address_is_public(address: str) -> None:
    assert is_public(address)


Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Run small servers that stand for the internet."""
    runners: list[web.AppRunner] = []

    async def start(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_get("/{tail:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://pictures.example:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


class Internet:
    """A resolver that knows example names, and allows loopback as if it were public."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers) or [["127.0.0.1"]]
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)


async def send_picture(_: web.Request) -> web.Response:
    return web.Response(body=picture(), content_type="image/jpeg")


async def upload_url(client: Client, url: str) -> Answer:
    return await client.call(
        "POST", "/api/1/upload", data={"source": url}, headers={"X-API-Key": str(client.key)}
    )


def fetching(data_dir: Path, fetcher: GuardedFetcher, limit: int = 2_000_000) -> HostServer:
    options = HostOptions(data_dir, url_sources=True, body_limit_bytes=limit)
    return HostServer(options, fetcher=fetcher)


async def test_a_public_address_is_fetched_by_post_and_get(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    base, internet = await serve(send_picture), Internet()
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher) as host:
        client = client_of(host, session)
        answer = await upload_url(client, f"{base}/some/Tower%20view.jpg?size=1")
        assert answer.json["image"]["title"] == "Tower view"
        params = {"source": f"{base}/a.jpg", "key": str(client.key)}
        assert (await client.get("/api/1/upload", params=params)).status == 200
        assert internet.asked == ["pictures.example", "pictures.example"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"]
)
async def test_a_name_that_leads_inside_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession, address: str
) -> None:
    base, internet = await serve(send_picture), Internet([address])
    async with fetching(tmp_path, GuardedFetcher(internet.resolve)) as host:
        answer = await upload_url(client_of(host, session), f"{base}/a.jpg")
        assert answer.json["error"] == {"message": "The URL can't be fetched", "code": 400}


@pytest.mark.parametrize("host_part", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1"])
async def test_an_inner_address_written_as_a_number_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession, host_part: str
) -> None:
    port = (await serve(send_picture)).rpartition(":")[2]
    async with fetching(tmp_path, GuardedFetcher()) as host:
        answer = await upload_url(client_of(host, session), f"http://{host_part}:{port}/a.jpg")
        assert answer.json["error"]["code"] == 400


async def test_one_inner_address_among_outer_ones_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    base, internet = await serve(send_picture), Internet(["127.0.0.1", "10.0.0.1"])
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher) as host:
        assert (await upload_url(client_of(host, session), f"{base}/a.jpg")).status == 400


async def test_a_redirect_inside_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    reached: list[str] = []

    async def inside(request: web.Request) -> web.StreamResponse:
        reached.append(request.path)
        return await send_picture(request)

    inner_port = (await serve(inside)).rpartition(":")[2]

    async def redirect(_: web.Request) -> web.StreamResponse:
        return web.Response(
            status=302, headers={"Location": f"http://127.0.0.2:{inner_port}/a.jpg"}
        )

    base, internet = await serve(redirect), Internet()
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher) as host:
        assert (await upload_url(client_of(host, session), f"{base}/a.jpg")).status == 400
    assert reached == []


async def test_a_name_that_changes_its_mind_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async def to_itself(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": str(request.url)})

    base, internet = await serve(to_itself), Internet(["127.0.0.1"], ["10.0.0.1"])
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher) as host:
        assert (await upload_url(client_of(host, session), f"{base}/a.jpg")).status == 400
    assert len(internet.asked) == 2


async def test_a_redirect_without_end_or_to_a_file_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async def around(request: web.Request) -> web.StreamResponse:
        location = "file:///etc/passwd" if request.path == "/file" else str(request.url)
        return web.Response(status=302, headers={"Location": location})

    base, internet = await serve(around), Internet()
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher) as host:
        for path in ("/a.jpg", "/file"):
            assert (await upload_url(client_of(host, session), base + path)).status == 400


async def test_what_is_too_large_missing_or_no_picture_is_refused(
    serve: Serve, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/large":
            return web.Response(body=b"\xff\xd8\xff" + bytes(500_000))
        return web.Response(status=404 if request.path == "/missing" else 200, text="words")

    base, internet = await serve(answer), Internet()
    fetcher = GuardedFetcher(internet.resolve, allow=lambda address: address == "127.0.0.1")
    async with fetching(tmp_path, fetcher, limit=100_000) as host:
        client = client_of(host, session)
        codes = [
            (await upload_url(client, base + path)).json["error"]["code"]
            for path in ("/large", "/missing", "/words")
        ]
        assert codes == [400, 400, 610]
        assert list((tmp_path / "tmp").iterdir()) == []
