"""``imgoe-bot backfill``: begun in the database of a running bot, and followed to its end."""

import asyncio
import os
import signal
import sys

import pytest

from imgoe_bot.discordsim import Permission
from tests.flows.bot_process import environment_of
from tests.flows.kit import Harness, eventually, picture


async def _start(harness: Harness, *arguments: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "imgoe_bot", "backfill", *map(str, arguments)),
        env=os.environ | environment_of(harness) | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode()


async def _run(harness: Harness, *arguments: object) -> tuple[int | None, str]:
    return await _ended(await _start(harness, *arguments))


async def _is_healthy(harness: Harness) -> None:
    """Wait until the bot has shown that it works, some seconds after it began to."""
    await eventually((harness.folder / "bot" / "health").exists)


async def test_it_is_begun_and_followed_until_it_is_done(harness: Harness) -> None:
    for number in range(3):
        await harness.ben.say(harness.photos, files=[picture(f"p{number}.png")])
    async with harness.bot():
        await harness.set_key()
        await _is_healthy(harness)

        code, output = await _run(harness, "--channel", harness.photos.id)
        nothing = await _run(harness)

        assert code == 0, output
        assert "100%" in output
        assert "3 messages · 3 files · 3 kept · done" in output
        assert harness.read_number("SELECT count(*) FROM upload") == 3
        assert nothing == (0, "No backfill is under way: --server or --channel begins one.\n")


async def test_ctrl_c_leaves_it_running_and_says_so(harness: Harness) -> None:
    harness.sim.faults.delay("GET /channels/*/messages", 300)
    async with harness.bot():
        await harness.set_key()
        await _is_healthy(harness)
        process = await _start(harness, "--server", harness.guild.id, "--dry-run")
        await eventually(lambda: harness.read_number("SELECT count(*) FROM backfill") == 1)

        process.send_signal(signal.SIGINT)
        code, output = await _ended(process)

        assert code == 130
        assert "It goes on without this terminal: imgoe-bot backfill shows it again." in output
        assert harness.read_number("SELECT count(*) FROM backfill WHERE ended_at IS NULL") == 1


async def test_without_a_bot_it_is_stored_and_says_what_to_do(harness: Harness) -> None:
    begun = await _run(harness, "--channel", harness.photos.id, "--dry-run")
    twice = await _run(harness, "--channel", harness.photos.id, "--dry-run")
    listed = await _run(harness)

    stored = (1, "#1 is stored, and begins when a bot runs: imgoe-bot run\n")
    assert begun == listed == stored
    assert "#1 reads some of the same messages already" in twice[1]
    async with harness.bot():
        await eventually(
            lambda: harness.read_number("SELECT count(*) FROM backfill WHERE state = 'done'") == 1
        )


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--from", "last summer"], 2, "write a day like 2024-05-31"),
        (["--from", "2024-05-31", "--to", "2024-05-30"], 1, "--from has to be before --to."),
        (["--server", "1234"], 1, "the bot sees no such place"),
    ],
)
async def test_what_can_not_be_meant_is_refused_with_what_to_write(
    harness: Harness, options: list[str], code: int, says: str
) -> None:
    given = await _run(harness, "--channel", harness.photos.id, "--dry-run", *options)

    assert given[0] == code, given[1]
    assert says in " ".join(given[1].replace("│", " ").split())
    assert harness.read_number("SELECT count(*) FROM backfill") == 0


async def test_a_place_that_is_closed_and_a_missing_key_are_told(harness: Harness) -> None:
    secret = harness.guild.add_channel("secret")
    harness.sim.faults.revoke(secret, Permission.VIEW_CHANNEL)

    closed = await _run(harness, "--channel", secret.id)
    keyless = await _run(harness, "--channel", harness.photos.id)

    assert (closed[0], keyless[0]) == (1, 1)
    assert "the bot sees no such place" in closed[1]
    assert "/settings key in Discord adds it" in keyless[1]
