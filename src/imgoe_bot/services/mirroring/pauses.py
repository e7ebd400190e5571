"""Use case: a moderator lets mirroring rest, in a place or everywhere, and lets it go on again."""

from collections.abc import Collection, Sequence

from imgoe_bot.domain.guild import SERVER, Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.ports.mirroring import RuleStore
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.settings.options import OptionService


class PauseService:
    """Pauses rules on a moderator's word. What rests by itself: ``resting``.

    What worked when everything was stopped is noted, so that resuming everything wakes that alone:
    an exception that rested before rests afterwards.
    """

    def __init__(
        self,
        rules: RuleStore,
        *,
        mirrors: MirrorService,
        options: OptionService,
        notes: Notes,
        catch_ups: CatchUpQueue,
    ) -> None:
        self._rules = rules
        self._mirrors = mirrors
        self._options = options
        self._notes = notes
        self._catch_ups = catch_ups

    async def pause(
        self, actor: Actor, channel_ids: Sequence[ChannelId], *, asked_at: MessageId
    ) -> bool:
        """Let a place's rule rest.

        A place that is only covered by the rule of what it stands in gets a rule of its own that
        rests: the exception.

        Args:
            actor: who asks.
            channel_ids: the place and what it stands in, innermost first.
            asked_at: an id that Discord gave then, such as the interaction's.

        Returns:
            False when there is no rule for it.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        stopped = await self._stopped(guild_id)
        await self._note_stopped(guild_id, stopped - {channel_ids[0]})
        return await self._set(actor, channel_ids, asked_at, paused=True)

    async def resume(
        self, actor: Actor, channel_ids: Sequence[ChannelId], *, asked_at: MessageId
    ) -> bool:
        """Let a place's rule work again, as an exception where only what it stands in has one.

        Args, Returns, Raises: as for ``pause``.
        """
        return await self._set(actor, channel_ids, asked_at, paused=False)

    async def pause_all(self, actor: Actor) -> bool:
        """Let every rule of a server rest; safe to repeat.

        Returns:
            False when the server has no rule.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        rules = await self._rules.of_guild(guild_id)
        working = {rule.channel_id for rule in rules if not rule.paused or rule.lacks is not None}
        if working:
            await self._note_stopped(guild_id, await self._stopped(guild_id) | working)
            await self._pause_each(guild_id, working, paused=True)
            await self._options.note(actor, SERVER, "mirror", old="on", new="paused")
        return bool(rules)

    async def resume_all(self, actor: Actor) -> tuple[MirrorRule, ...]:
        """Let the rules work again that everything's pause let rest, and the server's own.

        Safe to repeat.

        Returns:
            The server's rules as they are now.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        wanted = await self._stopped(guild_id) or {ChannelId(guild_id)}
        rules = await self._rules.of_guild(guild_id)
        resting = {rule.channel_id for rule in rules if rule.paused and rule.channel_id in wanted}
        if resting:
            await self._pause_each(guild_id, resting, paused=False)
            await self._options.note(actor, SERVER, "mirror", old="paused", new="on")
        await self._note_stopped(guild_id, frozenset())
        return await self._rules.of_guild(guild_id)

    async def _set(
        self, actor: Actor, channel_ids: Sequence[ChannelId], asked_at: MessageId, *, paused: bool
    ) -> bool:
        guild_id, place = check_may_manage(actor), channel_ids[0]
        rules = await self._rules.of_guild(guild_id)
        if find_rule(channel_ids, rules, guild_id=guild_id) is None:
            return False
        if all(rule.channel_id != place for rule in rules):
            await self._mirrors.add_rule(actor, place, begins_at=asked_at)
        await self._pause_each(guild_id, [place], paused=paused)
        old, new = ("on", "paused") if paused else ("paused", "on")
        await self._options.note(actor, int(place), "mirror", old=old, new=new)
        return True

    async def _pause_each(
        self, guild_id: GuildId, channel_ids: Collection[ChannelId], *, paused: bool
    ) -> None:
        for channel_id in channel_ids:
            await self._rules.pause(guild_id, channel_id, paused=paused)
        self._catch_ups.ask_now(guild_id)

    async def _stopped(self, guild_id: GuildId) -> frozenset[ChannelId]:
        """Return the places that rest because everything was stopped."""
        noted = await self._notes.find(_note_name(guild_id)) or ""
        return frozenset(ChannelId(int(id_)) for id_ in noted.split(",") if id_)

    async def _note_stopped(self, guild_id: GuildId, places: Collection[ChannelId]) -> None:
        if places or await self._notes.find(_note_name(guild_id)):
            await self._notes.write(_note_name(guild_id), ",".join(map(str, sorted(places))))


def _note_name(guild_id: GuildId) -> str:
    return f"stopped {guild_id}"
