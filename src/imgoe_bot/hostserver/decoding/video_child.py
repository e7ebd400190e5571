"""Looks into videos, in a process of its own that the kernel limits.

Run by path (``python -I video_child.py``), so that it loads nothing of the host. Each line of
standard input is a JSON job; the answer is one JSON line, followed by the frame's JPEG and the
thumb's JPEG when the line says how long they are.
"""

import io
import json
import resource
import sys
from typing import Any

import av
from av.logging import set_level
from PIL import Image

THUMB_PX = 320
QUALITY = 85
TEXT_LIMIT = 10_000  # an answer is one line, which its reader takes up to a mebibyte long
TITLES = ("title", "displayname")
DESCRIPTIONS = ("description", "synopsis")


def limit(memory_bytes: int) -> None:
    """Let this process write no file and take no more memory."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Let the kernel end this process when it computes for longer than this from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _first_frame(container: Any, stream: Any) -> Any:
    """Return a key frame from the first tenth of the video."""
    stream.thread_count = 1
    stream.codec_context.skip_frame = "NONKEY"
    if container.duration:
        container.seek(container.duration // 10)
    for frame in container.decode(stream):
        return frame
    raise ValueError("no frame")


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _duration_s(container: Any, stream: Any) -> float:
    if container.duration:
        return float(container.duration / av.time_base)
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return 0.0


def _upright(frame: Any) -> Image.Image:
    image: Image.Image = frame.to_image()
    rotation = getattr(frame, "rotation", 0) % 360
    return image.rotate(rotation, expand=True) if rotation else image


def _thumb(frame: Image.Image) -> Image.Image:
    """Return the frame's middle, 320² (2 ms; ImageOps.fit takes 5)."""
    side = min(frame.size)
    left, top = (frame.width - side) // 2, (frame.height - side) // 2
    box, size = (left, top, left + side, top + side), (THUMB_PX, THUMB_PX)
    # Pillow's annotation also names a NumPy type, which is unknown where NumPy isn't installed.
    return frame.resize(  # pyright: ignore[reportUnknownMemberType]
        size, Image.Resampling.HAMMING, box=box, reducing_gap=1.0
    )


def _texts(container: Any) -> dict[str, str]:
    """Return the video's metadata by name in lower case, without the prefix of Apple's cameras."""
    found: dict[str, str] = container.metadata
    return {
        name.lower().removeprefix("com.apple.quicktime."): text[:TEXT_LIMIT]
        for name, text in found.items()
    }


def _first(texts: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((texts[name] for name in names if texts.get(name)), None)


def probe(path: str, *, demuxer: str, pixels: int) -> tuple[dict[str, object], list[bytes]]:
    """Return facts of a video, its frame and its thumb.

    The demuxer is named, so no playlist can make the library open another file.
    """
    with av.open(path, format=demuxer, metadata_errors="replace") as container:
        if not container.streams.video:
            return {"error": "no video"}, []
        stream = container.streams.video[0]
        if stream.width * stream.height > pixels:
            return {"error": "pixels"}, []
        duration_s = _duration_s(container, stream)
        frame = _upright(_first_frame(container, stream))
        texts = _texts(container)
    facts: dict[str, object] = {
        "width": frame.width,
        "height": frame.height,
        "duration": duration_s,
        "title": _first(texts, TITLES),
        "description": _first(texts, DESCRIPTIONS),
    }
    return facts, [_jpeg(frame), _jpeg(_thumb(frame))]


def answer(job: dict[str, Any]) -> bytes:
    """Return the answer to one job; whatever is wrong with the video is part of it."""
    allow_cpu(int(job["cpu_s"]))
    try:
        facts, pictures = probe(
            str(job["path"]), demuxer=str(job["demuxer"]), pixels=int(job["pixels"])
        )
    except MemoryError:
        raise
    except Exception as error:  # a decoder raises whatever a hostile file makes it
        facts, pictures = {"error": type(error).__name__}, []
    head = facts | {"lengths": [len(picture) for picture in pictures]}
    return json.dumps(head).encode() + b"\n" + b"".join(pictures)


def main() -> None:
    """Answer jobs until standard input ends."""
    limit(int(sys.argv[1]))
    set_level(None)
    for line in sys.stdin:
        sys.stdout.buffer.write(answer(json.loads(line)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
