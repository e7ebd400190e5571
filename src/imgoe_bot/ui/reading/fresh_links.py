"""Old links to files at Discord, signed anew by Discord itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
import structlog
from discord.http import Route

from imgoe_bot.ui.endpoints import path_at_discord
from imgoe_bot.ui.reading.media_references import MediaReference, attachment_at

LINKS_MAX = 50
"""The most that Discord takes at once."""

log = structlog.stdlib.get_logger(__name__)


async def refreshed(client: discord.Client, urls: Sequence[str]) -> Mapping[str, str]:
    """Return fresh links by old ones; what Discord does not answer has none.

    Source: Discord's own clients; its documentation does not name this request.
    """
    if not urls:
        return {}
    route = Route("POST", "/attachments/refresh-urls")
    body = {"attachment_urls": list(urls[:LINKS_MAX])}
    try:
        answer: Any = await client.http.request(route, json=body)
    except (discord.DiscordException, OSError) as error:
        log.warning("old links can't be signed anew", error=type(error).__name__)
        return {}
    return dict(_pairs(answer))


async def freshened(client: discord.Client, reference: MediaReference) -> MediaReference:
    """Return the same with a link that works: one that stands in a text is as old as that text."""
    if not reference.typed or attachment_at(reference.url) is None:
        return reference
    fresh = await refreshed(client, [reference.url])
    return replace(reference, url=fresh.get(reference.url, reference.url))


def _pairs(answer: Any) -> Iterator[tuple[str, str]]:  # an edge: nobody says what it is
    """Read what came of it; nothing where it is not what it was."""
    try:
        pairs = [
            (str(pair["original"]), str(pair["refreshed"])) for pair in answer["refreshed_urls"]
        ]
    except (TypeError, KeyError):
        return
    yield from ((old, new) for old, new in pairs if path_at_discord(new))
