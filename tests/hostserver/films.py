"""Short films and pictures with a place in them, made on the spot."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps, TiffImagePlugin

AV: Any = av  # its stubs leave half of what is used here untyped
GPS_IFD = 0x8825
PLACE = b"+48.8577+002.2950/"


def film(
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
    """A film of a second at 30 frames; its container follows from the path's extension."""
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


def animation(kind: str, frames: int = 3) -> bytes:
    """A small picture that changes its colour."""
    images = [Image.new("RGB", (64, 48), (80 * n % 256, 10, 10)) for n in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, kind, save_all=True, append_images=images[1:], duration=50)
    return buffer.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    """One box of an MP4 file."""
    return struct.pack(">I", len(body) + 8) + kind + body


def film_with_place(path: Path) -> bytes:
    """An MP4 that ends in a movie box telling where it was filmed, as phones write it."""
    data = film(path)
    at = data.rindex(b"moov") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    assert at + size == len(data)
    place = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE))
    return data[:at] + struct.pack(">I", size + len(place)) + data[at + 4 :] + place


def exif_with_place(*, orientation: int = 1) -> Image.Exif:
    """Camera metadata: a camera, a moment, a place."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Acme", "Box Brownie", orientation
    exif[0x010E] = "A view of the tower"
    exif.get_ifd(0x8769)[0x9003] = "2019:07:14 12:30:00"
    degrees = [TiffImagePlugin.IFDRational(n, 1) for n in (48, 51, 29)]
    exif.get_ifd(GPS_IFD).update({1: "N", 2: degrees, 3: "E", 4: degrees, 29: "2019:07:14"})
    return exif


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description '
    b'exif:GPSLatitude="48,51.29N" dc:keep="kept"><exif:GPSLongitude>2,17E</exif:GPSLongitude>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def picture_with_place(kind: str, *, orientation: int = 1) -> bytes:
    """A picture whose metadata tell where it was taken."""
    image = Image.effect_mandelbrot((600, 400), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    buffer = io.BytesIO()
    exif = exif_with_place(orientation=orientation)
    options = {"xmp": XMP} if kind in ("JPEG", "WEBP") else {}
    image.save(buffer, kind, exif=exif, **options)
    return buffer.getvalue()
