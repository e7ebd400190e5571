"""The work no host can leave out, bare: hash, write, decode, shrink, encode, write. No HTTP.

Run by bench_host.py as ``python host_floor.py FILE COUNT FOLDER``; prints seconds of CPU a file.
The calls into Pillow, PyAV and the C library are the host's own, written out again, so that what
the host adds to them shows. Every file is new, as it is to a host.
"""

import hashlib
import io
import os
import resource
import sys
from pathlib import Path
from typing import Any

import av
from PIL import Image

from imgoe_bot.hostserver.decoding.memory import keep_freed_memory

MEDIUM_PX, THUMB_PX = 500, 320
SHARP = Image.Resampling.HAMMING


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _write(data: bytes, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(handle, data)
    os.fsync(handle)
    os.close(handle)


def _square(image: Image.Image, *, gap: float) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box, size = (left, top, left + side, top + side), (THUMB_PX, THUMB_PX)
    # Pillow's annotation also names a NumPy type, which is unknown where NumPy isn't installed.
    return image.resize(  # pyright: ignore[reportUnknownMemberType]
        size, SHARP, box=box, reducing_gap=gap
    )


def _picture(path: Path) -> list[bytes]:
    with Image.open(path) as image:
        scale = max(THUMB_PX / min(image.size), MEDIUM_PX / image.width)
        image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
        size = MEDIUM_PX, round(image.height * MEDIUM_PX / image.width)
        # As above: an unknown type in Pillow's annotation.
        medium = image.resize(  # pyright: ignore[reportUnknownMemberType]
            size, SHARP, reducing_gap=2.0
        )
    return [_encoded(medium), _encoded(_square(medium, gap=1.5))]


def _film(path: Path) -> list[bytes]:
    library: Any = av  # its stubs leave half of what is used here untyped
    with library.open(str(path), format="mov") as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        stream.codec_context.skip_frame = "NONKEY"
        container.seek(container.duration // 10)
        frame = next(container.decode(stream)).to_image()
    return [_encoded(frame), _encoded(_square(frame, gap=1.0))]


def take(data: bytes, folder: Path, number: int, *, is_film: bool) -> None:
    """Do what has to be done for one file."""
    original = folder / f"{number}.original"
    hashlib.md5(data, usedforsecurity=False).hexdigest()
    _write(data, original)
    for mark, rendition in enumerate((_film if is_film else _picture)(original)):
        _write(rendition, folder / f"{number}.{mark}")


def main() -> None:
    """Measure, after a first round that fills the caches."""
    path, count, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    data, is_film = path.read_bytes(), path.suffix == ".mp4"
    keep_freed_memory()
    take(data, folder, 0, is_film=is_film)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for number in range(count):
        take(data, folder, number + 1, is_film=is_film)
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(used / count)


if __name__ == "__main__":
    main()
