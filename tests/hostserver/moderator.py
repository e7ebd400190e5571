"""Somebody who looks after an embedded host: signs in and approves what waits."""

import re

import httpx

from imgoe_bot.hostserver import HostServer

APPROVE = re.compile(r'action="(/admin/uploads/\w+/approve)"')
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


async def approve_all(host: HostServer) -> int:
    """Approve what waits, as the owner does in a browser, and return how many that were."""
    async with httpx.AsyncClient(base_url=host.url) as browser:
        await browser.post("/login", data={"key": str(host.first_key)})
        page = (await browser.get("/admin")).text
        token = CSRF.findall(page)[0]
        places = APPROVE.findall(page)
        for place in places:
            answer = await browser.post(place, data={"csrf": token})
            assert answer.status_code == 303
    return len(places)
