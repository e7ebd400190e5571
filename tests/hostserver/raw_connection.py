"""A bare connection to a host, for what no HTTP client would send."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.hostserver.client import Client

WAIT_S = 20
MULTIPART = "Content-Type: multipart/form-data; boundary=b"
URLENCODED = "Content-Type: application/x-www-form-urlencoded"
PART = b'--b\r\nContent-Disposition: form-data; name="source"; filename="a.jpg"\r\n\r\n'


@dataclass(frozen=True, slots=True)
class RawConnection:
    """Bytes out, bytes in; every wait has an end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        async with asyncio.timeout(WAIT_S):
            await self.writer.drain()

    async def post(self, path: str, *lines: str, length: int) -> None:
        """Send the head of a request whose body has that length."""
        head = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *lines, "", ""]
        await self.send("\r\n".join(head).encode())

    async def answer(self) -> tuple[int, bytes]:
        """Wait for the answer and return its status and body."""
        async with asyncio.timeout(WAIT_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return int(head.split()[1]), await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """Wait until the host closes the connection and return what it still sent."""
        async with asyncio.timeout(WAIT_S):
            return await self.reader.read()


@asynccontextmanager
async def raw_connection(client: Client) -> AsyncGenerator[RawConnection]:
    """Open a connection to a client's host."""
    host, _, port = client.url.rpartition("/")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield RawConnection(reader, writer)
    finally:
        writer.transport.abort()
