"""``imgoe-bot doctor``: an operator learns what is missing, and what to do about it."""

import asyncio
import os
import sys

import pytest

from tests.flows.kit import Harness


async def _doctor(harness: Harness, **changes: str) -> tuple[int, str]:
    given = harness.settings()
    environment = {
        "IMGOE_DISCORD_TOKEN": harness.sim.bot_token,
        "IMGOE_DISCORD_API_URL": given.discord_api_url,
        "IMGOE_DEFAULT_HOST_URL": given.default_host_url,
        "IMGOE_SECRET_KEY": harness.secret_key,
        "IMGOE_DATA_DIR": str(given.data_dir),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imgoe_bot", "doctor"),
        env={k: v for k, v in os.environ.items() if not k.startswith("IMGOE_")}
        | environment
        | changes,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_where_nothing_is_missing_every_line_says_so(harness: Harness) -> None:
    code, printed = await _doctor(harness)

    assert code == 0, printed
    assert "✗" not in printed
    assert "logged in as imgoe" in printed


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"IMGOE_SECRET_KEY": ""}, "✗ settings: IMGOE_SECRET_KEY"),
        ({"IMGOE_DISCORD_TOKEN": "wrong"}, "IMGOE_DISCORD_TOKEN is not accepted"),
        ({"IMGOE_DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}, "✗ Discord: http://127.0.0.1:9"),
        ({"IMGOE_DEFAULT_HOST_URL": "http://127.0.0.1:9"}, "✗ image host: http://127.0.0.1:9"),
        ({"IMGOE_DATABASE_URL": "sqlite+aiosqlite:////proc/none/x"}, "✗ database"),
        ({"IMGOE_DATA_DIR": "/proc"}, "✗ data folder: IMGOE_DATA_DIR /proc can't be written"),
        ({"IMGOE_LEASE": "5"}, "✗ variables: IMGOE_LEASE is no variable of imgoe_bot: do you mean"),
    ],
)
async def test_what_is_missing_is_named_with_what_to_do(
    harness: Harness, changes: dict[str, str], says: str
) -> None:
    code, printed = await _doctor(harness, **changes)

    assert code == 1
    assert says in printed
    assert harness.sim.bot_token not in printed


async def test_a_host_that_speaks_no_upload_api_is_told_from_one_that_does(
    harness: Harness,
) -> None:
    code, printed = await _doctor(harness, IMGOE_DEFAULT_HOST_URL=harness.sim.url)

    assert code == 1
    assert "speaks no upload API" in printed


async def test_an_address_that_is_no_discord_is_told_from_one_that_is(harness: Harness) -> None:
    code, printed = await _doctor(harness, IMGOE_DISCORD_API_URL=f"{harness.host.url}/?")

    assert code == 1
    assert "check IMGOE_DISCORD_API_URL" in printed


async def test_a_portal_without_message_content_is_noticed(harness: Harness) -> None:
    harness.sim.faults.forbid_intents(1 << 15)

    code, printed = await _doctor(harness)

    assert code == 1
    assert "✗ message content: switched off" in printed


async def test_a_bot_in_no_server_is_told_how_to_invite_it(harness: Harness) -> None:
    _, invited = await _doctor(harness)
    harness.guild.remove_bot()

    code, printed = await _doctor(harness)

    assert "✓ servers: in 1" in invited
    assert code == 1
    assert "✗ servers: in none yet: invite it with https://discord.com/oauth2/authorize?" in printed
    assert f"client_id={harness.sim.application_id}&" in printed


async def test_a_damaged_database_is_named_with_what_to_do(harness: Harness) -> None:
    file = harness.folder / "bot" / "imgoe_bot.sqlite3"
    whole = await asyncio.to_thread(file.read_bytes)
    await asyncio.to_thread(file.write_bytes, whole[:40_960] + bytes(20_480) + whole[61_440:])

    code, printed = await _doctor(harness)

    assert code == 1
    assert "✗ database: " in printed
    assert "put a backup in its place" in printed
