"""Members of servers, asked for one by one: none of them is kept in memory."""

import discord

from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.discord_codes import NO_MEMBER
from imgoe_bot.ui.reading.actors import role_ids_of


class DiscordMembers:
    """``ports.Members`` over a discord.py bot."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot

    async def role_ids(self, guild_id: GuildId, user_id: UserId) -> frozenset[int]:
        """Return somebody's roles in a server; see the port."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.unavailable:
            raise SourceUnreachable
        try:
            return role_ids_of(await guild.fetch_member(user_id))
        except discord.HTTPException as error:
            if error.code in NO_MEMBER:
                return frozenset()
            raise SourceUnreachable(status=error.status) from error
        except OSError as error:
            raise SourceUnreachable from error
