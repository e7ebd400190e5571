"""The image host's port over the upload API: a real host, and replies no host should give."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from imgoe_bot.adapters.image_host.chevereto import CheveretoHost, upload_max_s
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.upload import DeleteLink, Details, Stored
from imgoe_bot.errors import BadReply, KeyRejected, SettingsRejected
from imgoe_bot.hostapi import open_http
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.public_internet import guarded_sockets
from imgoe_bot.services.ports.media import MediaFile
from tests.adapters.conftest import Site
from tests.hostserver.admin import approve_all
from tests.hostserver.pictures import picture

KEY = ApiKey("chv_key_of_the_test")


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


def _media(body: bytes, *, size_known: bool = True) -> MediaFile:
    size = len(body) if size_known else None
    return MediaFile("cat.jpg", "image/jpeg", size, _pieces(body))


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(data_dir=tmp_path / "host")) as server:
        yield server


@pytest.mark.parametrize("size_known", [True, False])
async def test_an_upload_can_be_seen_and_deleted_once(
    http: httpx.AsyncClient, server: HostServer, size_known: bool
) -> None:
    host, body = CheveretoHost(http), picture()
    key = ApiKey(await server.create_key("bot"))

    stored = await host.upload(
        _media(body, size_known=size_known), host_url=server.url, key=key, details=Details()
    )

    assert (stored.mime, stored.width_px, stored.height_px) == ("image/jpeg", 640, 480)
    assert (stored.size_bytes, stored.duration_s, stored.expires_at) == (len(body), None, None)
    for url in (stored.viewer_url, stored.url, str(stored.thumb_url)):
        assert (await http.get(url)).status_code == 200
    assert stored.delete_link is not None
    assert await host.delete(stored.delete_link, host_url=server.url)
    assert not await host.delete(stored.delete_link, host_url=server.url)
    assert (await http.get(stored.url)).status_code == 404


async def test_a_wrong_key_is_a_key_rejected(http: httpx.AsyncClient, server: HostServer) -> None:
    with pytest.raises(KeyRejected) as refused:
        await CheveretoHost(http).upload(
            _media(picture()), host_url=server.url, key=KEY, details=Details()
        )

    assert KEY.value not in repr(refused.value)


def _reply(**image: Any) -> bytes:
    usual = {
        "id_encoded": "ZfGd",
        "url_viewer": "https://host.example/image/cat.ZfGd",
        "url": "https://host.example/images/cat.jpg",
        "thumb": {"url": "https://host.example/images/cat.th.jpg"},
        "mime": "image/jpeg",
        "size": 12,
        "width": 4,
        "height": 3,
        "is_approved": 1,
        "delete_url": "https://host.example/image/ZfGd/delete/" + "e8" * 24,
    }
    image = {name: value for name, value in (usual | image).items() if value is not ...}
    body = {"status_code": 200, "success": {"code": 200}, "image": image, "status_txt": "OK"}
    return json.dumps(body).encode()


async def _upload(http: httpx.AsyncClient, site: Site, **image: Any) -> Stored:
    site.answer(_reply(**image), headers={"Content-Type": "application/json"})
    host = CheveretoHost(http)
    return await host.upload(
        _media(picture()), host_url=site.url, key=KEY, details=Details(nsfw=True)
    )


async def test_what_the_host_says_is_kept(http: httpx.AsyncClient, site: Site) -> None:
    stored = await _upload(http, site)

    assert stored == Stored(
        mime="image/jpeg",
        size_bytes=12,
        viewer_url="https://host.example/image/cat.ZfGd",
        url="https://host.example/images/cat.jpg",
        thumb_url="https://host.example/images/cat.th.jpg",
        width_px=4,
        height_px=3,
        delete_link=DeleteLink("https://host.example/image/ZfGd/delete/" + "e8" * 24),
    )


async def test_a_moderated_upload_has_no_addresses_and_links_its_page_by_id(
    http: httpx.AsyncClient, site: Site
) -> None:
    stored = await _upload(http, site, is_approved=0, url=..., url_viewer=..., thumb={})

    assert stored.viewer_url == stored.url == f"{site.url}/image/ZfGd"
    assert stored.thumb_url is None
    assert stored.delete_link is not None


async def test_an_upload_that_was_approved_is_told_where_its_files_are(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    host, options = CheveretoHost(http), HostOptions(tmp_path / "strict", moderation="all")
    async with HostServer(options) as strict:
        key = ApiKey(await strict.create_key("bot", user="bot"))
        waiting = await host.upload(
            _media(picture()), host_url=strict.url, key=key, details=Details(title="Kitten")
        )
        before = await host.find_published(waiting, host_url=strict.url)
        await approve_all(strict)
        shown = await host.find_published(waiting, host_url=strict.url)

        assert before is None
        assert shown is not None
        assert shown == replace(waiting, approved=True, url=shown.url, thumb_url=shown.url)
        assert (await http.get(shown.url)).headers["content-type"] == "image/jpeg"


async def test_a_host_that_hides_what_is_not_safe_for_work_is_linked_by_its_page(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    host, options = CheveretoHost(http), HostOptions(tmp_path / "strict", moderation="all")
    async with HostServer(options) as strict:
        key = ApiKey(await strict.create_key("bot", user="bot"))
        waiting = await host.upload(
            _media(picture()), host_url=strict.url, key=key, details=Details(nsfw=True)
        )
        await approve_all(strict)

        shown = await host.find_published(waiting, host_url=strict.url)

    assert shown == replace(waiting, approved=True, url=waiting.viewer_url, thumb_url=None)


@pytest.mark.parametrize(
    ("mime", "tags", "url", "thumb_url"),
    [
        ("image/png", {"og:image": "/a b>.png"}, "/a%20b%3E.png", "/a%20b%3E.png"),
        ("image/png", {"og:image": "javascript:x"}, "/image/q3", None),
        ("video/mp4", {"og:image": "/a.jpg", "og:video": "/a.mp4"}, "/a.mp4", "/a.jpg"),
        ("video/mp4", {"og:image": "/a.mp4"}, "/a.mp4", None),
        ("video/mp4", {"og:image": "/a.jpg"}, "/image/q3", "/a.jpg"),
    ],
)
async def test_a_page_tells_of_a_film_both_film_and_still(
    http: httpx.AsyncClient,
    site: Site,
    mime: str,
    tags: dict[str, str],
    url: str,
    thumb_url: str | None,
) -> None:
    page = f"{site.url}/image/q3"
    waiting = Stored(mime, 9, viewer_url=page, url=page, approved=False)
    told = "".join(f'<meta property="{name}" content="{text}">' for name, text in tags.items())
    body = f'<meta property="og:image:width" content="9">{told}'
    site.answer(body.encode(), headers={"Content-Type": "text/html"})

    shown = await CheveretoHost(http).find_published(waiting, host_url=site.url)

    thumb_url = thumb_url and site.url + thumb_url
    assert shown == replace(waiting, approved=True, url=site.url + url, thumb_url=thumb_url)


async def test_a_reply_without_an_id_is_no_reply(http: httpx.AsyncClient, site: Site) -> None:
    with pytest.raises(BadReply):
        await _upload(http, site, id_encoded=...)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//host.example/x",
        "https://",
        "https://" + "x" * 4000,
        7,
        None,
        "",
    ],
)
async def test_what_is_no_address_is_not_shown_as_one(
    http: httpx.AsyncClient, site: Site, address: object
) -> None:
    stored = await _upload(http, site, url_viewer=address, url=address, thumb={"url": address})

    assert stored.viewer_url == stored.url == f"{site.url}/image/ZfGd"
    assert stored.thumb_url is None


async def test_marks_that_end_a_link_in_a_message_are_quoted(
    http: httpx.AsyncClient, site: Site
) -> None:
    stored = await _upload(http, site, url_viewer="https://host.example/a> **@everyone** <b/猫")

    assert stored.viewer_url == ("https://host.example/a%3E%20**@everyone**%20%3Cb/%E7%8C%AB")


@pytest.mark.parametrize("number", [-1, 0, 2**31, 10**18, "many", None])
async def test_impossible_measures_count_as_unknown(
    http: httpx.AsyncClient, site: Site, number: object
) -> None:
    stored = await _upload(http, site, width=number, height=number, duration=number)

    assert (stored.width_px, stored.height_px, stored.duration_s) == (None, None, None)


@pytest.mark.parametrize("mime", ["text/html", "image/" + "x" * 100, "image/jpeg; x", "", None])
async def test_what_is_no_media_type_gives_way_to_the_one_we_sent(
    http: httpx.AsyncClient, site: Site, mime: object
) -> None:
    assert (await _upload(http, site, mime=mime)).mime == "image/jpeg"


@pytest.mark.parametrize("way", ["upload", "delete", "check"])
async def test_nobody_sends_the_bot_into_its_own_network_by_naming_a_host(
    http: httpx.AsyncClient, site: Site, way: str
) -> None:
    async with open_http(socket_factory=guarded_sockets()) as guarded:
        host = CheveretoHost(http, guarded=guarded, known=("https://host.example",))
        link = DeleteLink(f"{site.url}/image/a/delete/{'5e' * 24}")
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "upload": lambda: host.upload(
                _media(picture()), host_url=site.url, key=KEY, details=Details()
            ),
            "delete": lambda: host.delete(link, host_url=site.url),
            "check": lambda: host.check_key(host_url=site.url, key=KEY),
        }

        with pytest.raises(SettingsRejected) as refused:
            await ways[way]()

    assert refused.value.facts == {"setting": "host", "problem": "private-address"}
    assert site.paths == []


async def test_the_operators_own_host_may_lie_in_a_private_network(
    http: httpx.AsyncClient, server: HostServer
) -> None:
    async with open_http(socket_factory=guarded_sockets()) as guarded:
        host = CheveretoHost(http, guarded=guarded, known=(server.url,))

        await host.check_key(host_url=server.url, key=ApiKey(await server.create_key("bot")))


@pytest.mark.parametrize(
    ("mime", "size_bytes", "longest_s"),
    [
        ("image/png", 0, 30 + 120),
        ("image/png", 8 * 1024**2, 30 + 128 + 128),
        ("video/mp4", 8 * 1024**2, 30 + 128 + 316),
        ("video/mp4", None, 30 + 1600 + 500),
    ],
)
def test_how_long_an_upload_may_take_follows_its_size_and_kind(
    mime: str, size_bytes: int | None, longest_s: float
) -> None:
    assert upload_max_s(mime, size_bytes) == longest_s
