"""The two sides of the outside world: the image host with the files to read, and Discord."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from imgoe_bot.adapters.image_host.chevereto import CheveretoHost
from imgoe_bot.adapters.image_host.thumbs import HostThumbReader
from imgoe_bot.adapters.sources.attachments import AttachmentReader
from imgoe_bot.adapters.sources.guarded_http import open_guarded_http
from imgoe_bot.adapters.sources.web import SourceReader, WebReader
from imgoe_bot.hostapi import open_http
from imgoe_bot.public_internet import guarded_sockets
from imgoe_bot.services.ports.backfill import BackfillPlaces
from imgoe_bot.services.ports.commands import CommandAnswerer
from imgoe_bot.services.ports.media import MediaReader, ThumbReader
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.ports.mirroring import Members
from imgoe_bot.services.reports.library import CardPoster
from imgoe_bot.settings.fields import PluginSettings

DISCORD_MEDIA_URLS = (
    "https://media.discordapp.net",
    "https://images-ext-1.discordapp.net",
    "https://images-ext-2.discordapp.net",
)
"""Where Discord serves attachments besides, and by proxy the pictures of previews."""


@dataclass(frozen=True, slots=True)
class HostSide:
    """Where files go, and who reads them from where they are.

    Attributes:
        thumb_reads: for how many cards at once small pictures are read.
    """

    host: CheveretoHost
    reader: MediaReader
    thumbs: ThumbReader
    thumb_reads: int


@dataclass(frozen=True, slots=True)
class DiscordSide:
    """What use cases write in Discord, and what they ask of it."""

    messenger: Messenger
    answerer: CommandAnswerer
    card_poster: CardPoster
    backfill_places: BackfillPlaces
    members: Members


@asynccontextmanager
async def open_host_side(settings: PluginSettings) -> AsyncGenerator[HostSide]:
    """Open the connections to image hosts and to what is read, for as long as the block runs."""
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(open_http())
        web = WebReader(await stack.enter_async_context(open_guarded_http()))
        bases = (settings.discord_cdn_url, *DISCORD_MEDIA_URLS)
        known = None if settings.allow_private_hosts else settings.own_host_urls
        yield HostSide(
            host=await stack.enter_async_context(_open_host(settings, http)),
            reader=SourceReader(
                AttachmentReader(http, bases=bases), web=web if settings.allow_urls else None
            ),
            thumbs=HostThumbReader(http, web=web, known=known),
            thumb_reads=settings.thumb_reads,
        )


@asynccontextmanager
async def _open_host(
    settings: PluginSettings, http: httpx.AsyncClient
) -> AsyncGenerator[CheveretoHost]:
    """Open the way to image hosts; the operator's own may lie anywhere, others in public only."""
    if settings.allow_private_hosts:
        yield CheveretoHost(http)
        return
    async with open_http(socket_factory=guarded_sockets()) as guarded:
        yield CheveretoHost(http, guarded=guarded, known=settings.own_host_urls)
