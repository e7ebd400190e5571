"""What happens in mirrored channels; no commands."""

import discord
from discord.ext import commands

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.ui.access import check_access
from imgoe_bot.ui.catch_up import catch_up, catch_up_guild
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.mirroring import look_at, save_by_reaction
from imgoe_bot.ui.taken_back import retire_missing


class WatchingCog(commands.Cog, name="imgoe_bot.WatchingCog"):
    """Tells the services of messages that come, change and go."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Store the work a message asks for, or ask its author."""
        await look_at(message, self._services)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Look again: previews of links arrive as edits."""
        await look_at(event.message, self._services)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Keep what its author reacts to with the chosen emoji."""
        await save_by_reaction(self._bot, event, self._services)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Deal with a message that was taken back."""
        await self._services.retirements.source_deleted([MessageId(event.message_id)])
        self._services.runner.wake()

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Deal with messages that were taken back together."""
        message_ids = [MessageId(id_) for id_ in event.message_ids]
        await self._services.retirements.source_deleted(message_ids)
        self._services.runner.wake()

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Deal with all messages of a thread that is gone."""
        guild_id, thread_id = GuildId(event.guild_id), ChannelId(event.thread_id)
        await self._services.retirements.channel_deleted(guild_id, thread_id)
        self._services.runner.wake()

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Deal with all messages of a channel that is gone; those of a category's are not."""
        if not isinstance(channel, discord.CategoryChannel):
            guild_id, channel_id = GuildId(channel.guild.id), ChannelId(channel.id)
            await self._services.retirements.channel_deleted(guild_id, channel_id)
            self._services.runner.wake()

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """Notice that a channel was closed to the bot, or opened again."""
        await self._check_access(channel.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """Notice that channels were closed to a role, or opened again."""
        await self._check_access(role.guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Notice that the role is gone that opened channels to the bot, or that closed them."""
        await self._check_access(role.guild)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Notice that the bot lost or got a role; it is told of its own at any rate."""
        if member.id == member.guild.me.id:
            await self._check_access(member.guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Notice what has changed while a server could not be reached."""
        await self._check_access(guild)

    async def _check_access(self, guild: discord.Guild) -> None:
        if await check_access(guild, self._services):
            await catch_up_guild(guild, self._services)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Find out what was posted and what was deleted while the bot was away."""
        await catch_up(self._bot, self._services)
        await retire_missing(self._bot, self._services)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(WatchingCog(bot))
