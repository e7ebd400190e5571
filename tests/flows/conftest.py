"""A harness to walk through, with and without its bot."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import SimOptions
from tests.flows.kit import NO_PAUSES, Harness, open_harness


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """discord.py forgets all of imgoe_bot's modules on unload; later tests hold on to them."""
    before = {k: v for k, v in sys.modules.items() if k.partition(".")[0] == "imgoe_bot"}
    yield
    sys.modules.update(before)


@pytest.fixture
def sim_options() -> SimOptions:
    """A Discord that lets the bot post without pauses; ``test_flow_pace`` has the real one."""
    return NO_PAUSES


@pytest_asyncio.fixture
async def harness(
    tmp_path: Path, sim_options: SimOptions, migrated_file: Path
) -> AsyncIterator[Harness]:
    """A server with a moderator and a member; no bot is running yet, its database is empty."""
    (tmp_path / "bot").mkdir()
    shutil.copy(migrated_file, tmp_path / "bot" / "imgoe_bot.sqlite3")
    async with open_harness(tmp_path, sim_options) as opened:
        yield opened


@pytest_asyncio.fixture
async def running(harness: Harness) -> AsyncIterator[Harness]:
    """The same with the bot running, its key set and #photos mirrored; each job is tried once."""
    async with harness.bot(park_for_s=0):
        await harness.set_key()
        await harness.mirror()
        yield harness
