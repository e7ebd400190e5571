"""The three seconds, the fifteen minutes, and answering only once."""

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest
from discord.http import Route

from imgoe_bot.discordsim import SimOptions

if TYPE_CHECKING:
    from tests.discordsim.conftest import Clock, Harness, ScriptedBot


async def test_a_second_acknowledgement_is_refused_with_40060(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    codes: list[int] = []

    @bot.tree.command(description="Twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        callback = Route(
            "POST",
            "/interactions/{interaction_id}/{token}/callback",
            interaction_id=interaction.id,
            token=interaction.token,
        )
        try:
            await bot.http.request(callback, json={"type": 4, "data": {"content": "two"}})
        except discord.HTTPException as error:
            codes.append(error.code)
        await interaction.followup.send("done")

    await bot.tree.sync()
    await harness.alice.slash(harness.memes, "twice")

    await harness.alice.wait_for_message(harness.memes, lambda m: m.content == "done")
    assert codes == [40060]


class TestTime:
    """What the three seconds and the fifteen minutes do."""

    @pytest.fixture
    def options(self, clock: "Clock") -> SimOptions:
        return SimOptions(clock=clock, interaction_ack_s=0.15)

    async def test_an_answer_after_the_time_is_refused_and_the_person_told(
        self, bot: "ScriptedBot", harness: "Harness"
    ) -> None:
        codes: list[int] = []
        told = asyncio.Event()
        refused = asyncio.Event()

        @bot.tree.command(description="Slow")
        async def slow(interaction: discord.Interaction) -> None:
            await told.wait()
            try:
                await interaction.response.send_message("late")
            except discord.NotFound as error:
                codes.append(error.code)
            refused.set()

        await bot.tree.sync()
        asked = await harness.alice.slash(harness.memes, "slow")
        await asked.wait_acknowledged()
        told.set()
        await asyncio.wait_for(refused.wait(), timeout=15)

        assert asked.failed
        assert codes == [10062]
        assert harness.alice.messages(harness.memes) == []

    async def test_a_token_dies_after_fifteen_minutes(
        self, bot: "ScriptedBot", harness: "Harness", clock: "Clock"
    ) -> None:
        codes: list[int] = []
        refused = asyncio.Event()

        @bot.tree.command(description="Long")
        async def long(interaction: discord.Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            clock.ahead_s += 15 * 60 + 1
            try:
                await interaction.followup.send("late")
            except discord.HTTPException as error:
                codes.append(error.code)
            refused.set()

        await bot.tree.sync()
        await harness.alice.slash(harness.memes, "long")
        await asyncio.wait_for(refused.wait(), timeout=15)
        assert codes == [50027]
