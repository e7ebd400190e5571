"""Use case: a moderator asks how the bot is doing for this server."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from imgoe_bot.domain.budget import LimitUse
from imgoe_bot.domain.direct_messages import Breaker
from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.history import OpenRange
from imgoe_bot.domain.ids import GuildId, MessageId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.quota import WINDOW, QuotaSubject, Usage, quota_uses
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Health, MessageStatus, Obstacle, Queue, outcome_of
from imgoe_bot.errors import StoreError
from imgoe_bot.services.mirroring.auto_pauses import AutoPauseService
from imgoe_bot.services.mirroring.history_queue import HistoryQueue
from imgoe_bot.services.ports.direct_messages import DirectMessageStore
from imgoe_bot.services.ports.jobs import ObstacleStore, StatusStore
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.expiry import expiry_note


@dataclass(frozen=True, slots=True)
class Report:
    """How the bot is doing for one server.

    Attributes:
        has_key: whether the server has an API key.
        dms_closed_until: until when the asking person is sent no direct messages; None: open.
        breaker: whether Discord takes direct messages of the bot at all.
        used: what was stored in the last 24 hours.
        options: what holds for the whole server, quotas among it.
        budget: how much of what the host may be sent is used up, by all servers.
        expiry_off: whether the host kept the last copy for another time than was asked for.
        auto_paused: the rules that rest for want of a permission.
        trouble: what keeps the bot's database from taking writes; None: nothing.
        clock_ahead: how far the machine's clock is ahead of Discord's, where that matters.
        missed: what is still to be read of channels' histories.
        obstacles: what files wait for, and why others were given up.
    """

    host_url: str
    has_key: bool
    queue: Queue
    health: Health
    dms_closed_until: datetime | None
    breaker: Breaker
    used: Usage
    options: Options
    budget: tuple[LimitUse, ...] = ()
    expiry_off: bool = False
    auto_paused: tuple[MirrorRule, ...] = ()
    trouble: StoreError | None = None
    clock_ahead: timedelta | None = None
    missed: tuple[OpenRange, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def is_used_up(self) -> bool:
        """Whether the server's own quota lets nothing more in for now."""
        quotas = quota_uses(QuotaSubject.GUILD, self.options, self.used)
        return any(quota.is_reached for quota in quotas)


@dataclass(frozen=True, slots=True)
class MirrorSources:
    """Who knows which mirrors rest, what is still to be read of them, and what is not kept."""

    auto_pauses: AutoPauseService
    history: HistoryQueue
    obstacles: ObstacleStore


class StatusService:
    """Looks, and changes nothing."""

    def __init__(
        self,
        store: StatusStore,
        *,
        direct_messages: DirectMessageStore,
        access: PostAccess,
        guilds: GuildSettingsService,
        options: OptionService,
        budgets: HostBudgets,
        notes: Notes,
        mirrors: MirrorSources,
    ) -> None:
        self._store = store
        self._direct_messages = direct_messages
        self._posts = access.posts
        self._guilds = guilds
        self._options = options
        self._budgets = budgets
        self._notes = notes
        self._mirrors = mirrors
        self._clock = access.clock
        self._outage = access.outage
        self._discord_time = access.discord_time

    async def report(self, actor: Actor) -> Report:
        """Return the state of the actor's server.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        now = self._clock.now()
        settings = await self._guilds.get(guild_id)
        closed_until = await self._store.dms_closed_until(actor.user_id)
        health = await self._store.health(guild_id)
        return Report(
            host_url=settings.host_url,
            has_key=settings.key_fingerprint is not None,
            queue=await self._store.queue(guild_id),
            health=health,
            dms_closed_until=closed_until if closed_until and closed_until > now else None,
            breaker=await self._direct_messages.breaker(),
            used=await self._posts.usage(guild_id, user_id=None, since=now - WINDOW),
            options=await self._options.at(guild_id, ()),
            budget=await self._budgets.used(settings.host_url),
            expiry_off=await self._expiry_off(guild_id, health),
            auto_paused=tuple(await self._mirrors.auto_pauses.auto_paused(guild_id)),
            trouble=self._outage.trouble,
            clock_ahead=self._discord_time.error,
            missed=await self._mirrors.history.open_ranges(guild_id),
            obstacles=await self._mirrors.obstacles.of_server(guild_id, now=now),
        )

    async def of_message(self, guild_id: GuildId, message_id: MessageId) -> MessageStatus:
        """Return what has become of a message; anybody who may read it may know."""
        post = await self._posts.find_post(guild_id, message_id)
        if post is None:
            return MessageStatus()
        jobs = await self._store.jobs_of(post.id)
        card = await self._posts.get_card(post.id, now=self._clock.now())
        return MessageStatus(outcome_of(card, jobs), jobs.failures, jobs.answer)

    async def _expiry_off(self, guild_id: GuildId, health: Health) -> bool:
        """Tell whether the newest copy is one that the host keeps for another time."""
        noted = await self._notes.find(expiry_note(guild_id))
        return bool(noted and health.kept_at and datetime.fromisoformat(noted) >= health.kept_at)
