"""Videos, looked into by child processes that may hang, crash or be killed."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media, Rendition
from imgoe_bot.hostserver.formats import WEBM, Format
from imgoe_bot.hostserver.options import VideoLimits

CHILD = Path(__file__).with_name("video_child.py")
JOBS_PER_CHILD = 200
LINE_LIMIT_BYTES = 1024 * 1024
PICTURE_LIMIT_BYTES = 64 * 1024 * 1024
# See memory.py: buffers of a frame's size come from the heap instead of the kernel.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "16777216", "MALLOC_TRIM_THRESHOLD_": "33554432"}
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL")
FRAME_EXTENSION = "jpeg"


@dataclass(frozen=True, slots=True)
class Look:
    """What a child saw."""

    width_px: int
    height_px: int
    duration_s: float
    title: str | None
    description: str | None
    frame: bytes
    thumb: bytes


def _environment() -> dict[str, str]:
    """Return what a child has to know of its surroundings: no key, no password, no address."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed | KEEP_MEMORY


class _Child:
    """One process; used for one job at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.jobs = 0

    @classmethod
    async def start(cls, memory_bytes: int) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(CHILD), str(memory_bytes), stdin=PIPE, stdout=PIPE,
            stderr=DEVNULL, limit=LINE_LIMIT_BYTES, env=_environment(),
        )  # fmt: skip
        return cls(process)

    async def ask(self, job: dict[str, object]) -> tuple[dict[str, Any], list[bytes]]:
        """Return the answer's facts and pictures.

        Raises:
            EOFError: the process ended instead.
        """
        self.jobs += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        stdin.write(json.dumps(job).encode() + b"\n")
        await stdin.drain()
        line = await stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        facts: dict[str, Any] = json.loads(line)
        lengths: list[int] = facts["lengths"]
        if sum(lengths) > PICTURE_LIMIT_BYTES:
            raise EOFError
        return facts, [await stdout.readexactly(length) for length in lengths]

    async def end(self) -> None:
        """Kill the process and wait until it is gone."""
        with suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


def _seen(facts: dict[str, Any], pictures: list[bytes]) -> Look:
    if facts.get("error") == "pixels":
        raise Fault(Reason.TOO_MANY_PIXELS)
    if "error" in facts or len(pictures) != 2:
        raise Fault(Reason.BROKEN_VIDEO)
    width_px, height_px, duration_s = facts["width"], facts["height"], facts["duration"]
    return Look(width_px, height_px, duration_s, facts["title"], facts["description"], *pictures)


class VideoReader:
    """A few children, started when first needed; ``async with`` ends them."""

    def __init__(self, limits: VideoLimits, *, children: int = 2) -> None:
        self._limits = limits
        self._idle: list[_Child] = []
        self._places = asyncio.Semaphore(children)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        idle, self._idle = self._idle, []
        for child in idle:
            await child.end()

    async def look(self, path: Path, *, source: Format) -> Look:
        """Return what a film is and shows.

        Raises:
            Fault: it can't be decoded, or not within its time and memory.
        """
        async with self._places:
            child = self._idle.pop() if self._idle else None
            child = child or await _Child.start(self._limits.memory_bytes)
            try:
                look = _seen(*await self._ask(child, path, source))
            except BaseException as error:
                if not isinstance(error, Fault) or error.reason is Reason.BROKEN_VIDEO:
                    await child.end()
                else:
                    self._idle.append(child)
                raise
            if child.jobs < JOBS_PER_CHILD:
                self._idle.append(child)
            else:
                await child.end()
            return look

    async def _ask(
        self, child: _Child, path: Path, source: Format
    ) -> tuple[dict[str, Any], list[bytes]]:
        limits = self._limits
        job: dict[str, object] = {
            "path": str(path),
            "demuxer": "matroska" if source is WEBM else "mov",
            "pixels": limits.pixels,
            "cpu_s": limits.wait_s // 2,
        }
        try:
            async with asyncio.timeout(limits.wait_s):
                return await child.ask(job)
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            raise Fault(Reason.BROKEN_VIDEO) from error

    async def make_video(self, path: Path, *, source: Format, md5: str, size_bytes: int) -> Media:
        """Return a film ready to be stored, with thumb and frame.

        Raises:
            Fault: not decodable, or too long.
        """
        look = await self.look(path, source=source)
        if look.duration_s > self._limits.duration_s:
            raise Fault(Reason.TOO_LONG)
        return Media(
            path=path,
            format=source,
            size_bytes=size_bytes,
            width_px=look.width_px,
            height_px=look.height_px,
            md5=md5,
            renditions=(
                Rendition("th", FRAME_EXTENSION, "image/jpeg", look.thumb),
                Rendition("fr", FRAME_EXTENSION, "image/jpeg", look.frame),
            ),
            duration_s=round(look.duration_s),
            title=look.title,
            description=look.description,
        )
