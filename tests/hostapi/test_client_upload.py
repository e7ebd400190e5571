"""One file goes up whole, with its true type, and the answer is read."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imgoe_bot.errors import EmptyMedia, SourceGone, SourceUnreachable
from imgoe_bot.hostapi import (
    Base64Source,
    BytesSource,
    DeleteLink,
    FileSource,
    HostClient,
    StreamSource,
    UploadRequest,
    UrlSource,
)

if TYPE_CHECKING:
    from tests.hostapi.conftest import ReplayHost

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
LARGE_PNG = PNG + bytes(range(256)) * 4096


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_the_seeds_reply_is_read_field_by_field(host: "ReplayHost") -> None:
    async with HostClient(host.base_url, key="k") as client:
        reply = await client.upload(UploadRequest(BytesSource(PNG)))
    assert (reply.id, reply.is_video, reply.duration_s) == ("ZfGd", True, 73)
    assert reply.viewer_url == "http://localhost/clip/Badgers-animated-music-video-MrWeebl.ZfGd"
    assert reply.url
    assert reply.url.endswith("/Badgers-animated-music-video.mp4")
    assert reply.thumb_url
    assert reply.thumb_url.endswith(".th.jpeg")
    assert reply.frame_url
    assert reply.frame_url.endswith(".fr.jpeg")
    assert (reply.medium_url, reply.is_animated, reply.is_approved) == (None, False, True)
    assert (reply.width_px, reply.height_px, reply.size_bytes) == (496, 360, 3_011_299)
    assert reply.expires_at == datetime(2024, 10, 10, 20, 28, tzinfo=UTC)
    assert isinstance(reply.delete_link, DeleteLink)
    assert reply.model_extra
    assert reply.model_extra["how_long_ago"] == "moments ago"


async def test_a_file_arrives_byte_for_byte_as_the_part_source(
    host: "ReplayHost", tmp_path: Path
) -> None:
    path = tmp_path / "kitten.png"
    path.write_bytes(LARGE_PNG)
    async with HostClient(host.base_url, key="secret-key") as client:
        await client.upload(UploadRequest(FileSource(path), title="A kitten", nsfw=False))
    (seen,) = host.seen
    assert seen.file is not None
    assert hashlib.sha256(seen.file).digest() == hashlib.sha256(LARGE_PNG).digest()
    assert seen.fields == {"source": "<file>", "title": "A kitten", "nsfw": "0", "format": "json"}
    assert (seen.filename, seen.file_headers["Content-Type"]) == ("kitten.png", "image/png")
    assert seen.headers["X-API-Key"] == "secret-key"
    assert (seen.path, seen.query) == ("/api/1/upload", {})
    assert "Transfer-Encoding" not in seen.headers


async def test_a_stream_of_known_length_is_sent_with_its_length(host: "ReplayHost") -> None:
    source = StreamSource(chunks(LARGE_PNG[:7], b"", LARGE_PNG[7:]), size_bytes=len(LARGE_PNG))
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(source))
    assert host.seen[0].file == LARGE_PNG
    assert "Content-Length" in host.seen[0].headers
    assert "X-API-Key" not in host.seen[0].headers


async def test_a_stream_of_unknown_length_is_sent_chunked(host: "ReplayHost") -> None:
    source = StreamSource(chunks(b"mystery"), filename="a.bin", mime="video/mp4")
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(source))
    assert host.seen[0].headers["Transfer-Encoding"] == "chunked"
    assert host.seen[0].file == b"mystery"
    assert host.seen[0].file_headers["Content-Type"] == "video/mp4"


async def test_the_bytes_own_type_wins_over_the_declared_one(host: "ReplayHost") -> None:
    source = StreamSource(chunks(PNG), filename="a.mp4", mime="video/mp4")
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(source))
    assert host.seen[0].file_headers["Content-Type"] == "image/png"


async def test_a_declared_type_cannot_smuggle_a_header(host: "ReplayHost") -> None:
    source = StreamSource(chunks(b"mystery"), mime="a/b\r\nX-Evil: 1")
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(source))
    assert host.seen[0].file_headers["Content-Type"] == "application/octet-stream"
    assert "X-Evil" not in host.seen[0].file_headers


@pytest.mark.parametrize("claimed", [len(LARGE_PNG) - 1, len(LARGE_PNG) + 1])
async def test_a_stream_that_breaks_its_word_on_length_is_an_error(
    host: "ReplayHost", claimed: int
) -> None:
    source = StreamSource(chunks(LARGE_PNG), size_bytes=claimed)
    async with HostClient(host.base_url) as client:
        with pytest.raises(SourceUnreachable):
            await client.upload(UploadRequest(source))


async def test_a_source_that_breaks_off_ends_the_upload_with_its_own_error(
    host: "ReplayHost",
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield LARGE_PNG
        raise SourceGone

    async with HostClient(host.base_url) as client:
        with pytest.raises(SourceGone):
            await client.upload(UploadRequest(StreamSource(broken(), size_bytes=9_000_000)))


@pytest.mark.parametrize("source", [BytesSource(b""), StreamSource(chunks()), Base64Source(" \n")])
async def test_an_empty_source_is_refused_before_anything_is_sent(
    host: "ReplayHost", source: BytesSource | StreamSource | Base64Source
) -> None:
    async with HostClient(host.base_url) as client:
        with pytest.raises(EmptyMedia):
            await client.upload(UploadRequest(source))
    assert host.seen == []


async def test_progress_counts_the_sources_bytes_up_to_its_size(host: "ReplayHost") -> None:
    told: list[int] = []
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(BytesSource(LARGE_PNG)), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(LARGE_PNG)


async def test_base64_travels_as_a_field_of_a_post(host: "ReplayHost") -> None:
    async with HostClient(host.base_url) as client:
        await client.upload(UploadRequest(Base64Source("iVBO\nRw0KGgo=")))
    assert host.seen[0].fields["source"] == "iVBORw0KGgo="
    assert host.seen[0].file is None


async def test_a_url_by_get_travels_in_the_query_with_the_key(host: "ReplayHost") -> None:
    request = UploadRequest(UrlSource("https://a.example/x?y=1+2&z=%2B"), method="GET")
    async with HostClient(host.base_url, key="k+/=&", key_by="parameter") as client:
        await client.upload(request)
    (seen,) = host.seen
    assert (seen.method, seen.path) == ("GET", "/api/1/upload/")
    expected = {"key": "k+/=&", "format": "json", "source": "https://a.example/x?y=1+2&z=%2B"}
    assert seen.query == expected
    assert "X-API-Key" not in seen.headers


async def test_an_expiry_the_host_did_not_keep_is_reported(host: "ReplayHost") -> None:
    kept = UploadRequest(BytesSource(PNG), expires_after=timedelta(minutes=30))
    ignored = UploadRequest(BytesSource(PNG), expires_after=timedelta(minutes=33))
    async with HostClient(host.base_url) as client:
        assert not (await client.upload(kept)).expiry_mismatch
        assert (await client.upload(ignored)).expiry_mismatch
    assert host.seen[1].fields["expiration"] == "PT33M"
