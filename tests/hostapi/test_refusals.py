"""Every row of API.md's table of errors, and every answer that is none of this API."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from imgoe_bot.errors import (
    BadReply,
    DuplicateMedia,
    EmptyMedia,
    HostBroken,
    HostBusy,
    HostError,
    HostRefused,
    ImgoeError,
    KeyRejected,
    MediaTooLarge,
    ReplyMissing,
    UnsupportedMedia,
)
from imgoe_bot.hostapi import (
    Base64Source,
    BytesSource,
    HostClient,
    StreamSource,
    UploadRequest,
)
from imgoe_bot.hostapi.wire.facts import Refusal, Sent
from imgoe_bot.hostapi.wire.refusals import classify

if TYPE_CHECKING:
    from tests.hostapi.conftest import RawHost, ReplayHost

GIF = BytesSource(b"GIF89a" + bytes(50), filename="a.gif")

BY_CODE = [
    (100, KeyRejected),
    (401, KeyRejected),
    (101, DuplicateMedia),
    (102, DuplicateMedia),
    (103, DuplicateMedia),
    (110, HostRefused),
    (120, HostRefused),
    (130, HostBusy),
    (400, MediaTooLarge),
    (403, HostRefused),
    (425, UnsupportedMedia),
    (600, UnsupportedMedia),
    (610, UnsupportedMedia),
    (612, UnsupportedMedia),
    (613, UnsupportedMedia),
    (614, UnsupportedMedia),
    (601, HostBroken),
    (630, HostBroken),
    (631, HostBroken),
    (632, HostBroken),
    (0, HostRefused),
    (503, HostBroken),
    (429, HostBusy),
    (666, HostBroken),
    (104, HostBroken),
    (900, HostBroken),
    (777, HostRefused),
]


async def refusal(host: "ReplayHost", request: UploadRequest | None = None) -> ImgoeError:
    async with HostClient(host.base_url, key="the-key", attempts=1) as client:
        with pytest.raises(ImgoeError) as caught:
            await client.upload(request or UploadRequest(GIF))
    return caught.value


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "string"])
@pytest.mark.parametrize(("code", "error"), BY_CODE)
async def test_a_code_decides_whatever_language_the_words_are_in(
    host: "ReplayHost", code: int, error: type[ImgoeError], as_text: bool
) -> None:
    body = {"status_code": 400, "error": {"message": "Nö.", "code": str(code) if as_text else code}}
    host.answer_json(body, status=400)
    assert type(await refusal(host)) is error


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, HostRefused),
        (401, KeyRejected),
        (403, HostRefused),
        (404, BadReply),
        (405, BadReply),
        (409, DuplicateMedia),
        (413, MediaTooLarge),
        (415, UnsupportedMedia),
        (422, HostRefused),
        (429, HostBusy),
        (500, HostBroken),
        (502, HostBroken),
        (503, HostBroken),
        (504, HostBroken),
    ],
)
async def test_without_a_code_the_status_decides(
    host: "ReplayHost", status: int, error: type[ImgoeError]
) -> None:
    host.answer_json({"status_code": status, "error": {"message": "Nö."}}, status=status)
    assert type(await refusal(host)) is error


FOREIGN = [
    "cloudflare-challenge.html",
    "nginx-404.html",
    "proxy-forbidden.json",
    "maintenance.html",
]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 408, 409, 415, 421, 422, 451])
@pytest.mark.parametrize("sample", [*FOREIGN, None])
async def test_what_only_stands_before_a_host_may_pass_and_is_no_word_on_the_key(
    host: "ReplayHost", sample: str | None, status: int
) -> None:
    if sample is None:
        host.answer_text("", status=status)
    else:
        host.answer_sample(sample, status=status)
    found = await refusal(host)
    assert type(found) is ReplyMissing
    assert (found.status, found.retryable, found.may_be_stored) == (status, True, False)


GATEWAYS: list[dict[str, Any]] = [
    {"error": {"message": "Forbidden"}},
    {"error": {"code": 403, "message": "Forbidden", "status": "PERMISSION_DENIED"}},
    {"type": "about:blank", "title": "Access denied", "status": 403, "detail": "blocked"},
    {"status_code": 403, "message": "Forbidden"},
    {"errors": [{"code": 1020, "message": "Access denied"}]},
]


@pytest.mark.parametrize("body", GATEWAYS, ids=str)
async def test_a_gateways_json_is_no_word_of_the_host(
    host: "ReplayHost", body: dict[str, Any]
) -> None:
    host.answer_json(body, status=403)
    found = await refusal(host)
    assert type(found) is ReplyMissing
    assert (found.retryable, found.may_be_stored) == (True, False)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, BadReply),
        (302, ReplyMissing),
        (303, ReplyMissing),
        (307, ReplyMissing),
        (308, BadReply),
    ],
)
async def test_a_redirect_for_a_while_may_pass_and_one_for_good_does_not(
    host: "ReplayHost", status: int, error: type[BadReply]
) -> None:
    host.answer.status, host.answer.headers = status, {"Location": "/maintenance.html"}
    found = await refusal(host)
    assert type(found) is error
    assert found.retryable is (error is ReplyMissing)


@pytest.mark.parametrize("sample", FOREIGN)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (413, MediaTooLarge),
        (429, HostBusy),
        (500, HostBroken),
        (502, HostBroken),
        (524, HostBroken),
    ],
)
async def test_a_proxys_own_limits_and_faults_are_what_they_say(
    host: "ReplayHost", sample: str, status: int, error: type[ImgoeError]
) -> None:
    host.answer_sample(sample, status=status)
    assert type(await refusal(host)) is error


@pytest.mark.parametrize(
    ("sample", "error"),
    [
        ("v4-flood-hour.json", HostBusy),
        ("v4-source-dropped.json", MediaTooLarge),
        ("v4-no-key-arrived.json", KeyRejected),
        ("v4-invalid-video.json", UnsupportedMedia),
        ("v4-file-too-big.json", MediaTooLarge),
        ("v4-stop-words.json", HostRefused),
        ("v4-animated-webp.json", UnsupportedMedia),
        ("v4-format-disabled.json", UnsupportedMedia),
        ("v4-cant-move.json", HostBroken),
        ("v4-no-tempnam.json", HostBroken),
        ("v4-ffprobe.json", HostBroken),
        ("v4-getimagesize.json", HostBroken),
        ("v4-fopen.json", HostBroken),
        ("v4-mkdir.json", HostBroken),
        ("v4-unable-to-read.json", HostBroken),
        ("v4-sqlstate.json", HostBroken),
        ("v4-disk-630.json", HostBroken),
        ("v4-disk-631.json", HostBroken),
        ("v4-disk-632.json", HostBroken),
        ("v4-size-601.json", MediaTooLarge),
    ],
)
async def test_a_code_of_several_causes_is_read_by_words_that_nobody_translates(
    host: "ReplayHost", sample: str, error: type[ImgoeError]
) -> None:
    host.answer_sample(sample, status=400)
    found = await refusal(host)
    assert type(found) is error
    assert found.retryable is (error in (HostBroken, HostBusy))


async def test_a_key_that_was_dropped_along_with_the_body_was_not_refused(
    host: "ReplayHost",
) -> None:
    host.answer_sample("v4-no-key-arrived.json", status=400)
    async with HostClient(host.base_url, key="the-key", key_by="parameter") as client:
        with pytest.raises(MediaTooLarge):
            await client.upload(UploadRequest(GIF))


async def test_the_limit_that_a_host_names_is_kept(host: "ReplayHost") -> None:
    host.answer_sample("v4-file-too-big.json", status=400)
    found = await refusal(host)
    assert isinstance(found, MediaTooLarge)
    assert found.limit_bytes == 25_000_000


@pytest.mark.parametrize(
    ("words", "wait_s"),
    [
        ("You can only upload 50 images per minute", 60),
        ("You can only upload 500 images per hour", 3_600),
        ("You can only upload 1000 images per day", 86_400),
        ("You can only upload 5000 images per Week", 604_800),
        ("You can only upload 10000 images per month", 2_592_000),
        ("Zu viele Bilder", None),
    ],
)
async def test_a_flood_answer_is_waited_for_as_long_as_the_period_it_names(
    host: "ReplayHost", words: str, wait_s: float | None
) -> None:
    host.answer_json({"error": {"code": 130, "message": words}}, status=400)
    async with HostClient(host.base_url, patience_s=0) as client:
        with pytest.raises(HostBusy) as caught:
            await client.upload(UploadRequest(GIF))
    assert caught.value.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("sample", "status", "error"),
    [
        ("error-duplicate-v3.json", 400, DuplicateMedia),
        ("error-empty-or-flood.json", 400, MediaTooLarge),
        ("error-code-as-text.json", 400, KeyRejected),
        ("error-code-as-text.json", 200, KeyRejected),
        ("problem-duplicate.json", 409, DuplicateMedia),
        ("maintenance.html", 200, HostBroken),
        ("docs-page.html", 200, HostBroken),
        ("cloudflare-challenge.html", 200, HostBroken),
        ("php-fault.html", 500, HostBroken),
        ("v4-image.json", 500, HostBroken),
    ],
)
async def test_a_sample_is_the_error_it_stands_for(
    host: "ReplayHost", sample: str, status: int, error: type[ImgoeError]
) -> None:
    host.answer_sample(sample, status=status)
    found = await refusal(host)
    assert type(found) is error
    assert "/var/www" not in str(found)


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("", 200, ReplyMissing),
        ("{}", 200, ReplyMissing),
        ("Duplicated upload", 200, ReplyMissing),
        ('{"status_code": 200, "image": {"id_encoded"', 200, ReplyMissing),
        ("[]", 200, ReplyMissing),
        ("null", 200, ReplyMissing),
        ('{"status_code": 200}', 200, ReplyMissing),
        ('{"status_code": 200, "image": []}', 200, ReplyMissing),
        ('{"status_code": 200, "image": {"url": "https://a.example/"}}', 200, ReplyMissing),
        ('{"status_code": "200", "image": {"id_encoded": "a"}}', 200, ReplyMissing),
        ('{"success": false, "data": {"id": "a"}}', 200, ReplyMissing),
        ("upstream down", 502, HostBroken),
    ],
)
async def test_success_is_only_what_the_api_calls_so(
    host: "ReplayHost", text: str, status: int, error: type[ImgoeError]
) -> None:
    host.answer_text(text, status=status)
    found = await refusal(host)
    assert type(found) is error
    assert found.retryable
    assert error is HostBroken or found.facts["may_be_stored"] is True


@pytest.mark.parametrize("reply_format", ["txt", "redirect"])
async def test_a_bare_message_under_200_is_a_refusal_where_text_was_asked_for(
    host: "ReplayHost", reply_format: str
) -> None:
    request = UploadRequest(GIF, format="txt" if reply_format == "txt" else "redirect")
    host.answer_text("Invalid API v1 key.")
    found = await refusal(host, request)
    assert type(found) is HostRefused
    assert found.host_message == "Invalid API v1 key."
    host.answer_sample("maintenance.html")
    assert type(await refusal(host, request)) is HostBroken
    host.answer_text("")
    assert type(await refusal(host, request)) is ReplyMissing
    host.answer_text("Can't move temp file")
    assert type(await refusal(host, request)) is HostBroken


@pytest.mark.parametrize(
    "location",
    [
        "/login",
        "/account/login",
        "/account/image/login",
        "/image/a/delete",
        "/image/",
        "https://elsewhere.example/image/q3",
        "https://[image/q3",
        "",
    ],
)
async def test_a_redirect_to_no_page_of_an_upload_is_no_success(
    host: "ReplayHost", location: str
) -> None:
    host.answer.status, host.answer.headers = 302, {"Location": location}
    found = await refusal(host, UploadRequest(GIF, format="redirect"))
    assert type(found) is BadReply
    assert found.host_message == f"Location: {location}"


async def test_an_error_keeps_the_hosts_own_facts(host: "ReplayHost") -> None:
    host.answer_sample("error-code-as-text.json", status=400)
    found = await refusal(host)
    assert isinstance(found, HostError)
    assert (found.host, found.status, found.code) == (host.base_url, 400, 100)
    assert found.host_message == "Clé API v1 invalide"


async def test_a_host_that_knows_the_existing_upload_tells_its_page(host: "ReplayHost") -> None:
    host.answer_sample("problem-duplicate.json", status=409)
    found = await refusal(host)
    assert isinstance(found, DuplicateMedia)
    assert found.viewer_url == "https://host.example/image/Kitten.q3"


@pytest.mark.parametrize(
    ("status", "retry_after", "wait_s"),
    [
        (429, "30", 30.0),
        (503, "120", 120.0),
        (429, "Tue, 24 Nov 2026 05:01:00 GMT", 60.0),
        (429, "Tue, 24 Nov 2026 04:00:00 GMT", 0.0),
        (429, "soon", None),
        (429, "-5", None),
    ],
)
async def test_retry_after_is_told_in_seconds_by_the_hosts_clock(
    host: "ReplayHost", status: int, retry_after: str, wait_s: float | None
) -> None:
    host.answer_json({"error": {}}, status=status)
    now = "Tue, 24 Nov 2026 05:00:00 GMT"
    host.answer.headers = {"Retry-After": retry_after, "Date": now}
    found = await refusal(host)
    assert isinstance(found, HostBusy)
    assert found.retry_after_s == wait_s


@pytest.mark.parametrize(("code", "kind"), [(610, UnsupportedMedia), (400, MediaTooLarge)])
async def test_a_refused_file_is_named_with_what_the_host_says_of_it(
    host: "ReplayHost", code: int, kind: type[UnsupportedMedia | MediaTooLarge]
) -> None:
    host.answer_json({"status_code": 400, "error": {"code": code, "message": "Nö."}}, status=400)
    found = await refusal(host)
    assert isinstance(found, kind)
    assert (found.filename, found.code, found.host_message) == ("a.gif", code, "Nö.")
    if isinstance(found, UnsupportedMedia):
        assert found.found == "image/gif"
    else:
        assert found.size_bytes == len(GIF.data)


@pytest.mark.parametrize(
    "options",
    [
        {"title": "t"},
        {"description": "d"},
        {"tags": ("a",)},
        {"album_id": "nope"},
        {"category_id": 0},
        {"width_px": 5},
        {"expires_after": timedelta(hours=1)},
        {"nsfw": False},
        {"use_file_date": True},
    ],
    ids=str,
)
async def test_code_400_may_be_about_anything_that_was_said_of_the_file(
    host: "ReplayHost", options: dict[str, Any]
) -> None:
    host.answer_json({"status_code": 400, "error": {"code": 400, "message": "Nö."}}, status=400)
    found = await refusal(host, UploadRequest(GIF, **options))
    assert type(found) is HostRefused
    assert found.host_message == "Nö."


@pytest.mark.parametrize("code", [400, 610])
async def test_a_width_beyond_the_images_is_told_in_the_hosts_words(
    host: "ReplayHost", code: int
) -> None:
    words = "Width is larger than the image"
    body = {"status_code": 400, "error": {"code": code, "message": words}}
    host.answer_json(body, status=400)
    found = await refusal(host, UploadRequest(GIF, width_px=5000))
    assert type(found) is HostRefused
    assert (found.code, found.host_message) == (code, words)


async def test_a_video_is_not_refused_for_a_width_that_hosts_ignore(host: "ReplayHost") -> None:
    host.answer_json({"error": {"code": 610}}, status=400)
    clip = BytesSource(b"\x00\x00\x00\x18ftypisom" + bytes(50))
    assert type(await refusal(host, UploadRequest(clip, width_px=5000))) is UnsupportedMedia


@pytest.mark.parametrize("size_bytes", [None, 9_000_000])
async def test_a_file_refused_half_way_is_as_large_as_it_is_not_as_what_was_sent(
    raw_host: "RawHost", size_bytes: int | None
) -> None:
    async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await raw_host.release.wait()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(8_000_000)
        await raw_host.release.wait()

    raw_host.handler = refuse_early
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(MediaTooLarge) as caught:
            await client.upload(UploadRequest(StreamSource(slow(), size_bytes=size_bytes)))
    assert caught.value.size_bytes == size_bytes


async def test_a_base64_text_is_as_large_as_what_it_stands_for(host: "ReplayHost") -> None:
    host.answer_json({"error": {"code": 601, "message": "exceeds the limit"}}, status=400)
    found = await refusal(host, UploadRequest(Base64Source("R0lGODlhAQ==")))
    assert isinstance(found, MediaTooLarge)
    assert found.size_bytes == 7


@pytest.mark.parametrize(
    ("sent", "message", "error"),
    [
        (Sent(host="h", sent_bytes=9, found_mime="image/gif"), "", MediaTooLarge),
        (Sent(host="h", sent_bytes=9, found_mime="image/gif", has_options=True), "", HostRefused),
        (Sent(host="h", sent_bytes=9, has_options=True), "File too big", MediaTooLarge),
        (Sent(host="h", sent_bytes=9), "", HostRefused),
    ],
)
def test_code_400_is_judged_by_what_was_sent(
    sent: Sent, message: str, error: type[ImgoeError]
) -> None:
    assert type(classify(Refusal(400, code=400, message=message), sent=sent)) is error


def test_code_130_without_any_bytes_is_an_empty_source() -> None:
    assert type(classify(Refusal(400, code=130), sent=Sent(host="h"))) is EmptyMedia
