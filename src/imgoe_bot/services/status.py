"""Use case: a moderator asks how the bot is doing for this server."""

from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.budget import Used
from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.letters import Breaker
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.quota import WINDOW
from imgoe_bot.domain.status import Health, Queue
from imgoe_bot.services.budgets import HostBudgets
from imgoe_bot.services.guild_settings import GuildSettingsService
from imgoe_bot.services.options import OptionService
from imgoe_bot.services.ports import Clock, LetterStore, PostStore, StatusStore


@dataclass(frozen=True, slots=True)
class Report:
    """How the bot is doing for one server.

    Attributes:
        has_key: whether the server has an API key.
        dms_closed_until: until when the asking person is sent no direct messages; None: open.
        breaker: whether Discord takes direct messages of the bot at all.
        used: files and bytes stored in the last 24 hours.
        options: what holds for the whole server, quotas among it.
        budget: how much of what the host may be sent is used up, by all servers.
    """

    host_url: str
    has_key: bool
    queue: Queue
    health: Health
    dms_closed_until: datetime | None
    breaker: Breaker
    used: tuple[int, int]
    options: Options
    budget: tuple[Used, ...] = ()

    @property
    def is_used_up(self) -> bool:
        """Whether the server's own quota lets nothing more in for now."""
        limits = (self.options.guild_files, self.options.guild_bytes)
        spent = zip(self.used, limits, strict=True)
        return any(limit is not None and used >= limit for used, limit in spent)


class StatusService:
    """Looks, and changes nothing."""

    def __init__(
        self,
        store: StatusStore,
        *,
        letters: LetterStore,
        posts: PostStore,
        guilds: GuildSettingsService,
        options: OptionService,
        budgets: HostBudgets,
        clock: Clock,
    ) -> None:
        self._store = store
        self._letters = letters
        self._posts = posts
        self._guilds = guilds
        self._options = options
        self._budgets = budgets
        self._clock = clock

    async def report(self, actor: Actor) -> Report:
        """Return the state of the actor's server.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        now = self._clock.now()
        settings = await self._guilds.get(guild_id)
        closed_until = await self._store.dms_closed_until(actor.user_id)
        return Report(
            host_url=settings.host_url,
            has_key=settings.key_fingerprint is not None,
            queue=await self._store.queue(guild_id),
            health=await self._store.health(guild_id),
            dms_closed_until=closed_until if closed_until and closed_until > now else None,
            breaker=await self._letters.breaker(),
            used=await self._posts.usage(guild_id, user_id=None, since=now - WINDOW),
            options=await self._options.at(guild_id, ()),
            budget=await self._budgets.used(settings.host_url),
        )
