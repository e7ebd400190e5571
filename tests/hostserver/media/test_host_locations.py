"""The location where a video was taken goes; everything else stays as it was."""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.hostserver.scrubbing.mp4_boxes import location_boxes
from imgoe_bot.hostserver.scrubbing.webm import scrub_tags, scrub_webm
from tests.hostserver.client import Client
from tests.hostserver.pictures import XMP
from tests.hostserver.videos import LOCATION, box, video

AV: Any = av  # its stubs leave half of what is used here untyped
XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
KEPT = "kept as it was"


def tagged(path: Path, *, codec: str = "libx264", **options: Any) -> bytes:
    """A video of one frame with a location and a comment, as FFmpeg writes them."""
    container: Any = AV.open(str(path), "w", **options)
    with container:
        container.metadata["location"] = LOCATION.decode()
        container.metadata["comment"] = KEPT
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        frame = AV.VideoFrame(64, 48, "yuv420p")
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    return path.read_bytes()


def with_keys(path: Path) -> bytes:
    return tagged(path, options={"movflags": "use_metadata_tags"})


def in_fragments(path: Path) -> bytes:
    flags = "use_metadata_tags+frag_keyframe+empty_moov"
    return tagged(path, options={"movflags": flags})


def with_xmp(path: Path) -> bytes:
    """A video with a packet at its end, as cameras and editors put it."""
    packet = XMP.replace(b"48,51.29N", LOCATION).replace(b"kept", KEPT.encode())
    return video(path) + box(b"uuid", XMP_BOX + packet)


def with_itunes_tags(path: Path) -> bytes:
    """A video with an iTunes list at its end: a free-form location, and one in its own box."""

    def value(data: bytes) -> bytes:
        return box(b"data", struct.pack(">II", 1, 0) + data)

    name = box(b"mean", bytes(4) + b"com.apple.iTunes") + box(b"name", bytes(4) + b"GPS LOCATION")
    items = box(b"----", name + value(LOCATION)) + box(b"\xa9xyz", value(LOCATION))
    items += box(b"\xa9cmt", value(KEPT.encode()))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    return video(path) + box(b"meta", bytes(4) + handler + box(b"ilst", items))


def webm(path: Path) -> bytes:
    return tagged(path, codec="libvpx-vp9")


def live_webm(path: Path) -> bytes:
    """A stream whose segment and clusters did not know their ends."""
    return tagged(path, codec="libvpx-vp9", options={"live": "1"})


WAYS: list[tuple[str, Callable[[Path], bytes]]] = [
    ("a.mp4", with_keys),
    ("a.mov", with_keys),
    ("a.mp4", in_fragments),
    ("a.mp4", with_xmp),
    ("a.mp4", with_itunes_tags),
    ("a.mov", tagged),
    ("a.webm", webm),
    ("a.webm", live_webm),
]


@pytest.mark.parametrize(
    ("name", "make"), WAYS, ids=lambda value: getattr(value, "__name__", value)
)
async def test_a_videos_location_goes_and_nothing_else(
    client: Client, tmp_path: Path, name: str, make: Callable[[Path], bytes]
) -> None:
    sent = make(tmp_path / name)
    assert LOCATION in sent
    image = await client.stored(sent, filename=name, mime="video/mp4")
    stored = (await client.get(image["url"])).body
    assert LOCATION not in stored
    assert KEPT.encode() in stored
    assert len(stored) == len(sent)
    assert image["source_md5"] is not None
    (tmp_path / "after").write_bytes(stored)
    with AV.open(str(tmp_path / "after"), format="webm" if "webm" in name else "mov") as container:
        assert len(list(container.decode(video=0))) >= 1
        assert not any(re.match("location", key, re.IGNORECASE) for key in container.metadata)


def element(kind: bytes, body: bytes) -> bytes:
    """One element of a WebM file, with a size of as many bytes as it takes."""
    width = 1 if len(body) < 127 else 4
    return kind + ((1 << 7 * width) | len(body)).to_bytes(width, "big") + body


def simple_tag(name: bytes, text: bytes, inner: bytes = b"") -> bytes:
    return element(b"\x67\xc8", element(b"\x45\xa3", name) + element(b"\x44\x87", text) + inner)


def tags(*simple: bytes, checksum: bool = False) -> bytearray:
    first = element(b"\xbf", b"abcd") if checksum else b""
    tag = element(b"\x73\x73", b"".join(simple))
    return bytearray(element(b"\x12\x54\xc3\x67", first + tag))


@pytest.mark.parametrize("length", [1, 90, 120, 125, 126, 127, 128, 200, 5_000])
@pytest.mark.parametrize("name", [b"LOCATION", b"RECORDING_LOCATION", b"GPS", b"location-eng"])
def test_a_tag_that_names_a_location_is_voided_whatever_its_length(
    length: int, name: bytes
) -> None:
    data = tags(simple_tag(b"TITLE", b"kept"), simple_tag(name, b"#" * length), checksum=True)
    before = len(data)
    assert scrub_tags(data)
    assert (len(data), b"#" in data, b"abcd" in data, b"kept" in data) == (
        before, False, False, True,
    )  # fmt: skip
    assert not scrub_tags(data)


def test_a_location_within_another_tag_goes_alone() -> None:
    data = tags(simple_tag(b"ARTIST", b"kept", simple_tag(b"LATITUDE", b"48.85")))
    assert scrub_tags(data)
    assert (b"48.85" in data, b"kept" in data) == (False, True)


def test_tags_without_a_location_stay_to_the_byte() -> None:
    data = tags(simple_tag(b"TITLE", b"kept"), checksum=True)
    before = bytes(data)
    assert not scrub_tags(data)
    assert data == before


@given(st.binary(max_size=300), st.integers(0, 200), st.binary(max_size=6))
def test_no_bytes_break_the_search(data: bytes, at: int, wrong: bytes) -> None:
    odd = tags(simple_tag(b"LOCATION", b"here"), simple_tag(b"X", b"y"))
    odd[at : at + len(wrong)] = wrong
    for each in (bytearray(data), odd):
        before = len(each)
        scrub_tags(each)
        assert len(each) == before
    list(location_boxes(data, 0, len(data)))


@given(st.binary(max_size=300))
def test_a_file_of_any_bytes_is_searched_to_its_end(tmp_path_factory: Any, data: bytes) -> None:
    path = tmp_path_factory.mktemp("webm") / "a.webm"
    path.write_bytes(bytes.fromhex("1853806701ffffffffffffff") + data)
    scrub_webm(path)
    assert path.stat().st_size == 12 + len(data)
