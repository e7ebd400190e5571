"""Use case: people of mirrored places are told what becomes of their posts, and told anew."""

import asyncio
from collections.abc import Sequence

from imgoe_bot.domain.guild import SERVER
from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.domain.notices import Notice, is_due
from imgoe_bot.domain.rules import find_rule
from imgoe_bot.services.ports.mirroring import RuleStore
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService


class NoticeService:
    """Remembers what each place was told; a server's commands always reach one process."""

    def __init__(
        self,
        notes: Notes,
        *,
        rules: RuleStore,
        options: OptionService,
        guilds: GuildSettingsService,
    ) -> None:
        self._notes = notes
        self._rules = rules
        self._options = options
        self._guilds = guilds
        self._one_at_a_time = asyncio.Lock()

    async def places(self, guild_id: GuildId) -> Sequence[ChannelId]:
        """Return where a notice may be due: places with a rule, and with a consent of their own.

        The server's own id stands for all of it.
        """
        ruled = [rule.channel_id for rule in await self._rules.of_guild(guild_id)]
        layers = await self._options.layers(guild_id)
        own = [id_ for id_, layer in layers.items() if "consent" in layer and id_ != SERVER]
        return tuple(dict.fromkeys([*ruled, *map(ChannelId, own)]))

    async def take_due(self, guild_id: GuildId, line: Sequence[ChannelId]) -> bool:
        """Tell whether a place is to be told anew; true once for each change.

        Args:
            guild_id: the server.
            line: the place and what it stands in, innermost first.
        """
        rule = find_rule(line, await self._rules.of_guild(guild_id), guild_id=guild_id)
        if rule is None or rule.paused:
            return False
        now = await self._now(guild_id, line)
        async with self._one_at_a_time:  # two changes shortly one after the other are told of once
            told = await self._told(guild_id, line)
            if now != told:
                await self._notes.write(_name(guild_id, line[0]), str(now))
        return is_due(told, now)

    async def given(self, guild_id: GuildId, line: Sequence[ChannelId]) -> None:
        """Note that a place was told how things stand now."""
        await self._notes.write(_name(guild_id, line[0]), str(await self._now(guild_id, line)))

    async def _now(self, guild_id: GuildId, line: Sequence[ChannelId]) -> Notice:
        options = await self._options.at(guild_id, line)
        return Notice(options.consent, (await self._guilds.get(guild_id)).host_url)

    async def _told(self, guild_id: GuildId, line: Sequence[ChannelId]) -> Notice | None:
        """Return what was said to the place, or to what it stands in."""
        for place_id in (*line, ChannelId(guild_id)):
            note = await self._notes.find(_name(guild_id, place_id))
            if note is not None:
                return Notice.read(note)
        return None


def _name(guild_id: GuildId, place_id: ChannelId) -> str:
    return f"notice {guild_id} {place_id}"
