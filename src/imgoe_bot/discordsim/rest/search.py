"""REST routes that find: the search of a guild's messages, and fresh links for old ones.

Source: https://discord.com/developers/docs/resources/message#search-guild-messages
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from aiohttp import web

from imgoe_bot.discordsim.gateway.intents import shown_by_rest
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import not_among, problem, too_large
from imgoe_bot.discordsim.rest.http import path_id, query_int, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.rules.values import check_length
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.untyped_json import Payload, as_int, sequence

_MOST = 25
_MOST_LINKS = 50
_MOST_CHANNELS = 500
_FARTHEST = 9_975
_NOT_INDEXED = 110_000
_ALL_OF = frozenset({"has"})
"""Parameters of which a message must fit every value; of others, one will do."""
_LINK_MARKS = ("http://", "https://")


def _has_kind(prefix: str) -> Callable[[Message], bool]:
    def check(message: Message) -> bool:
        kinds = [item.content_type or "" for item in message.attachments]
        return any(kind.startswith(prefix) for kind in kinds)

    return check


_HAS: dict[str, Callable[[Message], bool]] = {
    "image": _has_kind("image/"),
    "video": _has_kind("video/"),
    "sound": _has_kind("audio/"),
    "file": lambda message: bool(message.attachments),
    "sticker": lambda message: bool(message.sticker_ids),
    "embed": lambda message: bool(message.embeds),
    "link": lambda message: any(mark in message.content for mark in _LINK_MARKS),
    "snapshot": lambda message: bool(message.snapshots),
}
_AUTHOR_TYPES: dict[str, Callable[[Message], bool]] = {
    "user": lambda message: not message.author.bot,
    "bot": lambda message: message.author.bot and message.webhook_id is None,
    "webhook": lambda message: message.webhook_id is not None,
}


class SearchRoutes(BotRoutes):
    """Finding messages and renewing links."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        return [
            web.get("/guilds/{guild_id}/messages/search", self.search),
            web.post("/attachments/refresh-urls", self.refresh),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """Find messages of a guild, the newest first, 25 at most.

        What stands in age-restricted channels is found only where it is asked for.
        """
        guild = self._world.guild(path_id(request, "guild_id"))
        bot = self._world.bot
        self._world.require_in_guild(bot, guild, Permission.READ_MESSAGE_HISTORY)
        if self._world.active_faults.searches_pending > 0:
            self._world.active_faults.searches_pending -= 1
            return _indexing()
        found = list(self._found(guild, request))
        if request.query.get("sort_order", "desc") == "desc":
            found.reverse()
        offset, limit = _offset(request), query_int(request, "limit", default=_MOST, most=_MOST)
        shown = [[shown_by_rest(self._world, item)] for item in found[offset : offset + limit]]
        total: Payload = {"doing_deep_historical_index": False, "total_results": len(found)}
        return reply(total | {"messages": shown})

    def _found(self, guild: Guild, request: web.Request) -> Iterable[Message]:
        query = request.query
        check_length(query.getall("channel_id", []), "channel_id", least=0, most=_MOST_CHANNELS)
        nsfw = query.get("include_nsfw", "false") == "true"
        messages = sorted(self._readable(guild, nsfw=nsfw), key=lambda message: message.id)
        checks = [_check(name, query.getall(name)) for name in query.keys() - _ALL_OF]
        checks += [_check(name, [value]) for name in _ALL_OF for value in query.getall(name, [])]
        return (message for message in messages if all(check(message) for check in checks))

    def _readable(self, guild: Guild, *, nsfw: bool) -> Iterable[Message]:
        for channel_id in guild.channel_ids:
            channel = self._world.channels[channel_id]
            held = self._world.permissions(channel, self._world.bot.id)
            hidden = self._world.is_nsfw(channel) and not nsfw
            if held & Permission.READ_MESSAGE_HISTORY and not hidden:
                yield from (item for item in channel.messages.values() if not item.ephemeral)

    async def refresh(self, request: web.Request) -> web.Response:
        """Sign old links anew; a link to nothing is refused with 50035."""
        body = await read_body(request)
        urls = [str(url) for url in sequence(body.data.get("attachment_urls"))]
        check_length(urls, "attachment_urls", most=_MOST_LINKS)
        renewed = [{"original": url, "refreshed": self._renewed(url)} for url in urls]
        return reply({"refreshed_urls": renewed})

    def _renewed(self, url: str) -> str:
        base = self._world.links.base_url
        if not url.startswith(f"{base}/attachments/"):
            raise problem(10008)
        return self._world.links.sign(unquote(urlsplit(url[len(base) + 1 :]).path))


def _indexing() -> web.Response:
    body: Payload = {
        "message": "Index not yet available. Try again later",
        "code": _NOT_INDEXED,
        "documents_indexed": 0,
        "retry_after": 0.05,
    }
    return reply(body, status=202)


def _offset(request: web.Request) -> int:
    raw = request.query.get("offset", "0")
    if not raw.isdecimal() or int(raw) > _FARTHEST:
        raise too_large("offset", _FARTHEST)
    return int(raw)


def _check(name: str, values: Sequence[str]) -> Callable[[Message], bool]:
    """Return whether a message fits a parameter, of which any of several values will do."""
    checks = [_check_one(name, value) for value in values]
    return lambda message: any(check(message) for check in checks)


def _check_one(name: str, value: str) -> Callable[[Message], bool]:
    if name == "has":
        return _is_or_not("has", value, _HAS)
    if name == "author_type":
        return _is_or_not("author_type", value, _AUTHOR_TYPES)
    checks: dict[str, Callable[[Message], bool]] = {
        "author_id": lambda message: str(message.author.id) == value,
        "channel_id": lambda message: str(message.channel_id) == value,
        "content": lambda message: value.lower() in message.content.lower(),
        "min_id": lambda message: message.id > as_int(value),
        "max_id": lambda message: message.id < as_int(value),
    }
    return checks.get(name, lambda message: True)


def _is_or_not(
    name: str, value: str, known: Mapping[str, Callable[[Message], bool]]
) -> Callable[[Message], bool]:
    """Return the check of one of these words, or of its opposite after a minus."""
    wanted = known.get(value.removeprefix("-"))
    if wanted is None:
        raise not_among(name, known)
    return lambda message: wanted(message) != value.startswith("-")
