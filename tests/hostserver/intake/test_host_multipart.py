"""The body's parser: the same parts however the bytes are cut, and nothing else than parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.hostserver.intake.form_events import MalformedBody, PartData, PartStart
from imgoe_bot.hostserver.intake.multipart import MultipartParser, boundary_of, parse_headers

Parts = list[tuple[str, str | None, bytes]]


def parse(chunks: list[bytes], boundary: bytes = b"b0undary") -> Parts:
    parser = MultipartParser(boundary)
    found: Parts = []
    for chunk in chunks:
        for event in parser.feed(chunk):
            if isinstance(event, PartData):
                name, filename, data = found[-1]
                found[-1] = (name, filename, data + bytes(event.data))
            else:
                found.append((event.name, event.filename, b""))
    parser.close()
    return found


def encode(parts: list[tuple[str, bytes]], boundary: bytes = b"b0undary") -> bytes:
    body = b""
    for name, data in parts:
        head = f'Content-Disposition: form-data; name="{name}"'.encode()
        body += b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + data + b"\r\n"
    return body + b"--" + boundary + b"--\r\n"


NEARLY = st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n--", b"\r\n--b0undar", b"-", b"x", b"--b0"])
DATA = st.lists(NEARLY | st.binary(max_size=6), max_size=12).map(b"".join)


@given(
    st.lists(st.tuples(st.sampled_from(["source", "title", "x"]), DATA), min_size=1, max_size=4),
    st.lists(st.integers(1, 40), min_size=1, max_size=30),
)
def test_parts_are_the_same_however_the_body_is_cut(
    parts: list[tuple[str, bytes]], cuts: list[int]
) -> None:
    body, chunks, at = encode(parts), list[bytes](), 0
    while at < len(body):
        size = cuts[len(chunks) % len(cuts)]
        chunks.append(body[at : at + size])
        at += size
    assert parse(chunks) == [(name, None, data) for name, data in parts]


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_other_bytes_are_refused(chunks: list[bytes]) -> None:
    with pytest.raises(MalformedBody):
        parse(chunks, boundary=b"never in so few bytes")


def test_what_stands_before_and_behind_the_parts_is_passed_over() -> None:
    body = b"preamble\r\n" + encode([("a", b"1")]) + b"epilogue --b0undary"
    assert parse([body]) == [("a", None, b"1")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        encode([("a", b"1")])[:-8],
        b"--b0undaryX\r\n\r\n",
        b"--b0undary\r\nContent-Type: text/plain\r\n\r\n1\r\n--b0undary--",
        b"--b0undary\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b0undary--",
        b"--b0undary\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b0undary--",
        b"--b0undary\r\nX: " + b"x" * 20_000 + b"\r\n\r\n1\r\n--b0undary--",
        b'--b0undary\r\nContent-Disposition: form-data; name="\0"\r\n\r\n1\r\n--b0undary--',
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse([body])


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        ('form-data; name="a"', "a", None),
        ("form-data; name=a; filename=b.jpg", "a", "b.jpg"),
        ('FORM-DATA; NAME="a"; FILENAME="b"', "a", "b"),
        ('form-data; name="a"; filename=""', "a", ""),
        ('form-data; name="a"; filename="x;y=\\"z\\".jpg"', "a", 'x;y="z".jpg'),
        ('form-data; name="a"; filename="C:\\dir\\b.jpg"', "a", "C:\\dir\\b.jpg"),
        ("form-data; name=\"a\"; filename*=utf-8''na%C3%AFve.jpg; filename=x", "a", "naïve.jpg"),
        ('form-data; name="a"; filename="Grüße.jpg"', "a", "Grüße.jpg"),
    ],
)
def test_names_are_read_as_clients_write_them(
    disposition: str, name: str, filename: str | None
) -> None:
    block = f"Content-Type: image/jpeg\r\nContent-Disposition: {disposition}".encode()
    assert parse_headers(block) == PartStart(name, filename)


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; charset=x; Boundary="a b"', b"a b"),
    ],
)
def test_the_boundary_is_read_from_the_header(content_type: str, boundary: bytes) -> None:
    assert boundary_of(content_type) == boundary


@pytest.mark.parametrize("content_type", ["multipart/form-data", "x; boundary=", "x; boundary=ü"])
def test_a_missing_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(MalformedBody):
        boundary_of(content_type)
