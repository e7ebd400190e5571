"""The work no host can leave out, bare: hash, write, decode, shrink, encode, write. No HTTP.

Run by bench_host.py as ``python host_floor.py FILE COUNT FOLDER``; prints seconds of CPU a file.
"""

import hashlib
import io
import os
import resource
import sys
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps

MEDIUM_PX, THUMB_PX = 500, 320


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _write(data: bytes, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(handle, data)
    os.fsync(handle)
    os.close(handle)


def _picture(path: Path) -> list[bytes]:
    with Image.open(path) as image:
        scale = max(THUMB_PX / min(image.size), MEDIUM_PX / image.width)
        image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
        height = round(image.height * MEDIUM_PX / image.width)
        medium = ImageOps.fit(image, (MEDIUM_PX, height), Image.Resampling.HAMMING)
    thumb = ImageOps.fit(medium, (THUMB_PX, THUMB_PX), Image.Resampling.HAMMING)
    return [_encoded(medium), _encoded(thumb)]


def _film(path: Path) -> list[bytes]:
    library: Any = av  # its stubs leave half of what is used here untyped
    with library.open(str(path), format="mov") as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        stream.codec_context.skip_frame = "NONKEY"
        container.seek(container.duration // 10)
        frame = next(container.decode(stream)).to_image()
    thumb = ImageOps.fit(frame, (THUMB_PX, THUMB_PX), Image.Resampling.BICUBIC)
    return [_encoded(frame), _encoded(thumb)]


def take(data: bytes, folder: Path, *, is_film: bool) -> None:
    """Do what has to be done for one file."""
    original = folder / "original"
    hashlib.md5(data, usedforsecurity=False).hexdigest()
    _write(data, original)
    for number, rendition in enumerate((_film if is_film else _picture)(original)):
        _write(rendition, folder / f"rendition{number}")


def main() -> None:
    """Measure, after a first round that fills the caches."""
    path, count, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    data, is_film = path.read_bytes(), path.suffix == ".mp4"
    take(data, folder, is_film=is_film)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(count):
        take(data, folder, is_film=is_film)
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(used / count)


if __name__ == "__main__":
    main()
