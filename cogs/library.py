"""``/library``, ``/library-export`` and ``/stats``: find copies again, and count them."""

from datetime import UTC, datetime
from typing import Literal

from discord import app_commands
from discord.ext import commands

from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.library import (
    SEARCH_MAX_CHARS,
    TAG_MAX_CHARS,
    OwnerFilter,
    Query,
    parse_since,
)
from imgoe_bot.domain.library_export import to_csv, to_json
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.library import embeds, views
from imgoe_bot.ui.message_parts import text_file
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import words_for_locale

AnyPlace = app_commands.AppCommandChannel | app_commands.AppCommandThread
Search = app_commands.Range[str, 1, SEARCH_MAX_CHARS]
Tag = app_commands.Range[str, 1, TAG_MAX_CHARS]

WHOSE = [
    app_commands.Choice(name=text("library.whose.mine"), value="mine"),
    app_commands.Choice(name=text("library.whose.server"), value="server"),
]


class LibraryCog(AnsweringCog, commands.Cog, name="imgoe_bot.LibraryCog"):
    """What was kept, as far as who asks may see it; works in direct messages too."""

    def __init__(self, bot: AnyBot) -> None:
        self._services = services_of(bot)

    @app_commands.command(description=text("command.library.description"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(
        search=text("command.library.option.search"),
        tag=text("command.library.option.tag"),
        channel=text("command.library.option.channel"),
        since=text("command.library.option.since"),
        whose=text("command.library.option.whose"),
    )
    @app_commands.choices(whose=WHOSE)
    async def library(
        self,
        interaction: AnyInteraction,
        search: Search | None = None,
        tag: Tag | None = None,
        channel: AnyPlace | None = None,
        since: str | None = None,
        whose: str = "mine",
    ) -> None:
        """Answer privately with the first page of what fits."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        query = Query(
            whose=OwnerFilter(whose),
            search=(search or "").strip(),
            tag=(tag or "").strip(),
            channel_id=ChannelId(channel.id) if channel else None,
            since=parse_since(since, now=datetime.now(UTC)) if since else None,
        )
        page = await self._services.library.page(actor_of(interaction), query)
        shown = views.page_message(page, query, words_for_locale(interaction.locale))
        await interaction.followup.send(
            shown.content, embeds=shown.embeds, view=shown.view, ephemeral=True
        )

    @app_commands.command(
        name="library-export", description=text("command.library-export.description")
    )
    @app_commands.describe(
        format=text("command.library-export.option.format"),
        whose=text("command.library-export.option.whose"),
    )
    @app_commands.choices(whose=WHOSE)
    async def export(
        self,
        interaction: AnyInteraction,
        format: Literal["csv", "json"],  # what people read in Discord
        whose: str = "mine",
    ) -> None:
        """Answer privately with a file of every copy, without delete links."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        entries = await self._services.library.export(actor, Query(whose=OwnerFilter(whose)))
        write = to_csv if format == "csv" else to_json
        file = text_file(write(entries), f"library.{format}")
        words = words_for_locale(interaction.locale)
        answer = words("library.exported", count=len(entries))
        await interaction.followup.send(answer, file=file, ephemeral=True)

    @app_commands.command(description=text("command.stats.description"))
    @app_commands.describe(
        days=text("command.stats.option.days"), whose=text("command.stats.option.whose")
    )
    @app_commands.choices(whose=WHOSE)
    async def stats(
        self,
        interaction: AnyInteraction,
        days: app_commands.Range[int, 1, 365] = 30,
        whose: str | None = None,
    ) -> None:
        """Answer privately with numbers and a chart."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        asked = OwnerFilter(whose) if whose else None
        stats = await self._services.stats.stats(actor, days=days, whose=asked)
        chart = await self._services.stats.chart(stats)
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(
            embed=embeds.stats_embed(stats, words),
            file=embeds.chart_file(chart, stats, words),
            ephemeral=True,
        )


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(LibraryCog(bot))
