"""The command tree of our own bot: it answers commands that Discord knows otherwise than we do."""

from discord import app_commands
from discord.ext import commands

from imgoe_bot.ui.client.command_sync import sync
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.errors import STALE, answer_error


class ImgoeTree(app_commands.CommandTree[commands.AutoShardedBot]):
    """Answers, and heals, a tree that is out of date.

    A client keeps the commands it has loaded, and another program with the same token may have
    told Discord others; so the tree is synced once more, once in a process.
    """

    _was_synced = False

    async def on_error(
        self, interaction: AnyInteraction, error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what no command's own handler can."""
        if isinstance(error, app_commands.CommandNotFound):
            await answer_error(interaction, error)
        else:
            await super().on_error(interaction, error)
        if isinstance(error, STALE):
            await self._sync_once()

    async def _sync_once(self) -> None:
        if not self._was_synced:
            self._was_synced = True
            await sync(self.client, services_of(self.client).notes)
