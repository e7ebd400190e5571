"""The gateway: connecting, resuming, being thrown out, shards; with discord.py and raw frames."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest
import pytest_asyncio

from imgoe_bot.discordsim import DiscordSim, Permission, SimOptions
from imgoe_bot.discordsim.untyped_json import Json, Payload, mapping, mappings

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, MakeBot, ScriptedBot, StartBot


class Line:
    """A raw gateway connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, op: int, data: object) -> None:
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def frame(self) -> Json:
        return mapping(json.loads(await self.socket.receive_str(timeout=15)))

    async def event(self, name: str) -> Json:
        while True:
            frame = await self.frame()
            if frame.get("t") == name:
                return mapping(frame["d"])

    async def close_code(self) -> int | None:
        while not self.socket.closed:
            await self.socket.receive(timeout=15)
        return self.socket.close_code

    async def identify(self, token: str, **extra: object) -> None:
        properties = {"os": "t", "browser": "t", "device": "t"}
        await self.send(2, {"token": token, "intents": 513, "properties": properties, **extra})


@pytest_asyncio.fixture
async def line(sim: DiscordSim) -> AsyncIterator[Line]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sim.gateway_url}/?v=10&encoding=json") as socket,
    ):
        yield Line(socket)


async def test_it_says_hello_and_answers_heartbeats(line: Line) -> None:
    hello = await line.frame()
    await line.send(1, None)
    answer = await line.frame()

    assert (hello["op"], mapping(hello["d"])["heartbeat_interval"]) == (10, 41250)
    assert answer["op"] == 11


async def test_ready_names_guilds_that_follow(line: Line, harness: "Harness") -> None:
    await line.identify(harness.sim.bot_token)

    ready = await line.event("READY")
    guild = await line.event("GUILD_CREATE")

    assert ready["guilds"] == [{"id": str(harness.guild.id), "unavailable": True}]
    assert guild["name"] == "Town"
    assert len(mappings(guild["members"])) == 1, "without the members intent only the bot itself"


async def test_a_private_thread_is_not_among_the_guilds_threads_of_a_stranger(
    line: Line, harness: "Harness"
) -> None:
    harness.guild.join(harness.alice, permissions=Permission.CREATE_PRIVATE_THREADS)
    await harness.alice.open_thread(harness.memes, "Open")
    await harness.alice.open_thread(harness.memes, "Secret", private=True)

    await line.identify(harness.sim.bot_token)

    guild = await line.event("GUILD_CREATE")
    assert [thread["name"] for thread in mappings(guild["threads"])] == ["Open"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [2, 2]}, 4010),
        ({"intents": 1 << 40}, 4013),
        ({"intents": 1 << 8}, 4014),
    ],
)
async def test_a_wrong_identify_is_closed_for_good(
    line: Line, harness: "Harness", change: Payload, code: int
) -> None:
    harness.sim.faults.forbid_intents(1 << 8)
    await line.identify(**{"token": harness.sim.bot_token, **change})  # type: ignore[arg-type] # a table of overrides
    assert await line.close_code() == code


async def test_talking_before_identifying_is_closed_with_4003(line: Line) -> None:
    await line.send(8, {})
    assert await line.close_code() == 4003


async def test_garbage_is_closed_with_4002(line: Line) -> None:
    await line.socket.send_str("{")
    assert await line.close_code() == 4002


async def test_a_version_that_is_not_served_is_closed_with_4012(sim: DiscordSim) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sim.gateway_url}/?v=5&encoding=json") as socket,
    ):
        assert await Line(socket).close_code() == 4012


class TestHeartbeats:
    """With a heart that must beat every third of a second."""

    @pytest.fixture
    def options(self) -> SimOptions:
        return SimOptions(heartbeat_interval_ms=333)

    async def test_who_sends_no_heartbeat_is_closed_with_4009_and_cannot_resume(
        self, line: Line, harness: "Harness"
    ) -> None:
        await line.identify(harness.sim.bot_token)
        ready = await line.event("READY")

        assert await line.close_code() == 4009
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(harness.sim.gateway_url) as socket,
        ):
            again = Line(socket)
            await again.frame()
            known = {"token": harness.sim.bot_token, "session_id": ready["session_id"], "seq": 1}
            await again.send(6, known)
            assert (await again.frame())["op"] == 9

    async def test_heartbeats_keep_a_session_alive(self, line: Line, harness: "Harness") -> None:
        await line.identify(harness.sim.bot_token)
        closing = asyncio.create_task(line.close_code())

        for _ in range(4):
            await line.send(1, None)
            await asyncio.wait([closing], timeout=0.25)

        assert not closing.done()
        closing.cancel()


async def test_resuming_an_unknown_session_is_refused(line: Line, harness: "Harness") -> None:
    await line.frame()
    await line.send(6, {"token": harness.sim.bot_token, "session_id": "gone", "seq": 1})
    answer = await line.frame()
    assert (answer["op"], answer["d"]) == (9, False)


async def test_members_are_sent_on_request(line: Line, harness: "Harness") -> None:
    await line.identify(harness.sim.bot_token)
    await line.send(
        8, {"guild_id": str(harness.guild.id), "query": "al", "limit": 0, "nonce": "abc"}
    )
    chunk = await line.event("GUILD_MEMBERS_CHUNK")
    assert chunk["nonce"] == "abc"
    members = mappings(chunk["members"])
    assert [mapping(member["user"])["username"] for member in members] == ["alice"]


async def test_a_dropped_socket_resumes_and_misses_nothing(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    resumed = await bot.hears("resumed")
    heard = await bot.hears_message()

    await harness.sim.faults.drop_sockets(resumable=True)
    await harness.alice.say(harness.memes, "while you were away")

    await resumed
    message = await heard
    assert message.content == "while you were away"


async def test_after_a_lost_session_the_bot_identifies_anew(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    ready = await bot.hears("ready")

    await harness.sim.faults.drop_sockets(resumable=False)

    await ready
    heard = await bot.hears_message()
    await harness.alice.say(harness.memes, "hello again")
    await heard


async def test_opcode_7_makes_the_bot_resume(bot: "ScriptedBot", harness: "Harness") -> None:
    resumed = await bot.hears("resumed")
    harness.sim.faults.ask_to_reconnect()
    await resumed


async def test_events_can_come_twice(bot: "ScriptedBot", harness: "Harness") -> None:
    seen: list[int] = []
    twice = asyncio.Event()

    @bot.event
    async def on_message(message: discord.Message) -> None:
        seen.append(message.id)
        if len(seen) == 2:
            twice.set()

    harness.sim.faults.duplicate_events()
    message = await harness.alice.say(harness.memes, "echo")

    await asyncio.wait_for(twice.wait(), timeout=15)
    assert seen == [message.id, message.id]


async def test_a_shard_hears_only_its_own_guilds(
    harness: "Harness", sharded: discord.AutoShardedClient, start_bot: "StartBot"
) -> None:
    others = [harness.sim.add_guild(f"G{number}", owner=harness.olga) for number in range(3)]
    await start_bot(sharded)

    await harness.sim.bot_ready()
    guilds = {guild.id: guild.shard_id for guild in sharded.guilds}
    assert guilds == {guild.id: (guild.id >> 22) % 2 for guild in [harness.guild, *others]}


async def test_a_bot_learns_of_guilds_it_joins_and_leaves(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    joined = await bot.hears("guild_join")
    second = harness.sim.add_guild("Second", owner=harness.alice)
    await joined
    left = await bot.hears("guild_remove")

    second.remove_bot()

    await left
    assert [guild.id for guild in bot.guilds] == [harness.guild.id]


async def test_the_bot_learns_of_channels_and_roles(bot: "ScriptedBot", harness: "Harness") -> None:
    made = await bot.hears("guild_channel_create")
    art = harness.guild.add_channel("art", nsfw=True, topic="pictures")
    await made
    changed = await bot.hears("guild_role_create")
    harness.guild.add_role("Artists")
    await changed
    gone = await bot.hears("guild_channel_delete")
    found = bot.get_channel(art.id)
    harness.guild.delete_channel(art)
    await gone

    assert isinstance(found, discord.TextChannel)
    assert (found.name, found.nsfw, found.topic) == ("art", True, "pictures")
    assert bot.get_channel(art.id) is None


async def test_a_bot_without_the_intent_hears_no_messages(
    harness: "Harness", make_bot: "MakeBot", start_bot: "StartBot"
) -> None:
    bot = make_bot(discord.Intents(guilds=True, dm_messages=True))
    await start_bot(bot)
    heard = await bot.hears_message()

    await harness.alice.say(harness.memes, "unheard")
    await harness.alice.say(harness.alice.dm, "heard")

    message = await heard
    assert message.content == "heard"
