"""Where discord.py finds Discord: the real one, or one on loopback."""

from dataclasses import dataclass

import discord.asset
import discord.gateway
import discord.http
from yarl import URL

FILE_URLS = ("https://cdn.discordapp.com", "https://media.discordapp.net")
"""Where Discord's attachments lie, under either name."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Discord's three addresses, without a trailing slash."""

    api_url: str
    gateway_url: str
    cdn_url: str


def use(endpoints: Endpoints) -> Endpoints:
    """Point this process's discord.py at these addresses; returns those used before.

    Source: DISCORD.md section 2; discord.py has no setting for them, only these class attributes.
    """
    before = Endpoints(
        api_url=discord.http.Route.BASE,
        gateway_url=str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY).rstrip("/"),
        cdn_url=discord.asset.Asset.BASE,
    )
    discord.http.Route.BASE = endpoints.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(endpoints.gateway_url)
    discord.asset.Asset.BASE = endpoints.cdn_url  # pyright: ignore[reportAttributeAccessIssue]  # typed as the one literal
    return before


def path_at_discord(url: str) -> str | None:
    """Return the path of an address of Discord's files, None for an address elsewhere."""
    for base in (discord.asset.Asset.BASE, *FILE_URLS):
        if url.startswith(f"{base}/"):
            return url.removeprefix(base).partition("?")[0]
    return None
