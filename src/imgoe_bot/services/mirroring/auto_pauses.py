"""Use case: a mirrored channel that the bot can't work in any more rests, and somebody is told."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, RuleId, UserId, new_id
from imgoe_bot.domain.parking import place_subject
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.mirroring import RuleStore

LOOK_EVERY = timedelta(hours=1)
"""How often the permissions are looked at for which rules rest: below the events, which may fail.

No event comes where time ends what took a permission away, as a time-out of the bot.
"""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InaccessibleChannel:
    """A channel that the bot can't work in.

    Attributes:
        channel_ids: the channel and what it stands in, innermost first.
        lacks: the permission that is missing, as ``NotAllowed.needs`` has it.
    """

    channel_ids: tuple[ChannelId, ...]
    lacks: str


class AutoPauseService:
    """Pauses rules by itself, and wakes them; ``/mirror resume`` does that too.

    Whatever made a rule rest, its server is looked at once more when that is stored: until then
    nobody could see in it that the permission had come back.
    """

    def __init__(
        self,
        rules: RuleStore,
        *,
        jobs: JobStore,
        delivery: DeliveryService,
        catch_ups: CatchUpQueue,
    ) -> None:
        self._rules = rules
        self._jobs = jobs
        self._delivery = delivery
        self._catch_ups = catch_ups
        self._locks: WeakValueDictionary[GuildId, asyncio.Lock] = WeakValueDictionary()

    def lock(self, guild_id: GuildId) -> asyncio.Lock:
        """Return what is held while a server's rules are compared with its permissions.

        Of two looks at once, the older one might let rest what the newer one has just woken.
        """
        return self._locks.setdefault(guild_id, asyncio.Lock())

    async def pause(
        self, guild_id: GuildId, lost: Iterable[InaccessibleChannel], *, locale: str
    ) -> None:
        """Let channels rest, as far as they don't yet, and tell each rule's maker once of all.

        Args:
            guild_id: the server.
            lost: its channels; one that no rule covers is passed over.
            locale: the server's language, by Discord's code.
        """
        resting: dict[UserId, list[MirrorRule]] = {}
        for each in lost:
            rule = await self._rest(guild_id, each)
            if rule is not None:
                resting.setdefault(rule.created_by, []).append(rule)
        for rules in resting.values():
            await self._delivery.tell_paused(rules, locale=locale)

    async def _rest(self, guild_id: GuildId, lost: InaccessibleChannel) -> MirrorRule | None:
        """Pause a channel's own rule, or make it an exception to that of what it stands in.

        The exception begins where that rule began: what was missed since is read when it wakes.

        Returns:
            The rule that rests now; None when there is none, or it rested already.
        """
        rules = await self._rules.of_guild(guild_id)
        rule = find_rule(lost.channel_ids, rules, guild_id=guild_id)
        if rule is None or rule.paused:
            return None
        try:
            return await self._store_rest(rule, lost)
        finally:  # where its answer was lost, it may have been stored
            self._catch_ups.ask(guild_id)

    async def _store_rest(self, rule: MirrorRule, lost: InaccessibleChannel) -> MirrorRule | None:
        channel_id = lost.channel_ids[0]
        if rule.channel_id == channel_id:
            changed = await self._rules.auto_pause(rule.guild_id, channel_id, lacks=lost.lacks)
            return replace(rule, paused=True, lacks=lost.lacks) if changed else None
        exception = replace(
            rule,
            id=RuleId(new_id()),
            channel_id=channel_id,
            paused=True,
            lacks=lost.lacks,
        )
        return exception if await self._rules.add(exception) else None

    async def resume(self, rule: MirrorRule, channel_ids: Sequence[ChannelId]) -> bool:
        """Let a rule work again that rests for want of a permission.

        One that merely made an exception to a wider rule of the same maker goes: what that rule
        covers is mirrored for as long as that rule is there, and no longer.

        Args:
            rule: which.
            channel_ids: its place and what that stands in, innermost first; empty for a server's.

        Returns:
            False when it rests no more, or a moderator has paused it meanwhile.
        """
        rules = await self._rules.of_guild(rule.guild_id)
        others = [each for each in rules if each.id != rule.id]
        wider = find_rule(channel_ids, others, guild_id=rule.guild_id)
        is_exception = wider is not None and not wider.paused and _is_of(wider, rule)
        resumed = await self._rules.end_auto_pause(rule, remove=is_exception)
        await self._jobs.unpark(place_subject(rule.guild_id, rule.channel_id))
        return resumed

    async def auto_paused(self, guild_id: GuildId) -> Sequence[MirrorRule]:
        """Return the rules that rest for want of a permission."""
        return [rule for rule in await self._rules.of_guild(guild_id) if rule.lacks is not None]

    async def run(self) -> None:
        """Have the servers looked at every hour in which rules rest, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            try:
                await self.look()
            except ImgoeError as error:
                log.warning("resting rules can't be looked at, trying again", error=repr(error))

    async def look(self) -> None:
        """Have each server looked at in which a rule rests for want of a permission."""
        for guild_id in {rule.guild_id for rule in await self._rules.all() if rule.lacks}:
            self._catch_ups.ask(guild_id)


def _is_of(wider: MirrorRule, exception: MirrorRule) -> bool:
    return wider.created_by == exception.created_by and wider.begins_at <= exception.begins_at
