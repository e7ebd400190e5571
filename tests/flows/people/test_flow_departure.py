"""The bot is removed from a server: what is stored about it goes after a while."""

import pytest

from tests.flows.kit import Town, eventually, picture

ROWS = """
    SELECT (SELECT count(*) FROM guild WHERE guild_id = ?1)
        + (SELECT count(*) FROM mirror_rule WHERE guild_id = ?1)
        + (SELECT count(*) FROM upload WHERE guild_id = ?1)
        + (SELECT count(*) FROM job WHERE guild_id = ?1)
"""
GONE = "SELECT count(*) FROM guild_stay WHERE guild_id = ? AND gone_at IS NOT NULL"


def _rows(town: Town) -> int:
    return town.read_number(ROWS, town.guild.id)


def _is_gone(town: Town) -> bool:
    return town.read_number(GONE, town.guild.id) == 1


@pytest.mark.parametrize("when", ["while it runs", "while it is away"])
async def test_a_server_that_removed_the_bot_is_forgotten(town: Town, when: str) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        card = await town.card_for(await town.ben.say(town.photos, files=[picture()]))
        await eventually(lambda: town.read_number("SELECT count(*) FROM guild_stay") == 1)
        if when == "while it runs":
            town.guild.remove_bot()
            await eventually(lambda: _is_gone(town))
    if when == "while it is away":
        town.guild.remove_bot()
        async with town.bot():
            await eventually(lambda: _is_gone(town))
    assert _rows(town) > 1

    async with town.bot(guild_retention_days=0):
        await eventually(lambda: _rows(town) == 0)

    assert await town.status(card.embeds[0]["url"]) == 200


async def test_a_server_that_takes_the_bot_back_finds_everything_as_it_was(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        town.guild.remove_bot()
        await eventually(lambda: _is_gone(town))
        town.guild.add_bot()
        await eventually(lambda: not _is_gone(town))

    async with town.bot(guild_retention_days=0):
        posted = await town.ben.say(town.photos, files=[picture()])
        assert (await town.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_an_outage_is_no_removal(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        await town.sim.faults.drop_sockets(resumable=False)
        posted = await town.ben.say(town.photos, files=[picture()])
        await town.card_for(posted)

        assert not _is_gone(town)
