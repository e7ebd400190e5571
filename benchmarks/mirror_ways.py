"""One way of mirroring files, measured in a process of its own by ``bench_mirror``.

    python mirror_ways.py WAY SOURCE_PORT SINK_PORT SIZE_BYTES FILES AT_ONCE

prints CPU seconds and the peak of memory in bytes as JSON. One file goes through first, so that
what is loaded and set up once counts for none of those that are measured.
"""

import asyncio
import json
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from imgoe_bot.adapters.image_host.chevereto import CheveretoHost
from imgoe_bot.adapters.sources.attachments import AttachmentReader
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload import Details
from imgoe_bot.hostapi import open_http

BUFFER_BYTES = 256 * 1024


def raw(source: int, sink: int, size: int, files: int, at_once: int) -> float:
    """Relay with sockets and nothing else: one buffer, no parsing, no checks."""
    with ThreadPoolExecutor(at_once) as pool:
        pool.submit(_relay, source, sink, size).result()
        before = _cpu_s()
        for done in [pool.submit(_relay, source, sink, size) for _ in range(files)]:
            done.result()
        return _cpu_s() - before


def _relay(source: int, sink: int, size: int) -> None:
    with (
        socket.create_connection(("127.0.0.1", source)) as come,
        socket.create_connection(("127.0.0.1", sink)) as go,
    ):
        come.sendall(b"GET /%d HTTP/1.1\r\n\r\n" % size)
        go.sendall(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size)
        buffer = bytearray(BUFFER_BYTES)
        view = memoryview(buffer)
        left = size - _after_head(come, go)
        while left > 0:
            got = come.recv_into(buffer)
            go.sendall(view[:got])
            left -= got
        go.recv(BUFFER_BYTES)


def _after_head(come: socket.socket, go: socket.socket) -> int:
    """Skip the answer's head; pass on what came with it and return how much that was."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += come.recv(BUFFER_BYTES)
    body = head.partition(b"\r\n\r\n")[2]
    go.sendall(body)
    return len(body)


async def ours(source: int, sink: int, size: int, files: int, at_once: int) -> float:
    """Mirror as the bot does: guarded reader, then the upload API's client, streaming."""
    async with open_http() as http:
        reader = AttachmentReader(http, bases=[f"http://127.0.0.1:{source}"])
        host = CheveretoHost(http)

        async def one() -> None:
            at = Source(f"http://127.0.0.1:{source}/{size}", "a.png", size)
            async with reader.open(at, limit_bytes=size) as media:
                url, key = f"http://127.0.0.1:{sink}", ApiKey("chv_benchmark_key")
                await host.upload(media, host_url=url, key=key, details=Details())

        return await _side_by_side(one, files, at_once)


async def naive(source: int, sink: int, size: int, files: int, at_once: int) -> float:
    """Read the whole file with stock httpx, then post it."""
    async with httpx.AsyncClient(timeout=120) as http:

        async def one() -> None:
            body = (await http.get(f"http://127.0.0.1:{source}/{size}")).content
            sent = {"source": ("a.png", body, "image/png")}
            answer = await http.post(f"http://127.0.0.1:{sink}/api/1/upload", files=sent)
            answer.json()

        return await _side_by_side(one, files, at_once)


async def _side_by_side(one: Callable[[], Awaitable[None]], files: int, at_once: int) -> float:
    """Send one file, then all; return the CPU seconds of all."""
    await one()
    before = _cpu_s()
    free = asyncio.Semaphore(at_once)

    async def when_free() -> None:
        async with free:
            await one()

    async with asyncio.TaskGroup() as group:
        for _ in range(files):
            group.create_task(when_free())
    return _cpu_s() - before


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the way asked for and print what it cost, start-up left out of the CPU."""
    way, *numbers = sys.argv[1:]
    arguments = [int(number) for number in numbers]
    match way:
        case "raw":
            cpu_s = raw(*arguments)
        case "ours":
            cpu_s = asyncio.run(ours(*arguments))
        case _:
            cpu_s = asyncio.run(naive(*arguments))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cpu_s": cpu_s, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
