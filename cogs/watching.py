"""What happens in mirrored channels; no commands. How sessions begin: ``arrivals``."""

import discord
from discord.ext import commands

from imgoe_bot.ui.access.lost_access import permissions_changed
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.watching.catch_up import ask_if_behind, begin_new, note_move
from imgoe_bot.ui.watching.deletions import channel_deleted, messages_deleted
from imgoe_bot.ui.watching.incoming import handle_edit, handle_message
from imgoe_bot.ui.watching.reactions import reaction_added


class WatchingCog(commands.Cog, name="imgoe_bot.WatchingCog"):
    """Tells the services of messages that come, change and go."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Store the work a message asks for, or ask its author."""
        await handle_message(message, self._services)
        ask_if_behind(message, self._services)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Look again: previews of links arrive as edits."""
        await handle_edit(event.message, self._services)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Keep what its author reacts to with the chosen emoji."""
        await reaction_added(self._bot, event, self._services)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Deal with a message that was deleted."""
        await messages_deleted(event.guild_id, [event.message_id], self._services)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Deal with messages that were deleted together."""
        await messages_deleted(event.guild_id, event.message_ids, self._services)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Deal with all messages of a thread that is gone."""
        await channel_deleted(event.guild_id, event.thread_id, self._services)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Notice a new thread: its mark moves from its first message on."""
        begin_new(thread, self._services)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Notice a new channel: its mark moves from its first message on."""
        begin_new(channel, self._services)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Deal with all messages of a channel that is gone; those of a category's are not."""
        if not isinstance(channel, discord.CategoryChannel):
            await channel_deleted(channel.guild.id, channel.id, self._services)
        await self._check_access(channel.guild)  # it may have been the log that a rule rests for

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """Notice that a channel was moved, closed to the bot, or opened again."""
        if before.category_id != channel.category_id:
            await note_move(before, channel, self._services)
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

    async def _check_access(self, guild: discord.Guild) -> None:
        await permissions_changed(guild, self._services)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(WatchingCog(bot))
