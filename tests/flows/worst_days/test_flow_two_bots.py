"""Two bots on one data folder by accident: the second one ends, before Discord hears of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import discord
import pytest
from discord.ext import commands

from imgoe_bot.errors import StoreInUse
from imgoe_bot.terminal.exit_codes import EXIT_TRY_LATER
from imgoe_bot.ui import endpoints
from tests.flows.bot_process import BotProcess, bot_process
from tests.flows.kit import Harness, eventually, picture
from tests.hostserver.postgres import running_postgres

LOGIN = "GET /users/@me"


@asynccontextmanager
async def _first(harness: Harness) -> AsyncGenerator[BotProcess]:
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(timeout_s=90, commands=True)
        yield first


def _logins(harness: Harness) -> int:
    return harness.sim.calls.count(LOGIN)


async def test_the_second_process_ends_before_it_logs_in_and_says_what_to_do(
    harness: Harness,
) -> None:
    async with _first(harness) as first:
        logins = _logins(harness)

        async with bot_process(harness) as second:
            async with asyncio.timeout(90):
                code = await second.wait()
        await harness.set_key()
        await harness.mirror()
        await harness.keep_picture("cat.png")

    file = harness.folder / "bot" / "imgoe_bot.sqlite3"
    assert code == EXIT_TRY_LATER
    assert first.read_text().count("imgoe-bot: ") == 1
    assert f"imgoe-bot: another bot works with {file}: end it, or give" in first.read_text()
    assert "Traceback" not in first.read_text()
    assert logins == _logins(harness)


async def test_a_plug_in_on_the_same_folder_is_not_loaded(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMGOE_SECRET_KEY", harness.secret_key)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(harness.folder / "bot"))
    before = endpoints.use(
        endpoints.Endpoints(harness.sim.api_url, harness.sim.gateway_url, harness.sim.cdn_url)
    )
    guest = commands.Bot(command_prefix="!", intents=discord.Intents(guilds=True))
    try:
        async with _first(harness), guest:
            await guest.login(harness.sim.bot_token)
            with pytest.raises(commands.ExtensionFailed) as refused:
                await guest.load_extension("imgoe_bot")
    finally:
        endpoints.use(before)

    assert type(refused.value.original).__name__ == StoreInUse.__name__
    assert "another bot works with this database: end it" in capsys.readouterr().out


async def test_a_killed_bot_keeps_its_successor_from_nothing(harness: Harness) -> None:
    async with _first(harness) as first:
        await harness.set_key()
        await harness.mirror()
        await first.kill()
        posted = await harness.ben.say(harness.photos, files=[picture()])

        async with _first(harness) as second:
            await harness.card_for(posted)

            assert await second.terminate() == 0


async def test_a_bot_that_is_about_to_end_is_waited_for(harness: Harness) -> None:
    async with _first(harness) as first, bot_process(harness) as second:
        await eventually(lambda: "waiting for its end" in second.read_text())
        logins = _logins(harness)
        assert await first.terminate() == 0

        await eventually(lambda: _logins(harness) > logins)
        assert await second.terminate() == 0


async def test_other_commands_work_beside_a_running_bot(harness: Harness) -> None:
    async with _first(harness):
        await eventually((harness.folder / "bot" / "health").exists)
        for command, says in (("doctor", "✓ database: sqlite"), ("healthcheck", "healthy")):
            async with bot_process(harness, command=command) as beside:
                async with asyncio.timeout(90):
                    assert await beside.wait() == 0, beside.read_text()
            assert says in beside.read_text()


@pytest.mark.service("postgres")
async def test_on_postgresql_several_processes_work_together(harness: Harness) -> None:
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        running_postgres(Path(folder)) as url,
    ):
        async with bot_process(harness, IMGOE_DATABASE_URL=url) as first:
            await harness.sim.bot_ready(timeout_s=90, commands=True)
            logins = _logins(harness)
            async with bot_process(harness, IMGOE_DATABASE_URL=url) as second:
                await eventually(lambda: _logins(harness) > logins)

                assert await second.terminate() == 0
            assert await first.terminate() == 0
