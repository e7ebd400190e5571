"""A key is tried on a real host, and nothing of the trial stays."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from imgoe_bot.adapters.image_host.chevereto import CheveretoHost
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.errors import HostBroken, HostError, HostUnreachable, KeyRejected, ReplyMissing
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.adapters.conftest import Site


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(data_dir=tmp_path)) as host:
        yield host


async def test_a_key_that_works_leaves_nothing_on_the_host(
    http: httpx.AsyncClient, host: HostServer
) -> None:
    key = await host.create_key("probe")

    await CheveretoHost(http).check_key(host_url=host.url, key=ApiKey(key))

    listed = await http.get(f"{host.url}/api/1/uploads", headers={"X-API-Key": key})
    assert listed.status_code == 200
    assert "probe.png" not in listed.text


async def test_a_key_that_does_not_work_is_refused_without_naming_it(
    http: httpx.AsyncClient, host: HostServer
) -> None:
    with pytest.raises(KeyRejected) as refused:
        await CheveretoHost(http).check_key(host_url=host.url, key=ApiKey("chv_wrong_one"))

    assert "chv_wrong_one" not in repr(refused.value)


async def test_a_host_that_is_away_says_nothing_about_the_key(http: httpx.AsyncClient) -> None:
    with pytest.raises(HostUnreachable):
        await CheveretoHost(http).check_key(host_url="http://127.0.0.1:9", key=ApiKey("chv_key"))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b'{"hello": "world"}', ReplyMissing),
        (200, b"", ReplyMissing),
        (200, b"<html><title>My blog</title></html>", HostBroken),
        (403, b"<html><title>Just a moment...</title></html>", ReplyMissing),
        (404, b"<html><title>Not found</title></html>", ReplyMissing),
        (401, b'{"message": "Unauthorized"}', ReplyMissing),
        (502, b"<html>oops</html>", HostBroken),
    ],
)
async def test_what_is_no_host_says_nothing_about_the_key(
    http: httpx.AsyncClient, site: Site, status: int, body: bytes, error: type[HostError]
) -> None:
    kind = "text/html" if body.startswith(b"<") else "application/json"
    site.answer(body, status=status, headers={"Content-Type": kind})

    with pytest.raises(error):
        await CheveretoHost(http).check_key(host_url=site.url, key=ApiKey("chv_key"))
