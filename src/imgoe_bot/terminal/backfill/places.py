"""Where a place stands in its server, asked of Discord by REST as the bot asks it."""

from collections.abc import Mapping
from typing import Any, cast

import httpx

from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.hostapi import open_http
from imgoe_bot.settings.fields import Settings


class PlaceUnknown(Exception):
    """Discord does not show the bot this place, or it stands in another server."""


async def find_line(
    settings: Settings, *, server: int | None, channel: int | None
) -> tuple[GuildId, tuple[ChannelId, ...]]:
    """Return a place's server, and the place with what it stands in, innermost first.

    Raises:
        PlaceUnknown: there is no such place for the bot.
        SourceUnreachable: Discord did not answer.
    """
    async with open_http(connect_s=5, read_s=10) as http:
        if channel is None:
            await _get(settings, http, f"/guilds/{server}")
            return GuildId(server or 0), (ChannelId(server or 0),)
        line, parent, guild_id = [ChannelId(channel)], channel, 0
        while parent:
            found = await _get(settings, http, f"/channels/{parent}")
            guild_id, parent = int(found.get("guild_id") or 0), int(found.get("parent_id") or 0)
            line += [ChannelId(parent)] if parent else []
    if not guild_id or server not in (None, guild_id):
        raise PlaceUnknown
    return GuildId(guild_id), tuple(line)


async def _get(settings: Settings, http: httpx.AsyncClient, path: str) -> Mapping[str, Any]:
    token = settings.discord_token.get_secret_value()
    try:
        answer = await http.get(
            f"{settings.discord_api_url}{path}", headers={"Authorization": f"Bot {token}"}
        )
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise SourceUnreachable from error
    if answer.status_code in (httpx.codes.FORBIDDEN.value, httpx.codes.NOT_FOUND.value):
        raise PlaceUnknown
    if not answer.is_success or not isinstance(body, dict):
        raise SourceUnreachable(status=answer.status_code)
    return cast("Mapping[str, Any]", body)
