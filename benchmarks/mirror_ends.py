"""The two ends of a mirrored file, as bare as can be: a source that serves, a sink that swallows.

Run in a process of its own by ``bench_mirror``; prints its two ports.
"""

import asyncio
import json
import sys

CHUNK = bytes(256 * 1024)
PICTURE_HEAD = b"\x89PNG\r\n\x1a\n"
REPLY = json.dumps(
    {
        "status_code": 200,
        "success": {"message": "file uploaded", "code": 200},
        "image": {
            "id_encoded": "ZfGd",
            "url": "http://127.0.0.1/images/a.png",
            "url_viewer": "http://127.0.0.1/image/a.ZfGd",
            "mime": "image/png",
            "size": 1,
        },
        "status_txt": "OK",
    }
).encode()


async def serve_source(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer ``GET /<size>`` with that many bytes, as often as asked."""
    while request := await _read_head(reader):
        size = int(request.split(b" ")[1].lstrip(b"/"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + PICTURE_HEAD)
        left = size - len(PICTURE_HEAD)
        while left > 0:
            writer.write(CHUNK[:left] if left < len(CHUNK) else CHUNK)
            left -= len(CHUNK)
            await writer.drain()
    writer.close()


async def serve_sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Swallow bodies with a Content-Length and confirm each as an upload."""
    while head := await _read_head(reader):
        left = _length(head)
        while left > 0:
            left -= len(await reader.read(min(left, len(CHUNK))))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(REPLY)
            + REPLY
        )
        await writer.drain()
    writer.close()


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError("a body without a length")


async def main() -> None:
    """Serve both until standard input ends."""
    source = await asyncio.start_server(serve_source, "127.0.0.1", 0, limit=2**20)
    sink = await asyncio.start_server(serve_sink, "127.0.0.1", 0, limit=2**20)
    ports = [server.sockets[0].getsockname()[1] for server in (source, sink)]
    print(*ports, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
