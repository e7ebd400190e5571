"""Discord's search of a server's messages, which discord.py does not wrap.

Source: https://discord.com/developers/docs/resources/message#search-guild-messages
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord.http import Route

from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.options import Kind

NOT_INDEXED = 110_000
SHOWN = 25
"""Messages that one answer shows, at most."""
CHANNELS_MAX = 500
"""Channels that one question can name, at most."""
TRIES = 3
LONGEST_WAIT_S = 5.0
"""A server that is still being indexed is asked again so soon, and so often, at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for.

    Attributes:
        channel_ids: empty for the whole server; ``CHANNELS_MAX`` at most.
        after: what comes after this id is found, as ``before``.
        kind: only messages with media of this kind, by people; None finds all.
    """

    guild_id: int
    channel_ids: Sequence[int]
    after: int
    before: int
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        total: messages.
        shown: messages that the answer shows, of which the rest is known.
        files: attachments of the kind in those.
        size_bytes: of these files.
    """

    total: int
    shown: int = 0
    files: int = 0
    size_bytes: int = 0


async def search(
    bot: discord.Client, question: Question, *, oldest_first: bool = False
) -> Answer | None:
    """Count what is found, and look at the first of it; one request where the server is indexed.

    Returns:
        None where the server is not indexed yet, or the bot may not search it.

    Raises:
        DiscordServerError, OSError: Discord did not answer.
    """
    route = Route("GET", "/guilds/{guild_id}/messages/search", guild_id=question.guild_id)
    parameters = _parameters(question, oldest_first=oldest_first)
    for _ in range(TRIES):
        try:
            body: Any = await bot.http.request(route, params=parameters)
        except (discord.Forbidden, discord.NotFound):
            return None
        if not isinstance(body, dict):
            return None
        answer = cast("Mapping[str, Any]", body)
        if answer.get("code") != NOT_INDEXED:
            return _read(answer, question.kind)
        await asyncio.sleep(min(float(answer.get("retry_after") or 1), LONGEST_WAIT_S))
    return None


def _parameters(question: Question, *, oldest_first: bool) -> list[tuple[str, str]]:
    found = [
        ("min_id", str(question.after)),
        ("max_id", str(question.before)),
        ("limit", str(SHOWN)),
        ("include_nsfw", "true"),
        ("sort_order", "asc" if oldest_first else "desc"),
    ]
    if question.kind is not None:
        found += [("has", question.kind.value), ("author_type", "user")]
    return found + [("channel_id", str(id_)) for id_ in question.channel_ids]


def _read(body: Mapping[str, Any], kind: Kind | None) -> Answer | None:
    """Read an answer; one of another form than documented, or from half an index, is none."""
    total = body.get("total_results")
    if not isinstance(total, int) or body.get("doing_deep_historical_index"):
        return None
    shown = [message for group in body.get("messages", ()) for message in group]
    sizes = [size for message in shown for size in _sizes(message, kind)]
    return Answer(total, len(shown), len(sizes), sum(sizes))


def _sizes(message: Mapping[str, Any], kind: Kind | None) -> Iterator[int]:
    """Yield the size of each file of a message that is of the kind."""
    for file in message.get("attachments", ()):
        name, declared = str(file.get("filename", "")), file.get("content_type")
        if kind is not None and kind_of(filename=name, content_type=declared) is kind:
            yield int(file.get("size") or 0)
