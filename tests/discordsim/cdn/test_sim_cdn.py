"""Files by signed links that expire."""

from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from imgoe_bot.discordsim import DiscordSim, Message, Upload
from imgoe_bot.discordsim.payloads.messages import attachment_payload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Clock, Harness, ScriptedBot


def link(harness: "Harness", message: Message) -> str:
    return str(attachment_payload(harness.sim.world, message.attachments[0])["url"])


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({}, 200, b"0123456789"),
        ({"Range": "bytes=2-4"}, 206, b"234"),
        ({"Range": "bytes=7-"}, 206, b"789"),
        ({"Range": "bytes=-2"}, 206, b"89"),
        ({"Range": "bytes=20-"}, 416, b""),
    ],
)
async def test_a_file_is_served_whole_or_in_part(
    harness: "Harness", headers: dict[str, str], status: int, body: bytes
) -> None:
    message = await harness.alice.say(harness.memes, files=[Upload("a b ü.bin", b"0123456789")])

    async with (
        aiohttp.ClientSession() as session,
        session.get(link(harness, message), headers=headers) as response,
    ):
        assert (response.status, await response.read()) == (status, body)


async def test_a_head_request_tells_type_and_length(harness: "Harness", picture: bytes) -> None:
    message = await harness.alice.say(harness.memes, files=[Upload("a.png", picture)])
    async with (
        aiohttp.ClientSession() as session,
        session.head(link(harness, message)) as response,
    ):
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Length"] == str(len(picture))


async def test_a_link_without_its_signature_or_with_another_is_403(harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, files=[Upload("a.png", b"x")])
    address = link(harness, message)
    async with aiohttp.ClientSession() as session:
        for bad in (
            address.split("?")[0],
            address.replace("hm=", "hm=0"),
            address.replace("hm=", "hm=ü"),
        ):
            async with session.get(bad) as response:
                assert response.status == 403


async def test_the_file_of_a_deleted_message_is_404(harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, files=[Upload("a.png", b"x")])
    address = link(harness, message)
    await harness.alice.delete(message)
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert response.status == 404


async def test_an_expired_link_is_403_and_fetching_the_message_again_renews_it(
    bot: "ScriptedBot", harness: "Harness", clock: "Clock"
) -> None:
    heard = await bot.hears_message()
    await harness.alice.say(harness.memes, files=[Upload("a.png", b"bytes")])
    message = await heard

    clock.ahead_s += 86_401
    with pytest.raises(discord.Forbidden):
        await message.attachments[0].read()
    again = await message.channel.fetch_message(message.id)

    assert await again.attachments[0].read() == b"bytes"


async def test_all_links_can_be_made_to_expire_at_once(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    heard = await bot.hears_message()
    await harness.alice.say(harness.memes, files=[Upload("a.png", b"bytes")])
    message = await heard

    harness.sim.faults.expire_links()

    with pytest.raises(discord.Forbidden):
        await message.attachments[0].read()


async def test_a_cdn_that_fails_inside_fails_the_block() -> None:
    async def use() -> None:
        async with DiscordSim() as sim, aiohttp.ClientSession() as session:
            del sim.world.links  # nothing left to check a signature with
            async with session.get(f"{sim.cdn_url}/attachments/1/2/a.png") as response:
                assert response.status == 500

    with pytest.raises(ExceptionGroup, match="discordsim failed inside"):
        await use()
