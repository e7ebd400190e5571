"""``/privacy``: what is kept of a person, and what they want done with it."""

from discord import app_commands
from discord.ext import commands

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.message_parts import text_file
from imgoe_bot.ui.privacy import erase_button, overview
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import words_for_locale


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class PrivacyCog(
    AnsweringCog,
    commands.GroupCog,
    name="imgoe_bot.PrivacyCog",
    group_name="privacy",
    group_description=text("command.privacy.description"),
):
    """Everybody's own; in direct messages, for every server."""

    def __init__(self, bot: AnyBot) -> None:
        self._privacy = services_of(bot).privacy

    @app_commands.command(description=text("command.privacy.show.description"))
    async def show(self, interaction: AnyInteraction) -> None:
        """Answer privately with what is kept, by whom, where and for how long."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._privacy.show(actor_of(interaction))
        embed = overview.overview(shown, words_for_locale(interaction.locale))
        await interaction.followup.send(embed=embed, ephemeral=True)

    @app_commands.command(name="opt-out", description=text("command.privacy.opt-out.description"))
    async def opt_out(self, interaction: AnyInteraction) -> None:
        """Keep nothing that this person posts, from the next message on."""
        await self._choose(interaction, PersonChoice.OUT)

    @app_commands.command(name="opt-in", description=text("command.privacy.opt-in.description"))
    async def opt_in(self, interaction: AnyInteraction) -> None:
        """Keep what this person posts, from the next message on."""
        await self._choose(interaction, PersonChoice.IN)

    async def _choose(self, interaction: AnyInteraction, choice: PersonChoice) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        await self._privacy.choose(actor, choice)
        words = words_for_locale(interaction.locale)
        answer = overview.chosen(choice, words, everywhere=actor.guild_id is None)
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.privacy.export.description"))
    async def export(self, interaction: AnyInteraction) -> None:
        """Answer privately with everything about this person as a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self._privacy.export(actor_of(interaction))
        answer = words_for_locale(interaction.locale)("privacy.exported")
        file = text_file(data, "my-data.json")
        await interaction.followup.send(answer, file=file, ephemeral=True)

    @app_commands.command(
        name="forget-me", description=text("command.privacy.forget-me.description")
    )
    async def forget_me(self, interaction: AnyInteraction) -> None:
        """Ask, privately, whether everything about this person is to be erased."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._privacy.show(actor_of(interaction))
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(
            overview.ask_forget(shown.holdings, words),
            view=erase_button.forget_view(words),
            ephemeral=True,
        )


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(PrivacyCog(bot))
