"""Bytes tell what they are; a name or a claim does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.hostapi import extension_of, sniff_mime


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = major + bytes(4) + b"".join(compatible)
    return (len(body) + 8).to_bytes(4) + b"ftyp" + body


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00AVI LIST", "video/x-msvideo"),
        (b"RIFF\x10\x00\x00\x00????", None),
        (b"BM" + (70).to_bytes(4, "little") + bytes(20), "image/bmp"),
        (b"BMW is a make of cars and no bitmap", None),
        (b"II*\x00", "image/tiff"),
        (ftyp(b"avif"), "image/avif"),
        (ftyp(b"heic"), "image/heic"),
        (ftyp(b"mif1", b"heic"), "image/heic"),
        (ftyp(b"mif1", b"avif"), "image/avif"),
        (ftyp(b"mif1"), "image/heif"),
        (ftyp(b"isom", b"mp41"), "video/mp4"),
        (ftyp(b"mp42"), "video/mp4"),
        (ftyp(b"3gp5"), "video/3gpp"),
        (ftyp(b"qt  "), "video/quicktime"),
        (ftyp(b"M4A "), "audio/mp4"),
        (b"\x00\x00\x00\x08wide", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "video/x-matroska"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "text/html"),
        (b"<?xml version='1.0'?><svg>", "image/svg+xml"),
        (b"<svg xmlns=", "image/svg+xml"),
        (b"<?php echo 1;", "application/x-php"),
        (b"hello", None),
        (b"", None),
    ],
)
def test_a_kind_by_its_first_bytes(head: bytes, mime: str | None) -> None:
    assert sniff_mime(head) == mime


@given(st.binary(max_size=64))
def test_any_bytes_are_told_or_not_but_never_fail(head: bytes) -> None:
    mime = sniff_mime(head)
    assert mime is None or "/" in mime


def test_an_unknown_type_has_no_extension() -> None:
    assert (extension_of("image/jpeg"), extension_of("a/b"), extension_of(None)) == (".jpg", "", "")
