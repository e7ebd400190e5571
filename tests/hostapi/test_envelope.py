"""A multipart body means the same to whoever takes it apart, whatever the names in it."""

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import cast
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.errors import SettingsRejected
from imgoe_bot.hostapi import Base64Source, BytesSource, UploadRequest, UrlSource
from imgoe_bot.hostapi.wire.multipart import (
    FILENAME_BYTES,
    Envelope,
    FilePart,
    multipart_envelope,
    plain_name,
)
from imgoe_bot.hostapi.wire.requests import build

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
PNG = BytesSource(b"\x89PNG\r\n\x1a\n")


def taken_apart(envelope: Envelope, *, file: bytes = b"") -> list[Message]:
    head = f"Content-Type: {envelope.content_type}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + envelope.head + file + envelope.tail)
    assert not whole.defects
    return cast("list[Message]", whole.get_payload())


@given(st.text())
def test_no_file_name_breaks_out_of_its_header(name: str) -> None:
    part = FilePart("source", plain_name(name) or "upload", "image/png")
    envelope = multipart_envelope([("title", "x")], part=part)
    disposition = envelope.head.split(b"\r\n\r\n")[1].split(b"\r\n")[2]
    assert envelope.head.count(b"\r\n\r\n") == 2
    assert disposition.count(b'"') == 4
    assert disposition.startswith(b"Content-Disposition: form-data; name=")
    assert b"\x00" not in disposition
    assert b"\n" not in disposition


@given(TEXT)
def test_a_file_name_can_be_read_back(name: str) -> None:
    kept = plain_name(name)
    quoted = multipart_envelope([], part=FilePart("source", kept, "image/png")).head
    found = quoted.split(b'filename="')[1].split(b'"\r\n')[0].decode()
    assert "%" in kept or unquote(found) == kept


@given(st.binary(max_size=200))
def test_the_length_around_a_file_is_exact(file: bytes) -> None:
    envelope = multipart_envelope([("title", "ä")], part=FilePart("source", "a.png", "image/png"))
    assert envelope.length_around(len(file)) == len(envelope.head + file + envelope.tail)


@given(TEXT)
def test_a_field_arrives_as_it_was(value: str) -> None:
    (part,) = taken_apart(multipart_envelope([("title", value)], part=None))
    assert part.get_payload(decode=True) == value.encode()


@given(st.text(max_size=400))
def test_a_plain_name_is_short_and_no_path(name: str) -> None:
    kept = plain_name(name)
    assert len(kept.encode(errors="replace")) <= FILENAME_BYTES
    assert not set(kept) & set("/\\")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\fakepath\\kitten.png", "kitten.png"),
        ("猫.jpg", "猫.jpg"),
        ("x" * 5000 + ".webp", "x" * 250 + ".webp"),
        ("猫" * 5000 + ".jpg", "猫" * 83 + ".jpg"),
        ("", ""),
        ("..", ".."),
    ],
)
def test_names_of_the_bad_input_list(name: str, kept: str) -> None:
    assert plain_name(name) == kept


@given(st.lists(TEXT.filter(lambda tag: "," not in tag), max_size=12))
def test_tags_are_one_comma_list_without_empty_ones(tags: list[str]) -> None:
    fields = dict(build(UploadRequest(PNG, tags=tuple(tags)), key=None).fields)
    wanted = [tag.strip() for tag in tags if tag.strip()]
    assert fields.get("tags", "").split(",") == (wanted or [""])


def test_every_parameter_has_its_name_and_form() -> None:
    request = UploadRequest(
        PNG,
        title="t",
        description="d",
        tags=("a", "b"),
        album_id="Zx",
        category_id=0,
        width_px=640,
        nsfw=True,
        format="txt",
        use_file_date=True,
    )
    assert dict(build(request, key="k").fields) == {
        "title": "t",
        "description": "d",
        "tags": "a,b",
        "album_id": "Zx",
        "category_id": "0",
        "width": "640",
        "nsfw": "1",
        "format": "txt",
        "use_file_date": "1",
    }


@pytest.mark.parametrize(
    ("request_", "setting", "problem"),
    [
        (UploadRequest(PNG, tags=("a,b",)), "tags", "comma-in-a-tag"),
        (UploadRequest(PNG, width_px=0), "width", "too-small"),
        (UploadRequest(PNG, category_id=-1), "category_id", "too-small"),
        (UploadRequest(PNG, method="GET"), "method", "get-needs-a-url"),
        (UploadRequest(Base64Source("AAAA"), method="GET"), "method", "get-needs-a-url"),
        (UploadRequest(PNG, shape="imgbb"), "shape", "imgbb-needs-text"),
        (UploadRequest(Base64Source("data:image/png;base64,AAAA")), "source", "not-base64"),
        (UploadRequest(Base64Source("AA-_")), "source", "not-base64"),
        (UploadRequest(Base64Source("AAAAA")), "source", "not-base64"),
        (UploadRequest(Base64Source("A===")), "source", "not-base64"),
        (UploadRequest(UrlSource("ftp://a.example/x")), "source", "not-a-url"),
        (UploadRequest(UrlSource("https://a.example:99999/x")), "source", "not-a-url"),
        (UploadRequest(UrlSource("kitten.jpg")), "source", "not-a-url"),
    ],
)
def test_what_a_host_would_misread_is_refused_before_sending(
    request_: UploadRequest, setting: str, problem: str
) -> None:
    with pytest.raises(SettingsRejected) as caught:
        build(request_, key=None)
    assert (caught.value.setting, caught.value.problem) == (setting, problem)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX-Evil: 1", "schlüssel"])
def test_what_can_be_no_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(SettingsRejected) as caught:
        build(UploadRequest(PNG), key=key)
    assert str(caught.value) == "setting='key', problem='not-a-key'"
