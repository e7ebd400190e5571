"""Messages that ask for nothing, told by what the gateway writes of them: most of them all."""

import asyncio
from dataclasses import dataclass

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.reading.places import Readable, channel_line
from imgoe_bot.ui.reading.raw_messages import RawMessage, may_hold_media


@dataclass(slots=True)
class _Place:
    """Where a message stands, and the rule that covers it."""

    channel: Readable
    rule: MirrorRule | None


class QuietMessages:
    """Deals with messages that no rule can want; what isn't sure is left to ``incoming``."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services

    def take_new(self, data: RawMessage) -> bool:
        """Deal with a new message; False, and nothing was done, where it has to be looked at.

        What discord.py notes of a message is noted here, too: the newest one of its channel.
        """
        place = self._find_place(data)
        if place is None or not self._pass_over(place, data):
            return False
        place.channel.last_message_id = int(data["id"])
        return True

    def take_edit(self, data: RawMessage) -> bool:
        """Deal with an edit; False where it has to be looked at.

        Our own messages are left to discord.py: its views keep up with what those show. So are
        those that it has in memory: uploads take their links from there.
        """
        place, author, us = self._find_place(data), data.get("author"), self._bot.user
        if place is None or author is None or us is None or int(author["id"]) == us.id:
            return False
        if place.rule is not None and not _is_quiet(data, place.rule):
            return False
        message_id = int(data["id"])
        return all(known.id != message_id for known in self._bot.cached_messages)

    def _pass_over(self, place: _Place, data: RawMessage) -> bool:
        """Move the mark of a mirrored channel past a message that holds nothing to keep.

        Not at once: whoever was told of what came before may yet hold the channel.
        """
        rule, marks = place.rule, self._services.marks
        if rule is None:
            return True
        channel_id = ChannelId(place.channel.id)
        if marks.is_held(channel_id) or not _is_quiet(data, rule):
            return False
        message_id = MessageId(int(data["id"]))
        loop = asyncio.get_running_loop()
        loop.call_soon(marks.pass_over, rule.guild_id, channel_id, message_id)
        return True

    def _find_place(self, data: RawMessage) -> _Place | None:
        """Return where a message stands; None where that isn't known, or it brings a thread."""
        guild_id = GuildId(int(data.get("guild_id", 0)))
        guild, rules = self._bot.get_guild(guild_id), self._services.mirrors.known_rules(guild_id)
        if guild is None or rules is None or "thread" in data:
            return None
        channel = guild.get_channel_or_thread(int(data["channel_id"]))
        if not isinstance(channel, Readable):
            return None
        rule = find_rule(channel_line(channel), rules, guild_id=guild_id) if rules else None
        return _Place(channel, rule)


def _is_quiet(data: RawMessage, rule: MirrorRule) -> bool:
    """Tell that nothing is kept of a message, nor asked; a rule that lacks a permission waits."""
    return rule.lacks is None and (rule.paused or not may_hold_media(data))
