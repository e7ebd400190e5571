"""A town to walk through, with and without its bot."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from imgoe_bot.discordsim import DiscordSim, Permission, SimOptions
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import Town


@pytest.fixture
def sim_options() -> SimOptions:
    """A Discord that lets the bot post without pauses; ``test_flow_pace`` has the real one."""
    return SimOptions(fetch_previews=True, message_limit=50, message_window_s=1)


@pytest_asyncio.fixture
async def town(tmp_path: Path, sim_options: SimOptions, migrated_file: Path) -> AsyncIterator[Town]:
    """A server with a moderator and a member; no bot is running yet, its database is empty."""
    (tmp_path / "bot").mkdir()
    shutil.copy(migrated_file, tmp_path / "bot" / "imgoe_bot.sqlite3")
    async with (
        HostServer(HostOptions(data_dir=tmp_path / "host")) as host,
        DiscordSim(sim_options) as sim,
        httpx.AsyncClient(verify=False) as http,  # noqa: S501 - plain HTTP; certificates cost 30 ms
    ):
        ada, ben = sim.add_person("ada"), sim.add_person("ben")
        guild = sim.add_guild("Photo club", owner=ada)
        guild.join(ada, permissions=Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
        guild.join(ben)
        photos, lounge = guild.add_channel("photos"), guild.add_channel("lounge")
        yield Town(sim, host, guild, photos, lounge, ada, ben, tmp_path, http)


@pytest_asyncio.fixture
async def running(town: Town) -> AsyncIterator[Town]:
    """The same with the bot running, its key set and #photos mirrored; each job is tried once."""
    async with town.bot(job_patience_s=0):
        await town.set_key()
        await town.mirror()
        yield town
