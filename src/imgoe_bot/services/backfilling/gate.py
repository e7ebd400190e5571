"""What keeps a backfill from going on: it takes what nobody else needs."""

from imgoe_bot.domain.backfill import WaitReason, fits
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.quota import QuotaUnit, QuotaUse
from imgoe_bot.errors import KeyMissing
from imgoe_bot.services.ports.backfill import Load
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.quotas import QuotaService

NOBODY = UserId(0)


class BackfillGate:
    """Says whether more of a backfill may be uploaded now."""

    def __init__(
        self, *, guilds: GuildSettingsService, quotas: QuotaService, budgets: HostBudgets
    ) -> None:
        self._guilds = guilds
        self._quotas = quotas
        self._budgets = budgets

    async def obstacle(
        self, guild_id: GuildId, load: Load, *, author_id: UserId = NOBODY, files: int = 1
    ) -> WaitReason | None:
        """Return what has to be waited for before more files of a server are kept.

        Args:
            guild_id: the server.
            load: what is under way.
            author_id: whose files they are; nobody's: only what concerns the server counts.
            files: how many.
        """
        try:
            host_url, _ = await self._guilds.get_host(guild_id)
        except KeyMissing:
            return WaitReason.KEY
        if load.host_fails:
            return WaitReason.HOST
        uses = await self._quotas.standing(guild_id, author_id)
        if not all(_lets_in(each, files) for each in uses):
            return WaitReason.QUOTA
        if any(each.is_half_used for each in await self._budgets.used(host_url)):
            return WaitReason.BUSY
        return None

    async def has_room(
        self, guild_id: GuildId, load: Load, *, author_id: UserId, files: int
    ) -> bool:
        """Tell whether so many files fit beside what is under way; args as for ``obstacle``.

        Where quotas are set, nothing else of a backfill is, so that none is overrun.
        """
        if load.live_due or load.held_files:
            return False
        if load.open_files and await self._quotas.standing(guild_id, author_id):
            return False
        return fits(files, open_files=load.open_files)


def _lets_in(use: QuotaUse, files: int) -> bool:
    """Tell whether a quota lets files in; more than a whole day allows, as far as it does."""
    if use.unit is QuotaUnit.BYTES or files > use.limit:
        return not use.is_reached
    return use.used + files <= use.limit
