"""``/backfill``: what was posted long ago is kept too. What is seen of it: ``ui/backfilling``."""

import asyncio
from dataclasses import replace

from discord import app_commands
from discord.app_commands import Choice, Transform
from discord.ext import commands

from imgoe_bot.domain.backfill import Cards
from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.options import Kind
from imgoe_bot.ui.backfilling import answers
from imgoe_bot.ui.backfilling.beginning import begin, request_for
from imgoe_bot.ui.backfilling.buttons import Act, act_on
from imgoe_bot.ui.backfilling.messages import ProgressMessages
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.mirroring.place_parameter import (
    MirrorablePlaceParameter,
    NamedChannel,
    place_of,
)
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import words_for_locale

KINDS = [Choice(name=text(f"option.choice.kinds.{kind}"), value=kind.value) for kind in Kind]
CARDS = [Choice(name=text(f"backfill.cards.{each}"), value=each.value) for each in Cards]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class BackfillCog(
    AnsweringCog,
    commands.GroupCog,
    name="imgoe_bot.BackfillCog",
    group_name="backfill",
    group_description=text("command.backfill.description"),
):
    """Backfills by command, and the messages that show how far they are."""

    def __init__(self, bot: AnyBot) -> None:
        self._services = services_of(bot)
        self._messages = ProgressMessages(bot, self._services)

    @app_commands.command(description=text("command.backfill.start.description"))
    @app_commands.rename(begin_at="from", end_at="to", kind="types", dry_run="dry-run")
    @app_commands.describe(
        channel=text("command.backfill.start.option.channel"),
        begin_at=text("command.backfill.start.option.from"),
        end_at=text("command.backfill.start.option.to"),
        kind=text("command.backfill.start.option.types"),
        dry_run=text("command.backfill.start.option.dry-run"),
        cards=text("command.backfill.start.option.cards"),
        summary=text("command.backfill.start.option.summary"),
    )
    @app_commands.choices(kind=KINDS, cards=CARDS)
    async def start(
        self,
        interaction: AnyInteraction,
        channel: Transform[NamedChannel, MirrorablePlaceParameter] | None = None,
        begin_at: str | None = None,
        end_at: str | None = None,
        kind: str | None = None,
        dry_run: bool = False,
        cards: str = Cards.SILENT.value,
        summary: bool = False,
    ) -> None:
        """Begin a backfill, and say how much it will be."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_may_manage(actor_of(interaction))
        place = await place_of(interaction, channel)
        asked = replace(
            request_for(interaction, place, begin=begin_at, end=end_at),
            kinds=frozenset({Kind(kind)}) if kind else frozenset(Kind),
            dry_run=dry_run,
            cards=Cards(cards),
            summary=summary,
        )
        await interaction.followup.send(await begin(interaction, place, asked), ephemeral=True)

    @app_commands.command(name="list", description=text("command.backfill.list.description"))
    async def list_(self, interaction: AnyInteraction) -> None:
        """Answer privately with the server's backfills."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = check_may_manage(actor_of(interaction))
        found = await self._services.backfills.of_guild(guild_id)
        words = words_for_locale(interaction.locale)
        embeds, view = answers.listed(found, words, now=interaction.created_at)
        await interaction.followup.send(embeds=embeds, view=view, ephemeral=True)

    @app_commands.command(description=text("command.backfill.pause.description"))
    @app_commands.describe(number=text("command.backfill.pause.option.number"))
    @app_commands.autocomplete(number=answers.suggest_working)
    async def pause(self, interaction: AnyInteraction, number: int) -> None:
        """Let a backfill rest."""
        await self._act(interaction, Act.PAUSE, number)

    @app_commands.command(description=text("command.backfill.resume.description"))
    @app_commands.describe(number=text("command.backfill.resume.option.number"))
    @app_commands.autocomplete(number=answers.suggest_resting)
    async def resume(self, interaction: AnyInteraction, number: int) -> None:
        """Let a backfill go on."""
        await self._act(interaction, Act.RESUME, number)

    @app_commands.command(description=text("command.backfill.cancel.description"))
    @app_commands.describe(number=text("command.backfill.cancel.option.number"))
    @app_commands.autocomplete(number=answers.suggest_any)
    async def cancel(self, interaction: AnyInteraction, number: int) -> None:
        """End a backfill; what was kept stays."""
        await self._act(interaction, Act.CANCEL, number)

    async def _act(self, interaction: AnyInteraction, act: Act, number: int) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        backfill = await act_on(interaction, act, BackfillId(number))
        answer = answers.changed(backfill, act, words_for_locale(interaction.locale))
        await interaction.followup.send(answer, ephemeral=True)

    async def cog_load(self) -> None:
        """Keep the messages with backfills' progress true, also those of an earlier process."""
        self._showing = asyncio.create_task(self._messages.run())

    async def cog_unload(self) -> None:
        """Stop; what is shown then is brought up to date after the next start."""
        self._showing.cancel()
        await asyncio.wait([self._showing])


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(BackfillCog(bot))
