"""What bytes are, by their first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.media import SNIFF_BYTES, sniff

REST = bytes(60)
EBML = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82"


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x20\x00\x00WEBPVP8 ", "image/webp"),
        (b"BM\x36\x10\x00\x00\x00\x00\x00\x00\x36\x00", "image/bmp"),
        (b"\x00\x00\x00\x20ftypavif", "image/avif"),
        (b"\x00\x00\x00\x20ftypheic", "image/heic"),
        (b"\x00\x00\x00\x20ftypqt  ", "video/quicktime"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftypmp42", "video/mp4"),
        (EBML + b"\x84webm", "video/webm"),
    ],
)
def test_every_kind_that_is_kept_is_known(head: bytes, mime: str) -> None:
    assert sniff((head + REST)[:SNIFF_BYTES]) == mime


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"\x89PNG\n",
        b"GIF88a",
        b"BMW is a car, and this is its story",
        b"BM",
        b"RIFF\x10\x20\x00\x00WAVEfmt ",
        b"RIFF\x10\x20\x00\x00AVI LIST",
        b"\x00\x00\x00\x20ftypM4A ",
        EBML + b"\x88matroska",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<!doctype html>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b" \xff\xd8\xff",
    ],
)
def test_near_misses_are_no_media(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=SNIFF_BYTES))
def test_any_bytes_have_an_answer(head: bytes) -> None:
    assert sniff(head) is None or "/" in str(sniff(head))
