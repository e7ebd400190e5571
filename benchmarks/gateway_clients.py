"""One client of the gateway, measured from outside by ``bench_gateway``.

    python -m benchmarks.gateway_clients WAY PORT FOLDER

``bare`` is discord.py's own Client with the bot's intents and caches and nothing that listens;
``ours`` is the bot as ``imgoe-bot run`` runs it, in whose database one channel is mirrored;
``storing`` is the same but for its workers, so that what is stored stays to be done.
"""

import asyncio
import base64
import sys
from datetime import UTC, datetime
from pathlib import Path

import discord

from benchmarks.gateway_payloads import AUTHOR_ID, WITH_RULES, channel_id, guild_id
from imgoe_bot.app.services import open_services
from imgoe_bot.app.stores import open_stores
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, RuleId, UserId, new_id
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.settings.fields import Settings
from imgoe_bot.terminal.log import configure
from imgoe_bot.terminal.run import run_bot
from imgoe_bot.ui import endpoints
from imgoe_bot.ui.client.bot import ImgoeBot

MIRRORED_CHANNEL = 0
TOKEN = "bench.bench.bench"  # noqa: S105  # opens nothing


def settings_of(way: str, port: int, folder: Path) -> Settings:
    """Return the bot's settings: everything is on this machine."""
    return Settings.model_validate(
        {
            "discord_token": TOKEN,
            "discord_api_url": f"http://127.0.0.1:{port}/{way}/api",
            "discord_gateway_url": f"ws://127.0.0.1:{port}/{way}/gateway",
            "default_host_url": "http://127.0.0.1:9",
            "secret_key": base64.b64encode(bytes(32)).decode(),
            "data_dir": str(folder),
        }
    )


async def run_bare(settings: Settings) -> None:
    """Run discord.py's own client."""
    client = discord.Client(
        intents=discord.Intents(
            guilds=True, guild_messages=True, guild_reactions=True, message_content=True
        ),
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_messages=100,
    )
    async with client:
        await client.start(settings.discord_token.get_secret_value())


async def run_storing(settings: Settings) -> None:
    """Run the bot without its workers."""
    bot = ImgoeBot(message_content=True)
    async with bot, open_services(settings, bot) as services:
        bot.serve(services)
        await bot.login(settings.discord_token.get_secret_value())
        await bot.connect()


async def mirror_one_channel(settings: Settings) -> None:
    """Write a rule into the bot's database."""
    rule = MirrorRule(
        id=RuleId(new_id()),
        guild_id=GuildId(guild_id(WITH_RULES)),
        channel_id=ChannelId(channel_id(WITH_RULES, MIRRORED_CHANNEL)),
        created_by=UserId(AUTHOR_ID),
        created_at=datetime.now(UTC),
        begins_at=MessageId(0),
    )
    async with open_stores(settings) as stores:
        await stores.rules.add(rule)


async def main() -> None:
    """Run the way asked for until killed."""
    way, port, folder = sys.argv[1:]
    settings = settings_of(way, int(port), Path(folder))
    endpoints.use(
        endpoints.Endpoints(
            settings.discord_api_url, settings.discord_gateway_url, settings.discord_cdn_url
        )
    )
    if way == "bare":
        await run_bare(settings)
        return
    configure(level=settings.log_level, as_json=settings.log_json)
    await mirror_one_channel(settings)
    await (run_bot(settings) if way == "ours" else run_storing(settings))


if __name__ == "__main__":
    asyncio.run(main())
