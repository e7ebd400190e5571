"""No key and no delete link in any repr, text, dump, log line or exception."""

import json
import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from imgoe_bot.errors import ImgoeError
from imgoe_bot.hostapi import (
    Base64Source,
    BytesSource,
    DeleteLink,
    HostClient,
    UploadRequest,
    UrlSource,
)
from imgoe_bot.hostapi.models import Format
from imgoe_bot.hostapi.wire.redaction import redact
from imgoe_bot.hostapi.wire.requests import build

if TYPE_CHECKING:
    from tests.hostapi.conftest import ReplayHost

KEY = "chv_very_secret+/=key"
SECRET = "0123456789abcdef" * 3
GIF = BytesSource(b"GIF89a" + bytes(50))


def whole(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


def test_a_delete_link_hides_itself() -> None:
    link = DeleteLink(f"https://host.example/image/a/delete/{SECRET}")
    assert SECRET not in f"{link!r}{link}{link!s}{[link]}"
    assert link.reveal().endswith(SECRET)


@pytest.mark.parametrize("bad", ["", SECRET, f"javascript:{SECRET}", f"https://[{SECRET}", "http:"])
def test_what_is_no_delete_link_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(ValueError, match="absolute") as caught:
        DeleteLink(bad)
    assert SECRET not in whole(caught.value)


async def test_a_reply_shows_no_delete_link(host: "ReplayHost") -> None:
    host.answer_sample("v4-image.json")
    async with HostClient(host.base_url, key=KEY) as client:
        reply = await client.upload(UploadRequest(GIF))
    assert reply.delete_link is not None
    assert SECRET in reply.delete_link.reveal()
    shown = f"{reply!r}{reply}{reply.model_dump()}{reply.model_dump_json()}"
    assert SECRET not in shown


def test_nothing_that_carries_the_key_shows_it() -> None:
    client = HostClient("https://host.example", key=KEY)
    call = build(UploadRequest(GIF), key=KEY)
    by_field = build(UploadRequest(GIF), key=KEY, key_by="parameter")
    sources = (Base64Source(KEY), UrlSource(f"https://a.example/?token={KEY}"), BytesSource(b"k"))
    assert KEY not in f"{client!r}{client}{call!r}{by_field!r}{sources!r}"


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("reply_format", ["json", "txt"])
async def test_a_host_that_echoes_the_key_teaches_it_to_nobody(
    host: "ReplayHost", status: int, reply_format: str
) -> None:
    body = f"Key {KEY} is no good, see https://host.example/image/a/delete/{SECRET}"
    if reply_format == "json":
        host.answer_json({"error": {"message": body, "code": 100}}, status=status)
    else:
        host.answer_text(body, status=status)
    async with HostClient(host.base_url, key=KEY) as client:
        with pytest.raises(ImgoeError) as caught:
            await client.upload(UploadRequest(GIF, format="txt"))
    assert KEY not in whole(caught.value)
    assert SECRET not in whole(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        '{"status_code":200,"image":{"delete_url":"https:\\/\\/h.example\\/a\\/delete\\/' + SECRET,
        '{"status_code":200,"image":{"delete_url":"https://h.example/a/' + SECRET + '"}}',
    ],
)
async def test_a_reply_that_makes_no_sense_is_not_quoted(host: "ReplayHost", body: str) -> None:
    host.answer_text(body)
    async with HostClient(host.base_url) as client:
        with pytest.raises(ImgoeError) as caught:
            await client.upload(UploadRequest(GIF))
    assert SECRET not in whole(caught.value)


def reply_with_a_link() -> str:
    """Return a reply as PHP writes it, with slashes escaped."""
    link = f"https://h.example/image/q3/delete/{SECRET}"
    image = {"id_encoded": "q3", "url_viewer": "https://h.example/image/q3", "delete_url": link}
    return json.dumps({"status_code": 200, "image": image}).replace("/", "\\/")


NOISE = [
    ("\ufeff", ""),
    ("\ufeff \r\n", ""),
    ("Warning: Undefined variable in up.php on line 3\n", ""),
    ("x", ""),
    ("<br />\n<b>Warning</b>: Undefined variable\n", "\n<!-- cached -->"),
    ("", "\nDeprecated: trim()"),
]


@pytest.mark.parametrize(("before", "after"), NOISE)
async def test_noise_around_a_reply_costs_neither_the_upload_nor_its_secret(
    host: "ReplayHost", before: str, after: str
) -> None:
    host.answer_text(f"{before}{reply_with_a_link()}{after}")
    async with HostClient(host.base_url) as client:
        reply = await client.upload(UploadRequest(GIF))
    assert reply.id == "q3"
    assert reply.delete_link is not None
    assert reply.delete_link.reveal().endswith(SECRET)


@pytest.mark.parametrize("before", [before for before, _ in NOISE] + ["Oops: ", "<title>Oops "])
@pytest.mark.parametrize("status", [200, 400, 502])
@pytest.mark.parametrize("reply_format", ["json", "txt"])
async def test_half_a_reply_behind_noise_is_not_quoted(
    host: "ReplayHost", before: str, status: int, reply_format: Format
) -> None:
    host.answer_text(before + reply_with_a_link().removesuffix("}"), status=status)
    async with HostClient(host.base_url) as client:
        with pytest.raises(ImgoeError) as caught:
            await client.upload(UploadRequest(GIF, format=reply_format))
    assert SECRET not in whole(caught.value)


@pytest.mark.parametrize("slash", ["/", "\\/", "%2F", "\\u002f"])
def test_a_delete_link_is_cut_out_however_its_slashes_are_written(slash: str) -> None:
    text = f"see https:{slash}{slash}h.example{slash}a{slash}delete{slash}{SECRET} now"
    assert SECRET not in redact(text, secrets=())
    assert redact(text, secrets=()).endswith(" now")


async def test_httpx_logs_neither_the_delete_link_nor_the_key(
    host: "ReplayHost", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request = UploadRequest(UrlSource("https://a.example/a.gif"), method="GET")
    async with HostClient(host.base_url, key=KEY, key_by="parameter") as client:
        await client.upload(request)
        host.answer.status, host.answer.headers = 301, {"Location": "/image/a?deleted"}
        await client.delete(DeleteLink(f"{host.base_url}/image/a/delete/{SECRET}"))
        await client.is_public(f"{host.base_url}/harmless")
    assert "chv_very" not in caplog.text
    assert SECRET not in caplog.text
    assert "harmless" in caplog.text
