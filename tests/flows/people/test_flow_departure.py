"""The bot is removed from a server: what is stored about it goes after a while."""

import pytest

from tests.flows.kit import Harness, eventually, picture

ROWS = """
    SELECT (SELECT count(*) FROM guild WHERE guild_id = ?1)
        + (SELECT count(*) FROM mirror_rule WHERE guild_id = ?1)
        + (SELECT count(*) FROM upload WHERE guild_id = ?1)
        + (SELECT count(*) FROM job WHERE guild_id = ?1)
"""
GONE = "SELECT count(*) FROM guild_stay WHERE guild_id = ? AND gone_at IS NOT NULL"


def _rows(harness: Harness) -> int:
    return harness.read_number(ROWS, harness.guild.id)


def _is_gone(harness: Harness) -> bool:
    return harness.read_number(GONE, harness.guild.id) == 1


@pytest.mark.parametrize("when", ["while it runs", "while it is away"])
async def test_a_server_that_removed_the_bot_is_forgotten(harness: Harness, when: str) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        card = await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))
        await eventually(lambda: harness.read_number("SELECT count(*) FROM guild_stay") == 1)
        if when == "while it runs":
            harness.guild.remove_bot()
            await eventually(lambda: _is_gone(harness))
    if when == "while it is away":
        harness.guild.remove_bot()
        async with harness.bot():
            await eventually(lambda: _is_gone(harness))
    assert _rows(harness) > 1

    async with harness.bot(guild_retention_days=0):
        await eventually(lambda: _rows(harness) == 0)

    assert await harness.status(card.embeds[0]["url"]) == 200


async def test_a_server_that_takes_the_bot_back_finds_everything_as_it_was(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.guild.remove_bot()
        await eventually(lambda: _is_gone(harness))
        harness.guild.add_bot()
        await eventually(lambda: not _is_gone(harness))

    async with harness.bot(guild_retention_days=0):
        posted = await harness.ben.say(harness.photos, files=[picture()])
        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_an_outage_is_no_removal(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.sim.faults.drop_sockets(resumable=False)
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await harness.card_for(posted)

        assert not _is_gone(harness)
