"""A running sim, the real discord.py pointed at it, and people who use it."""

import asyncio
import struct
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import discord
import pytest
import pytest_asyncio
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from imgoe_bot.discordsim import (
    Channel,
    DiscordSim,
    GuildHandle,
    Permission,
    Person,
    SimOptions,
    Upload,
)

INTENTS = discord.Intents(
    guilds=True,
    guild_messages=True,
    guild_reactions=True,
    guild_typing=True,
    dm_messages=True,
    message_content=True,
)


class Clock:
    """A clock that runs with the wall's and can be moved ahead."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return self._now() + self.ahead_s


class Hasty(discord.Client):
    """Identifies again without discord.py's five seconds of politeness."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        return


class HastyShards(Hasty, discord.AutoShardedClient):
    """The same in several shards."""


class ScriptedBot(Hasty):
    """A bot without a will of its own: tests tell it what to do and ask what it heard."""

    def __init__(self, *, intents: discord.Intents = INTENTS) -> None:
        super().__init__(
            intents=intents,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.05,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = discord.app_commands.CommandTree(self)

    def text_channel(self, channel_id: int) -> discord.TextChannel:
        """Return a text channel the bot knows."""
        channel = self.get_channel(channel_id)
        assert isinstance(channel, discord.TextChannel)
        return channel

    async def hears(self, event: str) -> "asyncio.Future[object]":
        """Return a future of the next such event; made before the act that causes it."""
        heard: asyncio.Future[object] = asyncio.ensure_future(self.wait_for(event, timeout=15))
        await asyncio.sleep(0)  # let wait_for register itself
        return heard

    async def hears_message(
        self, author_id: int | None = None
    ) -> "asyncio.Future[discord.Message]":
        """Return a future of the next message, or of the next by this author."""

        def fits(message: discord.Message) -> bool:
            return author_id in {None, message.author.id}

        heard = asyncio.ensure_future(self.wait_for("message", check=fits, timeout=15))
        await asyncio.sleep(0)
        return heard


@dataclass(frozen=True)
class Harness:
    """A sim with one guild, one channel and three people."""

    sim: DiscordSim
    guild: GuildHandle
    memes: Channel
    alice: Person
    bob: Person
    olga: Person

    async def heard_by(self, bot: ScriptedBot, content: str, *files: Upload) -> discord.Message:
        """Let Alice say something in #memes and return it as the bot heard it."""
        heard = await bot.hears_message()
        await self.alice.say(self.memes, content, files)
        return await heard


MakeBot = Callable[[discord.Intents], ScriptedBot]
StartBot = Callable[[discord.Client], Awaitable[None]]


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time)


@pytest.fixture
def options(clock: Clock) -> SimOptions:
    return SimOptions(clock=clock, message_limit=50, message_window_s=1)


@pytest_asyncio.fixture
async def sim(options: SimOptions, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordSim]:
    async with DiscordSim(options) as running:
        monkeypatch.setattr(Route, "BASE", running.api_url)
        gateway = yarl.URL(running.gateway_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        monkeypatch.setattr(discord.asset.Asset, "BASE", running.cdn_url)
        yield running


@pytest.fixture
def harness(sim: DiscordSim) -> Harness:
    olga = sim.add_person("olga", display_name="Olga")
    alice = sim.add_person("alice", display_name="Alice")
    bob = sim.add_person("bob", display_name="Bob")
    guild = sim.add_guild("Town", owner=olga)
    memes = guild.add_channel("memes")
    guild.join(alice)
    guild.join(bob, permissions=Permission.MANAGE_MESSAGES)
    return Harness(sim, guild, memes, alice, bob, olga)


@pytest_asyncio.fixture
async def start_bot(sim: DiscordSim) -> AsyncIterator[StartBot]:
    running: list[tuple[discord.Client, asyncio.Task[None]]] = []

    async def start(client: discord.Client) -> None:
        await client.login(sim.bot_token)
        running.append((client, asyncio.create_task(client.connect())))
        await asyncio.wait_for(client.wait_until_ready(), timeout=10)

    yield start
    for client, task in running:
        await client.close()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), timeout=15)


@pytest.fixture
def make_bot() -> MakeBot:
    return lambda intents: ScriptedBot(intents=intents)


@pytest_asyncio.fixture
async def bot(harness: Harness, start_bot: StartBot) -> ScriptedBot:
    client = ScriptedBot()
    await start_bot(client)
    return client


def png(width: int = 3, height: int = 2) -> bytes:
    """Return a small, valid PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x10\x80\xf0" * width for _ in range(height))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.fixture
def sharded() -> discord.AutoShardedClient:
    intents = discord.Intents(guilds=True)
    return HastyShards(intents=intents, shard_count=2, guild_ready_timeout=0.05)


@pytest.fixture
def picture() -> bytes:
    return png()
