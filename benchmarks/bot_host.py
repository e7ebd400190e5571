"""An image host as cheap as can be: it swallows files, confirms each, and has one small picture.

Run in a process of its own by ``bench_bot``; prints the ports it listens on, each a host.

    python bot_host.py PORTS
"""

import asyncio
import itertools
import json
import secrets
import sys
from functools import partial

READ_BYTES = 256 * 1024
THUMB = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c6360606000000004000127340a650000000049454e44ae426082"
)
"""A picture of one pixel."""


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, ids: "itertools.count[int]"
) -> None:
    """Answer uploads with their addresses, and everything else with the small picture."""
    port = writer.get_extra_info("sockname")[1]
    while head := await _read_head(reader):
        if head.startswith(b"POST"):
            await _swallow(reader, _length(head))
            body, kind = _reply(f"http://127.0.0.1:{port}", next(ids)), b"application/json"
        else:
            body, kind = THUMB, b"image/png"
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
        )
        writer.write(body)
        await writer.drain()
    writer.close()


def _reply(base: str, number: int) -> bytes:
    """Return what a host confirms an upload with.

    Source: design/API.md section 2, the reply.
    """
    name = f"f{number}"
    image = {
        "id_encoded": name,
        "url": f"{base}/images/{name}.png",
        "url_viewer": f"{base}/image/{name}",
        "url_short": f"{base}/image/{name}",
        "delete_url": f"{base}/image/{name}/delete/{secrets.token_hex(24)}",
        "width": "258",
        "height": "258",
        "size": "200000",
        "mime": "image/png",
        "type": "image",
        "title": name,
        "thumb": {"url": f"{base}/images/{name}.th.png", "mime": "image/png", "size": "73"},
    }
    success = {"message": "file uploaded", "code": 200}
    reply = {"status_code": 200, "success": success, "image": image, "status_txt": "OK"}
    return json.dumps(reply).encode()


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def _swallow(reader: asyncio.StreamReader, left: int) -> None:
    while left > 0:
        left -= len(await reader.read(min(left, READ_BYTES)))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def main(ports: int) -> None:
    """Listen until standard input ends."""
    answer = partial(serve, ids=itertools.count())
    servers = [
        await asyncio.start_server(answer, "127.0.0.1", 0, limit=2**20) for _ in range(ports)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
