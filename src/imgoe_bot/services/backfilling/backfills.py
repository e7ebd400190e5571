"""Use case: a moderator has kept what was posted before, and sees how far that is."""

from collections.abc import Callable
from dataclasses import replace

from imgoe_bot.domain.backfill import (
    Backfill,
    BackfillState,
    Tally,
    WaitReason,
    resumed,
)
from imgoe_bot.domain.backfill_requests import BackfillRequest, checked
from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.errors import BackfillEnded, BackfillNotFound
from imgoe_bot.services.ports.backfill import BackfillStore
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.settings.guild_settings import GuildSettingsService

LISTED = 25
"""How many of a server's backfills are shown."""


class BackfillService:
    """Begins, shows, pauses and ends backfills; whoever reads for them finds them in the store.

    So it works from any process: the bot's own, or a command in a terminal.
    """

    def __init__(self, store: BackfillStore, *, guilds: GuildSettingsService, clock: Clock) -> None:
        self._store = store
        self._guilds = guilds
        self._clock = clock

    async def begin(self, actor: Actor, request: BackfillRequest) -> Backfill:
        """Store a backfill; it is read as soon as there is budget to spare.

        Raises:
            NotAllowed: without the Manage Server permission.
            KeyMissing: the server has no key for its host; a dry run needs none.
            BackfillRejected: no message can be meant by it.
            BackfillOverlaps: one that has not ended reads some of the same messages.
        """
        guild_id = check_may_manage(actor)
        if not request.dry_run:
            await self._guilds.get_host(guild_id)
        now = self._clock.now()
        return await self._store.add(
            guild_id,
            lambda others: checked(
                request, guild_id=guild_id, asked_by=actor.user_id, now=now, others=others
            ),
        )

    async def pause(self, actor: Actor, backfill_id: BackfillId) -> Backfill:
        """Let a backfill rest; what is being uploaded is finished. Safe to repeat.

        Raises:
            NotAllowed: without the Manage Server permission.
            BackfillNotFound: the actor's server has none of this number.
            BackfillEnded: there is nothing to pause.
        """
        return await self._change(
            actor, backfill_id, lambda backfill: replace(backfill, waits=WaitReason.PAUSED)
        )

    async def resume(self, actor: Actor, backfill_id: BackfillId) -> Backfill:
        """Let a backfill go on, also one that has read as much as it may at once. Safe to repeat.

        Raises: as for ``pause``.
        """
        return await self._change(actor, backfill_id, resumed)

    async def cancel(self, actor: Actor, backfill_id: BackfillId) -> Backfill:
        """End a backfill; what was kept stays, and what is being uploaded is finished.

        Raises: as for ``pause``.
        """
        now = self._clock.now()
        return await self._change(
            actor,
            backfill_id,
            lambda backfill: replace(
                backfill, state=BackfillState.CANCELLED, waits=None, ended_at=now
            ),
        )

    async def _change(
        self, actor: Actor, backfill_id: BackfillId, change: Callable[[Backfill], Backfill]
    ) -> Backfill:
        guild_id = check_may_manage(actor)

        def checked_change(backfill: Backfill) -> Backfill:
            if backfill.guild_id != guild_id:
                raise BackfillNotFound(backfill=backfill_id)
            if backfill.state.is_ended:
                raise BackfillEnded(backfill=backfill_id, state=backfill.state.value)
            return change(backfill)

        return await self._store.change(backfill_id, checked_change)

    async def get(self, guild_id: GuildId, backfill_id: BackfillId) -> Backfill:
        """Return one of a server's backfills.

        Raises:
            BackfillNotFound: the server has none of this number.
        """
        found = await self._store.find(backfill_id)
        if found is None or found.guild_id != guild_id:
            raise BackfillNotFound(backfill=backfill_id)
        return found

    async def of_guild(self, guild_id: GuildId) -> tuple[Backfill, ...]:
        """Return a server's backfills: those that have not ended first, then the newest."""
        return await self._store.of_guild(guild_id, most=LISTED)

    async def tallies(self, backfill_id: BackfillId) -> tuple[Tally, ...]:
        """Return what a backfill found, by person and kind; most files first."""
        return await self._store.tallies(backfill_id)

    async def shown(self) -> tuple[Backfill, ...]:
        """Return every backfill that has a message with its progress, in one query.

        Whoever keeps these messages asks so again and again, also after a restart. One that has
        ended is shown a last time; then ``show_at(…, None)`` forgets its message.
        """
        return await self._store.shown()

    async def show_at(self, backfill_id: BackfillId, message: MessageLocation | None) -> None:
        """Note where a backfill's progress is shown; None: nowhere any more."""
        await self._store.change(backfill_id, lambda backfill: replace(backfill, message=message))

    async def expect(self, backfill_id: BackfillId, files: int) -> None:
        """Note how many files an estimate found that came after the backfill had begun."""
        await self._store.change(backfill_id, lambda backfill: replace(backfill, expected=files))
