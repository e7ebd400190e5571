"""Somebody who looks after a host: signs in and approves what waits."""

import re
from typing import Any

import httpx

from imgoe_bot.hostserver import HostServer
from tests.hostserver.client import Answer, Client

APPROVE = re.compile(r'action="(/admin/uploads/\w+/approve)"')
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


async def approve_all(host: HostServer) -> int:
    """Approve what waits, as the owner does in a browser, and return how many that were."""
    async with httpx.AsyncClient(base_url=host.url) as browser:
        await browser.post("/login", data={"key": str(host.first_key)})
        page = (await browser.get("/admin")).text
        token = CSRF.findall(page)[0]
        paths = APPROVE.findall(page)
        for path in paths:
            answer = await browser.post(path, data={"csrf": token})
            assert answer.status_code == 303
    return len(paths)


class Admin:
    """A person at the admin page: cookie and form token."""

    def __init__(self, client: Client, cookie: str, csrf: str) -> None:
        self.client, self.cookie, self.csrf = client, cookie, csrf

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        return await self.client.call(method, path, headers={"Cookie": self.cookie}, **options)

    async def form(self, path: str, **fields: str) -> Answer:
        return await self.call("POST", path, data={"csrf": self.csrf} | fields)


async def signed_in(client: Client) -> Admin:
    """Sign in with the client's key."""
    begun = await client.call("POST", "/login", data={"key": str(client.key)})
    assert begun.status == 303
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    value = cookie.partition(";")[0]
    page = await client.get("/admin", headers={"Cookie": value})
    csrf = page.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    return Admin(client, value, csrf)
