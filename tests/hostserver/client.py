"""A client that speaks plain HTTP to a host, and a list of the files that lie there."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from imgoe_bot.hostserver import HostServer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes
    json: Any


async def _read(response: aiohttp.ClientResponse) -> Answer:
    body = await response.read()
    is_json = "json" in response.content_type
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(
        response.status,
        headers,
        body,
        await response.json(content_type=None) if is_json and body else None,
    )


@dataclass(frozen=True, slots=True)
class Client:
    """A person with a key and an HTTP client that follows nothing on its own."""

    session: aiohttp.ClientSession
    url: str
    key: str | None

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """Send one request; ``path`` may be a whole address of this host."""
        address = path if path.startswith("http") else self.url + path
        options.setdefault("allow_redirects", False)
        async with self.session.request(method, address, **options) as response:
            return await _read(response)

    async def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return await self.call("GET", path, **options)

    async def upload(
        self,
        data: bytes,
        *,
        filename: str = "Sunny day.jpg",
        part: str = "source",
        mime: str = "image/jpeg",
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> Answer:
        """Upload bytes as a browser's form would."""
        form = aiohttp.FormData(quote_fields=False)
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field(part, io.BytesIO(data), filename=filename, content_type=mime)
        sent = {"X-API-Key": self.key} if self.key and headers is None else headers
        return await self.call("POST", "/api/1/upload", data=form, headers=sent)

    async def stored(self, data: bytes, **options: Any) -> dict[str, Any]:
        """Upload bytes that must be taken and return the reply's image."""
        answer = await self.upload(data, **options)
        assert answer.status == 200, answer.body
        image: dict[str, Any] = answer.json["image"]
        return image


def client_of(host: HostServer, session: aiohttp.ClientSession) -> Client:
    """Return a client with the owner's key."""
    return Client(session, host.url, host.first_key)


@dataclass(frozen=True, slots=True)
class FileList:
    """Names of all stored and temporary files of a host."""

    data_dir: Path

    def names(self) -> list[str]:
        """The names now, sorted; empty when nothing is left behind."""
        found = (*(self.data_dir / "images").rglob("*"), *(self.data_dir / "tmp").rglob("*"))
        return sorted(path.name for path in found if path.is_file())
