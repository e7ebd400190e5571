"""A host is asked what it can do, and nothing stays behind that can be taken back."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import BodyPartReader, web

from imgoe_bot.errors import HostBusy, HostRefused, KeyRejected
from imgoe_bot.hostapi import HostAbilities, HostClient, sniff_mime
from imgoe_bot.hostapi.probing.tiny_files import TINY_KINDS, tiny_file
from imgoe_bot.hostserver import HostOptions, HostServer

if TYPE_CHECKING:
    from tests.hostapi.conftest import ReplayHost


EVERYTHING = HostAbilities(
    key_valid=True,
    formats=frozenset(TINY_KINDS),
    keeps_expiry=True,
    moderates=False,
    thumb_reachable=True,
    deletes=True,
)


class TryableHost:
    """Stores what it is told to take; remembers what was deleted."""

    def __init__(self, base_url: str, *, takes: set[str]) -> None:
        self.takes = takes
        self.base_url = base_url
        self.kinds: list[str] = []
        self.deleted: list[str] = []
        self.thumb_status = 200
        self.keeps_expiry = True
        self.gives_delete_link = True
        self.image: dict[str, object] = {}
        self.failing: dict[str, int] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/thumb"):
            return web.Response(status=self.thumb_status)
        if "/delete/" in request.path:
            self.deleted.append(request.path)
            return web.Response(status=301, headers={"Location": "/?deleted"})
        return await self._store(request)

    async def _store(self, request: web.Request) -> web.StreamResponse:
        kind = ""
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            body = await part.read()
            kind = part.headers["Content-Type"] if part.filename else kind
            assert not part.filename or sniff_mime(bytes(body)) == kind
        self.kinds.append(kind)
        if kind in self.failing:
            return web.Response(status=self.failing[kind])
        if kind not in self.takes:
            return web.json_response({"error": {"code": 610}}, status=400)
        return web.json_response(self._answer(len(self.kinds)))

    def _answer(self, number: int) -> dict[str, object]:
        image: dict[str, object] = {
            "id_encoded": f"a{number}",
            "url_viewer": f"{self.base_url}/image/a{number}",
            "date_gmt": "2026-11-24 05:00:00",
            "expiration_date_gmt": "2026-11-24 05:05:00" if self.keeps_expiry else None,
            "thumb": {"url": f"{self.base_url}/thumb/a{number}"},
        }
        if self.gives_delete_link:
            image["delete_url"] = f"{self.base_url}/image/a{number}/delete/{'0' * 48}"
        return {"status_code": 200, "image": image | self.image}


@pytest.fixture
def tryable(host: "ReplayHost") -> TryableHost:
    tryable = TryableHost(host.base_url, takes=set(TINY_KINDS))
    host.handler = tryable.handle
    return tryable


async def probed(host: TryableHost) -> HostAbilities:
    async with HostClient(host.base_url, key="k") as client:
        return await client.probe()


async def test_a_host_that_can_everything(tryable: TryableHost) -> None:
    assert await probed(tryable) == EVERYTHING
    assert len(tryable.deleted) == len(TINY_KINDS)


async def test_a_kind_that_is_refused_is_missing_from_the_formats(tryable: TryableHost) -> None:
    tryable.takes -= {"image/webp"}
    found = await probed(tryable)
    assert found.formats == set(TINY_KINDS) - {"image/webp"}
    assert found.untried == ()


async def test_a_host_that_is_busy_by_then_has_told_what_it_takes_so_far(
    tryable: TryableHost,
) -> None:
    tryable.failing = dict.fromkeys(TINY_KINDS[2:], 429)
    found = await probed(tryable)
    assert found.formats == set(TINY_KINDS[:2])
    assert found.untried == TINY_KINDS[2:]
    assert (found.keeps_expiry, found.deletes, found.left_behind) == (True, True, ())
    assert len(tryable.kinds) == 3


async def test_a_kind_that_breaks_the_host_says_nothing_of_the_next(tryable: TryableHost) -> None:
    tryable.failing = {"image/avif": 500}
    found = await probed(tryable)
    assert found.formats == set(TINY_KINDS) - {"image/avif"}
    assert found.untried == ("image/avif",)


async def test_the_embedded_host_takes_a_tiny_file_of_every_kind(tmp_path: Path) -> None:
    async with (
        HostServer(HostOptions(tmp_path / "host")) as server,
        HostClient(server.url, key=server.first_key) as client,
    ):
        found = await client.probe()
    assert found == EVERYTHING


async def test_a_host_that_ignores_expiry_moderates_and_hides_thumbs(tryable: TryableHost) -> None:
    tryable.keeps_expiry, tryable.thumb_status = False, 403
    tryable.image = {"is_approved": 0}
    found = await probed(tryable)
    assert (found.keeps_expiry, found.moderates, found.thumb_reachable) == (False, True, False)


async def test_what_could_not_be_deleted_is_told(tryable: TryableHost) -> None:
    tryable.gives_delete_link, tryable.takes = False, {"image/png"}
    found = await probed(tryable)
    assert (found.deletes, found.left_behind) == (False, (f"{tryable.base_url}/image/a1",))


async def test_a_host_that_takes_no_png_still_takes_the_key(tryable: TryableHost) -> None:
    tryable.takes = set()
    found = await probed(tryable)
    assert (found.key_valid, found.formats, found.thumb_reachable) == (True, frozenset(), None)
    assert found.refusal is not None


@pytest.mark.parametrize(("code", "key_valid"), [(100, False), (401, False), (403, True)])
async def test_a_refusal_tells_whether_it_was_for_the_key(
    host: "ReplayHost", code: int, key_valid: bool
) -> None:
    host.answer_json({"error": {"code": code}}, status=400)
    async with HostClient(host.base_url, key="k") as client:
        found = await client.probe()
    assert found.key_valid is key_valid
    assert isinstance(found.refusal, HostRefused if key_valid else KeyRejected)


async def test_a_busy_host_is_no_answer(host: "ReplayHost") -> None:
    host.answer_json({"error": {"code": 130}}, status=400)
    async with HostClient(host.base_url, key="k") as client:
        with pytest.raises(HostBusy):
            await client.probe()


@pytest.mark.parametrize("kind", TINY_KINDS)
def test_a_tiny_file_is_never_the_same_twice(kind: str) -> None:
    assert tiny_file(kind) != tiny_file(kind)
    assert sniff_mime(tiny_file(kind)) == kind
