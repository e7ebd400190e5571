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
class VideoFacts:
    """What a child found in a video."""

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


def _video_facts(facts: dict[str, Any], pictures: list[bytes]) -> VideoFacts:
    if facts.get("error") == "pixels":
        raise Fault(Reason.TOO_MANY_PIXELS)
    if "error" in facts or len(pictures) != 2:
        raise Fault(Reason.BROKEN_VIDEO)
    width_px, height_px, duration_s = facts["width"], facts["height"], facts["duration"]
    return VideoFacts(
        width_px, height_px, duration_s, facts["title"], facts["description"], *pictures
    )


class VideoProcessor:
    """A few children, started when first needed; ``async with`` ends them."""

    def __init__(self, limits: VideoLimits, *, children: int = 2) -> None:
        self._limits = limits
        self._idle: list[_Child] = []
        self._slots = asyncio.Semaphore(children)

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

    async def probe(self, path: Path, *, source: Format) -> VideoFacts:
        """Return what a video is and shows.

        Raises:
            Fault: it can't be decoded, or not within its time and memory.
        """
        async with self._slots:
            child = self._idle.pop() if self._idle else None
            child = child or await _Child.start(self._limits.memory_bytes)
            try:
                facts = _video_facts(*await self._ask(child, path, source))
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
            return facts

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

    async def process(self, path: Path, *, source: Format, md5: str, size_bytes: int) -> Media:
        """Return a video ready to be stored, with thumb and frame.

        Raises:
            Fault: not decodable, or too long.
        """
        facts = await self.probe(path, source=source)
        if facts.duration_s > self._limits.duration_s:
            raise Fault(Reason.TOO_LONG)
        return Media(
            path=path,
            format=source,
            size_bytes=size_bytes,
            width_px=facts.width_px,
            height_px=facts.height_px,
            md5=md5,
            renditions=(
                Rendition("th", FRAME_EXTENSION, "image/jpeg", facts.thumb),
                Rendition("fr", FRAME_EXTENSION, "image/jpeg", facts.frame),
            ),
            duration_s=round(facts.duration_s),
            title=facts.title,
            description=facts.description,
        )
