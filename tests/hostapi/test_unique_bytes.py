"""A file made unlike any other shows what it showed, and is as long as was said before."""

import hashlib
import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from imgoe_bot.hostapi.unique_bytes import UniqueStream, made_unique
from tests.hostserver.pictures import animation, picture
from tests.hostserver.videos import box, video

AV: Any = av  # its stubs leave half of what is used here untyped


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def unique(
    data: bytes, *, mark: str = "a", size: int = 4096, known: bool = True
) -> tuple[UniqueStream, bytes]:
    size_bytes = len(data) if known else None
    stream = await made_unique(pieces(data, size), size_bytes=size_bytes, mark=mark)
    return stream, b"".join([piece async for piece in stream.chunks])


def frames(data: bytes) -> tuple[list[bytes], object]:
    """Every pixel of a picture, and how often it repeats."""
    with Image.open(io.BytesIO(data)) as image:
        shown: list[bytes] = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            shown.append(image.convert("RGBA").tobytes())
        return shown, image.info.get("loop")


def film(data: bytes) -> tuple[list[bytes], object]:
    with AV.open(io.BytesIO(data)) as container:
        shown = [frame.to_image().tobytes() for frame in container.decode(video=0)]
        return shown, container.duration


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
async def test_a_picture_made_unique_shows_the_same_pixels(kind: str) -> None:
    before = picture(kind, size=(64, 48))
    stream, after = await unique(before, size=1)
    assert stream.is_unique
    assert hashlib.md5(after).digest() != hashlib.md5(before).digest()  # noqa: S324  # hosts do
    assert len(after) == stream.size_bytes
    assert frames(after) == frames(before)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_an_animation_made_unique_moves_as_before(kind: str) -> None:
    before = animation(kind)
    stream, after = await unique(before)
    assert (stream.is_unique, len(after)) == (True, stream.size_bytes)
    assert frames(after) == frames(before)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {}),
        ("a.mp4", "libx264", {"movflags": "+frag_keyframe+empty_moov"}),
        ("a.mov", "libx264", {"movflags": "+faststart"}),
        ("a.3gp", "libx264", {}),
        ("a.webm", "libvpx", {}),
        ("a.webm", "libvpx", {"live": "1"}),
        ("a.mkv", "libx264", {}),
    ],
)
async def test_a_film_made_unique_plays_as_before(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    before = video(tmp_path / name, codec=codec, frames=6, size=(64, 48), options=options)
    stream, after = await unique(before)
    assert stream.is_unique
    assert (len(after), after != before) == (stream.size_bytes, True)
    assert film(after) == film(before)


async def test_a_film_whose_last_box_reaches_to_the_end_plays_as_before(tmp_path: Path) -> None:
    options = {"movflags": "+faststart"}
    before = bytearray(video(tmp_path / "a.mp4", frames=6, size=(64, 48), options=options))
    at = before.rindex(b"mdat") - 4
    assert at + int.from_bytes(before[at : at + 4], "big") == len(before)
    before[at : at + 4] = bytes(4)
    stream, after = await unique(bytes(before))
    assert (stream.is_unique, len(after)) == (True, stream.size_bytes)
    assert film(after) == film(bytes(before))


async def test_a_picture_in_riff_counts_its_mark_and_what_follows_it_stays_behind() -> None:
    before = picture("WEBP", size=(64, 48))
    _, after = await unique(before)
    assert struct.unpack("<I", after[4:8])[0] + 8 == len(after)
    trailed = before + b"what an editor left here"
    stream, after = await unique(trailed)
    assert (after[:12], len(after)) == (trailed[:12], stream.size_bytes)
    assert frames(after) == frames(before)


async def test_one_mark_makes_the_same_bytes_each_time_and_another_one_others() -> None:
    before = picture("JPEG", size=(64, 48))
    first, again, other = [(await unique(before, mark=mark))[1] for mark in ("a", "a", "b")]
    assert first == again
    assert first != other
    assert b"secret" not in (await unique(before, mark="secret"))[1]


async def test_a_file_of_unknown_length_is_made_unique_without_one() -> None:
    for kind in ("PNG", "WEBP"):
        before = picture(kind, size=(64, 48))
        stream, after = await unique(before, known=False)
        assert (stream.size_bytes, stream.is_unique) == (None, True)
        assert frames(after) == frames(before)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing known",
        b"\x89PNG\r\n\x1a\n" + box(b"CgBI", bytes(4)) + bytes(90),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"GIF89a\x01\x00\x01\x00\x87\x00\x00" + bytes(9),
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
async def test_what_has_no_place_for_a_mark_stays_as_it_is(data: bytes) -> None:
    stream, after = await unique(data, size=3)
    assert (after, stream.size_bytes, stream.is_unique) == (data, len(data), False)
