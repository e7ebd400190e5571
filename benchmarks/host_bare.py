"""The least that takes an upload over HTTP: aiohttp, the floor's work in a thread, one row.

Run by bench_host.py as ``python -m benchmarks.host_bare FOLDER``; prints its address. It checks no
key, no name and no limit, reads no metadata, keeps the whole body in memory and can't be trusted
with a file: what it costs beyond the floor is what HTTP and an index cost at the least.
"""

import asyncio
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock

from aiohttp import web

from benchmarks.host_floor import take
from imgoe_bot.hostserver.decoding.memory import keep_freed_memory

BODY_BYTES = 64 * 1024 * 1024
READ_BYTES = 256 * 1024


class BareHost:
    """Takes what is posted to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._workers = ThreadPoolExecutor(os.cpu_count())
        self._turn = Lock()
        self._index = sqlite3.connect(folder / "index.sqlite3", check_same_thread=False)
        self._index.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "CREATE TABLE upload (number INTEGER PRIMARY KEY, size INTEGER, name TEXT)"
        )

    def _keep(self, body: bytes) -> int:
        data = body[body.index(b"\r\n\r\n") + 4 : body.rindex(b"\r\n--")]
        number = next(self._numbers)
        take(data, self._folder, number, is_film=data[4:8] == b"ftyp")
        with self._turn, self._index:
            row = (number, len(data), f"{number}.jpg")
            self._index.execute("INSERT INTO upload VALUES (?, ?, ?)", row)
        return number

    async def answer(self, request: web.Request) -> web.Response:
        """Take an upload."""
        body = await request.read()
        loop = asyncio.get_running_loop()
        number = await loop.run_in_executor(self._workers, self._keep, body)
        return web.json_response({"status_code": 200, "image": {"name": str(number)}})


async def _serve(folder: Path) -> None:
    app = web.Application(client_max_size=BODY_BYTES)
    app.router.add_post("/api/1/upload", BareHost(folder).answer)
    runner = web.AppRunner(app, access_log=None, read_bufsize=READ_BYTES)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"Serving http://{host}:{port}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    keep_freed_memory()
    asyncio.run(_serve(Path(sys.argv[1])))
