"""What nobody has approved, and what no storage can name, is found under no address."""

from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Bucket
from imgoe_bot.hostserver.names import file_stem, is_stored_name, with_suffix
from tests.hostserver.client import Client
from tests.hostserver.pictures import picture

WAYS_IN = [
    "pending/{name}",
    "/pending/{name}",
    "./pending/{name}",
    ".%2fpending/{name}",
    "%2e/pending/{name}",
    "%2e%2fpending/{name}",
    "pending%2f{name}",
    "%70ending/{name}",
    "2026%2f..%2fpending/{name}",
    "2026/11/27%2f..%2f..%2f..%2fpending/{name}",
    "2026/11/27/..%2f..%2f..%2fpending/{name}",
    "pending/{name}%20",
    "PENDING/{name}",
]
NOWHERE = [
    "a//b.jpg",
    "%00.jpg",
    "..%2f..%2fx.jpg",
    "2026/11/27/%00.jpg",
    "2026/11/27/..jpg",
    "2026/11/27/../x.jpg",
    "2026/11/27//x.jpg",
    "2026/11/27/a%0a.jpg",
    "2026/11/27/%ff.jpg",
    "%d9%a2%d9%a0%d9%a2%d9%a6/11/27/a.jpg",
    "x" * 300 + ".jpg",
    "2026/11/27/" + "x" * 3_000 + ".jpg",
]


async def status_of(client: Client, path: str) -> int:
    address = URL(f"{client.url}/images/{path}", encoded=True)
    async with client.session.get(address, allow_redirects=False) as answer:
        return answer.status


async def check_that_nothing_leads_in(options: HostOptions, session: aiohttp.ClientSession) -> None:
    async with HostServer(options) as host:
        guest = Client(session, host.url, None)
        image = await guest.stored(picture())
        name = f"{image['date_gmt'][:10].replace('-', '/')}/{image['filename']}"
        assert {way: await status_of(guest, way.format(name=name)) for way in WAYS_IN} == (
            dict.fromkeys(WAYS_IN, 404)
        )
        assert {path: await status_of(guest, path) for path in NOWHERE} == (
            dict.fromkeys(NOWHERE, 404)
        )


async def test_no_address_leads_to_a_waiting_file_of_a_folder(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = HostOptions(tmp_path, guests=GuestRules(), moderation="all")
    await check_that_nothing_leads_in(options, session)


@pytest.mark.service("s3")
async def test_no_address_leads_to_a_waiting_file_of_a_bucket(
    tmp_path: Path, session: aiohttp.ClientSession, bucket: S3Bucket
) -> None:
    options = HostOptions(tmp_path, guests=GuestRules(), moderation="all", s3=bucket)
    await check_that_nothing_leads_in(options, session)


@pytest.mark.parametrize("sent", ["cat.jpg", ".htaccess", "a.th.jpg", "x" * 999, "写真", "-.-"])
def test_every_name_that_is_given_is_one_that_is_served(sent: str) -> None:
    for stem in (file_stem(sent), with_suffix(file_stem(sent))):
        assert is_stored_name(f"2026/11/27/{stem}.jpg")
        assert is_stored_name(f"2026/11/27/{stem}.th.webp")
