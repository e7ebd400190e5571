"""``imgoe-bot rehost``: the image host moves, and cards, links and buttons follow it."""

import asyncio
import json
import os
import shutil
import sys

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.bot_process import environment_of
from tests.flows.kit import Harness, eventually, picture


async def _rehost(harness: Harness, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "imgoe_bot", "rehost", *arguments),
        env=os.environ | environment_of(harness) | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode()


async def test_a_host_that_moved_is_followed_by_cards_and_buttons(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        card = await harness.card_for(posted)
        note = await harness.direct_message_for(harness.ben)
        refused = await _rehost(harness, harness.host.url, "https://new.example", "--yes")
    shutil.copytree(harness.folder / "host", harness.folder / "moved")
    async with HostServer(HostOptions(data_dir=harness.folder / "moved")) as moved:
        old_page = str(card.embeds[0]["url"])
        new_page = old_page.replace(harness.host.url, moved.url)

        looked = await _rehost(harness, harness.host.url, f"{moved.url}/")
        done = await _rehost(harness, harness.host.url, moved.url, "--yes", "--json")
        again = await _rehost(harness, harness.host.url, moved.url)

        assert (refused[0], looked[0], done[0], again[0]) == (1, 0, 0, 1), (refused, looked, done)
        assert "end it, do this again" in refused[1]
        assert f"{old_page} → {new_page}" in looked[1]
        assert "Nothing was changed: --yes does it." in looked[1]
        found = json.loads(done[1])
        assert (found["servers"], found["uploads"], found["cards"]) == (1, 1, 1)
        assert f"Known hosts: {moved.url}" in again[1]
        assert f"IMGOE_DEFAULT_HOST_URL names the old place: set it to {moved.url}" in again[1]
        async with harness.bot(default_host_url=moved.url):
            await eventually(lambda: card.embeds[0]["url"] == new_page)
            assert harness.host.url not in str(card.embeds)
            assert await harness.status(new_page) == 200
            await harness.ben.click(note, "Delete cat.png")
            await eventually(lambda: "The copy was deleted." in str(card.embeds))
            assert await harness.status(new_page) == 404
            assert await harness.status(old_page) == 200
            second = await harness.ben.say(harness.photos, files=[picture("next.png")])
            assert moved.url in str((await harness.card_for(second)).embeds[0]["url"])
