"""Health as an operator asks for it: of a running bot, a stopped one, a plug-in, a lost gateway."""

import asyncio
import contextlib
from pathlib import Path

import discord
import pytest
from discord.ext import commands

from imgoe_bot.discordsim import DiscordSim
from imgoe_bot.terminal.healthcheck import is_healthy
from imgoe_bot.terminal.run import run_bot
from imgoe_bot.ui import endpoints
from imgoe_bot.ui.client.connection import is_connected
from tests.flows.bot_process import bot_process
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

INTENTS = discord.Intents(guilds=True, guild_messages=True, message_content=True)


async def test_a_bot_is_healthy_while_it_runs_and_not_from_the_moment_it_is_stopped(
    harness: Harness,
) -> None:
    file = harness.folder / "bot" / "health"
    async with bot_process(harness) as process:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await eventually(lambda: is_healthy(file))

        assert await process.terminate() == 0

    assert not is_healthy(file)


async def test_a_plug_in_shows_its_health_until_it_is_unloaded(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGOE_SECRET_KEY", harness.secret_key)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(harness.folder / "bot"))
    file = harness.folder / "bot" / "health"
    before = endpoints.use(
        endpoints.Endpoints(harness.sim.api_url, harness.sim.gateway_url, harness.sim.cdn_url)
    )
    bot = commands.Bot(command_prefix="!", intents=INTENTS)
    try:
        async with bot:
            await bot.login(harness.sim.bot_token)
            await bot.load_extension("imgoe_bot")
            connecting = asyncio.create_task(bot.connect())
            await eventually(lambda: is_healthy(file))

            await bot.unload_extension("imgoe_bot")

            assert not is_healthy(file)
            await bot.close()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting
    finally:
        endpoints.use(before)


@pytest.mark.parametrize("kind", [commands.Bot, commands.AutoShardedBot])
async def test_a_bot_that_lost_discord_is_not_connected_though_it_was_ready(
    kind: type[commands.Bot] | type[commands.AutoShardedBot],
) -> None:
    bot = kind(command_prefix="!", intents=INTENTS)
    async with contextlib.AsyncExitStack() as discord_side:
        sim = await discord_side.enter_async_context(DiscordSim())
        before = endpoints.use(endpoints.Endpoints(sim.api_url, sim.gateway_url, sim.cdn_url))
        try:
            async with bot:
                await bot.login(sim.bot_token)
                connecting = asyncio.create_task(bot.connect())
                await eventually(lambda: is_connected(bot))

                await discord_side.aclose()

                await eventually(lambda: not is_connected(bot))
                assert bot.is_ready()
                await bot.close()
                connecting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await connecting
        finally:
            endpoints.use(before)


async def test_a_bot_that_tries_to_reach_discord_again_can_be_stopped(harness: Harness) -> None:
    trying = asyncio.Event()

    async def take_and_say_nothing(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        trying.set()
        await reader.read()
        writer.close()

    async with DiscordSim() as sim:
        given = {"token": sim.bot_token, "api_url": sim.api_url, "gateway_url": sim.gateway_url}
        settings = harness.settings(**{f"discord_{name}": value for name, value in given.items()})
        before = endpoints.use(endpoints.Endpoints(sim.api_url, sim.gateway_url, sim.cdn_url))
        running = asyncio.create_task(run_bot(settings))
        await sim.bot_ready(commands=True, timeout_s=60)
    silent = await asyncio.start_server(
        take_and_say_nothing, "127.0.0.1", int(sim.url.rpartition(":")[2])
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            await trying.wait()
            running.cancel()
            await asyncio.wait({running})
    finally:
        silent.close()
        endpoints.use(before)

    assert not is_healthy(settings.health_file)


async def test_a_host_of_the_operators_own_may_lie_in_a_private_network_beside_the_default(
    harness: Harness,
) -> None:
    default = "https://host.example"
    async with harness.bot(
        allow_private_hosts=False, default_host_url=default, host_public_url=harness.host.url
    ):
        await harness.set_key()
        await harness.mirror()

        posted = await harness.ben.say(harness.photos, files=[picture()])

        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_a_bot_whose_folder_cannot_be_written_never_speaks_to_discord(
    harness: Harness, tmp_path: Path
) -> None:
    elsewhere = f"sqlite+aiosqlite:///{tmp_path}/bot/imgoe_bot.sqlite3"
    async with bot_process(
        harness, IMGOE_DATA_DIR="/proc", IMGOE_DATABASE_URL=elsewhere
    ) as process:
        await eventually(lambda: "IMGOE_DATA_DIR /proc can't be written" in process.read_text())

    assert harness.sim.calls == []
