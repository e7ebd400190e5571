"""Use case: a person asks for files to be kept by a command; it is stored before it is begun."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from imgoe_bot.domain.command import Command, FileToUpload
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload_rights import check_may_upload
from imgoe_bot.errors import StoreError, UnderWay
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.commands import CommandStore
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.store_outage import StoreOutage

FORGET_EVERY_S = 3600.0
"""How often what is no longer needed is looked for, in seconds."""

log = structlog.stdlib.get_logger(__name__)


class CommandService:
    """Takes commands in; a worker does them, and answers them, after a restart too."""

    def __init__(
        self,
        commands: CommandStore,
        *,
        options: OptionService,
        layouts: Layouts,
        outage: StoreOutage,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._options = options
        self._layouts = layouts
        self._outage = outage
        self._clock = clock

    async def ask(
        self, actor: Actor, files: Sequence[FileToUpload], *, post: Post, command: Command
    ) -> None:
        """Store what somebody asks for; its answer comes from whoever does it.

        Raises:
            NotAllowed: the server lets only a role upload, and the actor lacks it.
            UnderWay: the message is being kept by another way.
        """
        options = await self._options.at(post.guild_id, post.channel_ids)
        check_may_upload(actor, options)
        layout = await self._layouts.choose(options, post.guild_id, files=len(files))
        shown = replace(post, layout=layout, nsfw=post.nsfw or command.requested.nsfw)
        hides = command.requested.nsfw and not post.nsfw
        asked = replace(
            command,
            requested=replace(command.requested, nsfw=hides),
            sources={each.item.position: each.source for each in files},
        )
        items = {each.item.attachment_id: each.item for each in reversed(files)}
        kept = list(reversed(items.values()))
        if not await self._outage.outlast(lambda: self._commands.add(shown, kept, asked)):
            raise UnderWay

    async def run(self) -> None:
        """Forget what is no longer needed, until cancelled."""
        while True:
            try:
                await self._commands.forget_old(now=self._clock.now())
            except StoreError as error:
                log.warning("old commands were not forgotten, trying again", error=repr(error))
            await asyncio.sleep(FORGET_EVERY_S)
