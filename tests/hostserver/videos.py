"""Short videos, some with a location in them, made on the spot."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps

AV: Any = av  # its stubs leave half of what is used here untyped
LOCATION = b"+48.8577+002.2950/"


def video(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 240),
    frames: int = 30,
    audio_only: bool = False,
    backdrop: bytes | None = None,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> bytes:
    """A video of a second at 30 frames; its container follows from the path's extension."""
    container: Any = AV.open(str(path), "w", options=options or {})
    with container:
        container.metadata.update(metadata or {})
        if audio_only:
            _add_silence(container)
        else:
            _add_frames(container, codec, size, _pictures(size, frames, backdrop))
    return path.read_bytes()


def _pictures(size: tuple[int, int], frames: int, backdrop: bytes | None) -> Iterator[Image.Image]:
    """Frames that move over a backdrop, or just change their colour."""
    if backdrop is None:
        yield from (Image.new("RGB", size, (n * 8 % 256, 80, 160)) for n in range(frames))
        return
    picture = Image.open(io.BytesIO(backdrop)).convert("RGB")
    wide = ImageOps.fit(picture, (size[0] + frames, size[1]))
    yield from (wide.crop((n, 0, n + size[0], size[1])) for n in range(frames))


def _add_frames(
    container: Any, codec: str, size: tuple[int, int], pictures: Iterator[Image.Image]
) -> None:
    stream = container.add_stream(codec, rate=30)
    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
    for picture in pictures:
        for packet in stream.encode(AV.VideoFrame.from_image(picture)):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)


def _add_silence(container: Any) -> None:
    stream = container.add_stream("aac", rate=48_000)
    frame = AV.AudioFrame(format="fltp", layout="mono", samples=1024)
    frame.sample_rate = 48_000
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    for packet in [*stream.encode(frame), *stream.encode()]:
        container.mux(packet)


def box(kind: bytes, body: bytes) -> bytes:
    """One box of an MP4 file."""
    return struct.pack(">I", len(body) + 8) + kind + body


def video_with_location(path: Path) -> bytes:
    """An MP4 that ends in a movie box telling where it was filmed, as phones write it."""
    data = video(path)
    at = data.rindex(b"moov") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    assert at + size == len(data)
    told = box(b"\xa9xyz", struct.pack(">HH", len(LOCATION), 0x15C7) + LOCATION)
    added = box(b"udta", told)
    return data[:at] + struct.pack(">I", size + len(added)) + data[at + 4 :] + added
