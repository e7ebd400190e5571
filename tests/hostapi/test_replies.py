"""Every shape of a success is read, and no odd field costs the id or the delete link."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from imgoe_bot.hostapi import (
    Base64Source,
    BytesSource,
    HostClient,
    UploadReply,
    UploadRequest,
    UrlSource,
)
from imgoe_bot.hostapi.models import Format

if TYPE_CHECKING:
    from tests.hostapi.conftest import ReplayHost

GIF = BytesSource(b"GIF89a" + bytes(50))
STORED_AT = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


async def uploaded(host: "ReplayHost", request: UploadRequest | None = None) -> UploadReply:
    async with HostClient(host.base_url) as client:
        return await client.upload(request or UploadRequest(GIF))


async def test_an_image_of_version_4(host: "ReplayHost") -> None:
    host.answer_sample("v4-image.json")
    reply = await uploaded(host)
    assert (reply.id, reply.mime, reply.is_video) == ("q3", "image/jpeg", False)
    assert reply.medium_url == "https://host.example/images/2026/11/24/kitten.md.jpg"
    assert (reply.expires_at, reply.expiry_mismatch) == (None, False)


async def test_an_animation_links_the_file_and_not_its_still(host: "ReplayHost") -> None:
    host.answer_sample("v4-animated.json")
    reply = await uploaded(host)
    assert reply.is_animated
    assert reply.url == "https://host.example/images/2026/11/24/kitten.gif"


async def test_a_moderated_upload_has_no_addresses_but_a_delete_link(host: "ReplayHost") -> None:
    host.answer_sample("v4-moderated.json")
    reply = await uploaded(host)
    assert (reply.is_approved, reply.url, reply.thumb_url) == (False, None, None)
    assert (reply.id, reply.delete_link is not None) == ("q3", True)


async def test_odd_types_mean_what_they_say(host: "ReplayHost") -> None:
    host.answer_sample("v4-odd-types.json")
    reply = await uploaded(host)
    assert (reply.id, reply.width_px, reply.height_px) == ("73", 1600, 1200)
    assert (reply.size_bytes, reply.nsfw, reply.is_approved) == (204_800, True, True)
    assert (reply.is_animated, reply.title, reply.description) == (False, None, None)
    assert reply.tags == ("cats", "garden")
    assert reply.expires_at == datetime(2026, 12, 1, 3, tzinfo=UTC)


async def test_fields_nobody_knows_yet_are_kept(host: "ReplayHost") -> None:
    host.answer_sample("v4-odd-types.json")
    extra = (await uploaded(host)).model_extra or {}
    assert extra["a_field_of_tomorrow"] == {"x": [1, 2]}


async def test_fields_of_no_sensible_type_count_as_absent(host: "ReplayHost") -> None:
    host.answer_sample("v4-wrong-everywhere.json")
    reply = await uploaded(host)
    assert (reply.id, reply.viewer_url) == ("q3", "https://host.example/image/Kitten.q3")
    assert (reply.width_px, reply.height_px, reply.duration_s) == (None, None, None)
    assert (reply.thumb_url, reply.medium_url, reply.frame_url) == (None, None, None)
    assert (reply.delete_link, reply.tags, reply.expires_at) == (None, (), None)


async def test_version_3_tells_times_as_seconds_and_types_inside(host: "ReplayHost") -> None:
    host.answer_sample("v3-image.json")
    reply = await uploaded(host, UploadRequest(GIF, expires_after=timedelta(minutes=10)))
    assert (reply.id, reply.mime, reply.created_at) == ("Q9", "image/png", STORED_AT)
    assert reply.expires_at == STORED_AT + timedelta(minutes=10)
    assert not reply.expiry_mismatch


@pytest.mark.parametrize("source", [Base64Source("R0lGODlh"), UrlSource("https://a.example/a.gif")])
async def test_the_parameter_image_is_answered_in_imgbbs_shape(
    host: "ReplayHost", source: Base64Source | UrlSource
) -> None:
    host.answer_sample("imgbb.json")
    reply = await uploaded(host, UploadRequest(source, shape="imgbb"))
    assert "image" in host.seen[0].fields
    assert (reply.id, reply.width_px, reply.filename) == ("b7", 100, "upload.png")
    assert reply.expires_at == STORED_AT + timedelta(minutes=10)
    assert reply.delete_link is not None


async def test_warnings_printed_before_the_reply_do_not_lose_it(host: "ReplayHost") -> None:
    host.answer_sample("php-warning-then-json.txt")
    reply = await uploaded(host)
    assert (reply.id, reply.delete_link is not None) == ("q3", True)


async def test_the_format_txt_tells_the_file(host: "ReplayHost") -> None:
    host.answer_text("https://host.example/images/kitten.jpg\n")
    reply = await uploaded(host, UploadRequest(GIF, format="txt"))
    assert (reply.url, reply.id) == ("https://host.example/images/kitten.jpg", None)
    assert host.seen[0].fields["format"] == "txt"


@pytest.mark.parametrize(
    ("location", "viewer_path", "found_id"),
    [
        ("/image/q3", "/image/q3", "q3"),
        ("/clip/Badgers-animated-MrWeebl.ZfGd", "/clip/Badgers-animated-MrWeebl.ZfGd", "ZfGd"),
        ("/clip/v1.2-notes.ZfGd", "/clip/v1.2-notes.ZfGd", "ZfGd"),
    ],
)
async def test_the_format_redirect_tells_the_page(
    host: "ReplayHost", location: str, viewer_path: str, found_id: str
) -> None:
    host.answer.status, host.answer.headers = 302, {"Location": location}
    reply = await uploaded(host, UploadRequest(GIF, format="redirect"))
    assert (reply.id, reply.viewer_url) == (found_id, host.base_url + viewer_path)
    assert len(host.seen) == 1


@pytest.mark.parametrize("reply_format", ["txt", "redirect"])
async def test_a_format_that_tells_no_expiry_does_not_confirm_one(
    host: "ReplayHost", reply_format: str
) -> None:
    host.answer_text("https://host.example/images/kitten.jpg")
    if reply_format == "redirect":
        host.answer.status, host.answer.headers = 302, {"Location": "/image/q3"}
    request = UploadRequest(
        GIF,
        format="redirect" if reply_format == "redirect" else "txt",
        expires_after=timedelta(hours=1),
    )
    assert (await uploaded(host, request)).expiry_mismatch


@pytest.mark.parametrize("reply_format", ["txt", "redirect"])
async def test_a_host_that_answers_in_json_all_the_same_is_read(
    host: "ReplayHost", reply_format: Format
) -> None:
    host.answer_sample("v4-image.json")
    assert (await uploaded(host, UploadRequest(GIF, format=reply_format))).id == "q3"
