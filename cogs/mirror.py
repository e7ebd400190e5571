"""``/mirror``: the channels whose media is kept. What happens in them: ``watching``."""

from discord import app_commands
from discord.app_commands import Transform
from discord.ext import commands

from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.ui.access.permissions import missing_to_mirror
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.mirroring import mirror_test, pausing, retrying
from imgoe_bot.ui.mirroring.answers import rule_added, rule_removed, rules_listed
from imgoe_bot.ui.mirroring.place_parameter import (
    MirrorablePlaceParameter,
    NamedChannel,
    channel_of,
    place_of,
)
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import name_of
from imgoe_bot.ui.translate import words_for_locale

MirrorPlace = Transform[NamedChannel, MirrorablePlaceParameter]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class MirrorCog(
    AnsweringCog,
    commands.GroupCog,
    name="imgoe_bot.MirrorCog",
    group_name="mirror",
    group_description=text("command.mirror.description"),
):
    """Rules by command."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)

    @app_commands.command(description=text("command.mirror.add.description"))
    @app_commands.describe(channel=text("command.mirror.add.option.channel"))
    async def add(self, interaction: AnyInteraction, channel: MirrorPlace | None = None) -> None:
        """Mirror a channel from now on, and say so in public."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor, place = actor_of(interaction), await place_of(interaction, channel)
        words = words_for_locale(interaction.locale)
        new = await self._services.mirrors.add_rule(
            actor, ChannelId(place.id), begins_at=MessageId(interaction.id)
        )
        answer = rule_added(
            name_of(place, words),
            words,
            new=new,
            missing=missing_to_mirror(place),
            content_hidden=not self._bot.intents.message_content,
        )
        untold = await notices.give_notice(place, self._services) if new else []
        answer = notices.joined(answer, await notices.hint(interaction, untold))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.mirror.remove.description"))
    @app_commands.describe(channel=text("command.mirror.remove.option.channel"))
    async def remove(self, interaction: AnyInteraction, channel: MirrorPlace | None = None) -> None:
        """Stop mirroring a channel; what was kept stays."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor, place = actor_of(interaction), await place_of(interaction, channel)
        removed = await self._services.mirrors.remove_rule(actor, ChannelId(place.id))
        words = words_for_locale(interaction.locale)
        answer = rule_removed(name_of(place, words), words, removed=removed)
        answer = notices.joined(answer, await pausing.still_mirrored(interaction, place))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.mirror.pause.description"))
    @app_commands.describe(channel=text("command.mirror.pause.option.channel"))
    async def pause(self, interaction: AnyInteraction, channel: MirrorPlace | None = None) -> None:
        """Let a channel's rule rest, or every rule of the server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        answer = await pausing.pause(interaction, await place_of(interaction, channel))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.mirror.resume.description"))
    @app_commands.describe(channel=text("command.mirror.resume.option.channel"))
    async def resume(self, interaction: AnyInteraction, channel: MirrorPlace | None = None) -> None:
        """Let a channel's rule work again, or all that everything's pause let rest."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        answer = await pausing.resume(interaction, await place_of(interaction, channel))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.mirror.retry.description"))
    @app_commands.describe(channel=text("command.mirror.retry.option.channel"))
    async def retry(self, interaction: AnyInteraction, channel: MirrorPlace | None = None) -> None:
        """Try again what was given up, in a channel or in the whole server, and what waits."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        answer = await retrying.retry(interaction, channel)
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.mirror.test.description"))
    @app_commands.describe(channel=text("command.mirror.test.option.channel"))
    async def test(self, interaction: AnyInteraction, channel: MirrorPlace) -> None:
        """Answer privately whether mirroring works in a channel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = await channel_of(interaction, channel)
        answer = await mirror_test.report(interaction, place, words_for_locale(interaction.locale))
        await interaction.followup.send(answer, ephemeral=True, suppress_embeds=True)

    @app_commands.command(name="list", description=text("command.mirror.list.description"))
    async def list_(self, interaction: AnyInteraction) -> None:
        """Answer privately with the mirrored channels."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = check_may_manage(actor_of(interaction))
        rules = await self._services.mirrors.rules(guild_id)
        answer = rules_listed(rules, words_for_locale(interaction.locale))
        await interaction.followup.send(answer, ephemeral=True)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(MirrorCog(bot))
