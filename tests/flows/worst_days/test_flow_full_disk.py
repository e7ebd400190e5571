"""The disk of the bot's database is full or read-only: everybody is told, nothing is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgoe_bot.terminal.exit_codes import EXIT_CONFIG, EXIT_FAILED, EXIT_TROUBLE
from imgoe_bot.terminal.healthcheck import is_healthy
from tests.disks import MEGABYTE, Disk, small_disk
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, Harness, eventually, picture

POSTS = 6
NO_ROOM = "the database has no room: free space on its disk"


@pytest.fixture
def disk(harness: Harness, migrated_file: Path) -> Iterator[Disk]:
    """The bot's data folder on a small disk."""
    folder = harness.folder / "bot"
    with small_disk(folder, size_bytes=16 * MEGABYTE) as made:
        shutil.copy(migrated_file, folder / "imgoe_bot.sqlite3")
        yield made


async def _told(harness: Harness, command: str) -> tuple[int, str]:
    async with bot_process(harness, command=command) as asked:
        return await asked.wait(), asked.read_text()


async def test_what_is_posted_while_the_disk_is_full_is_kept_once_and_everybody_is_told(
    harness: Harness, disk: Disk
) -> None:
    health = disk.folder / "health"
    async with bot_process(harness, IMGOE_ALLOW_PRIVATE_HOSTS="true") as process:
        await harness.sim.bot_ready(timeout_s=90, commands=True)
        await harness.set_key()
        await harness.mirror()
        await harness.keep_picture("before.png")
        await eventually(lambda: is_healthy(health))
        harness.sim.faults.delay("GET /attachments/*", 1)
        under_way = await harness.ben.say(harness.photos, files=[picture("under way.png")])
        await eventually(lambda: _posts(harness) == 2)
        disk.fill()
        posted = [
            await harness.ben.say(harness.photos, files=[picture(f"{n}.png", colour=f"#{n}{n}9")])
            for n in range(POSTS)
        ]
        await eventually(lambda: NO_ROOM in process.read_text())
        await eventually(lambda: not health.exists(), patience_s=60)

        asked = await harness.ada.slash(harness.photos, "status")
        assert "✗ My database has no room any more" in str((await asked.wait_response()).embeds)
        assert await _told(harness, "healthcheck") == (
            EXIT_FAILED,
            f"not healthy: {NO_ROOM} ({disk.folder})\n",
        )
        code, said = await _told(harness, "doctor")
        assert code == EXIT_FAILED
        assert f"✗ data folder: {disk.folder} has no room: free space there" in said

        disk.free()
        for message in (under_way, *posted):
            await harness.card_for(message)
        await eventually(lambda: is_healthy(health))
        await eventually(lambda: _letters(harness) == POSTS + 2)

        assert process.read_text().count(NO_ROOM) == 1
    assert len(harness.cards(harness.photos)) == POSTS + 2
    files = [file for file in (harness.folder / "host" / "images").rglob("*.png")]
    assert len([file for file in files if file.name.count(".") == 1]) == POSTS + 2
    assert "Traceback" not in process.read_text()


def _posts(harness: Harness) -> int:
    return harness.read_number("SELECT count(*) FROM post")


def _letters(harness: Harness) -> int:
    told = harness.ben.messages(harness.ben.dm)
    return sum(len(DELETE_LINK.findall(message.content)) for message in told)


async def test_a_start_with_a_full_disk_is_one_line_and_70(harness: Harness, disk: Disk) -> None:
    disk.fill()

    code, said = await _told(harness, "run")

    assert code == EXIT_TROUBLE
    assert said.splitlines() == [f"imgoe-bot: {NO_ROOM} ({disk.folder})"]
    assert harness.sim.calls == []


async def test_a_start_on_a_read_only_disk_is_one_line_and_78(harness: Harness, disk: Disk) -> None:
    disk.make_read_only()

    code, said = await _told(harness, "run")

    assert code == EXIT_CONFIG
    (line,) = said.splitlines()
    assert line == (
        f"imgoe-bot: IMGOE_DATA_DIR {disk.folder} can't be written: Read-only file system"
    )
