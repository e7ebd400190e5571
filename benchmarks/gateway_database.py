"""A bot's database, prepared for the servers of ``gateway_world``.

Every fourth server mirrors: one of two its whole server, the other one channel. Every fiftieth
server has a channel that is behind, and posts whose deletion matters.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Table, create_engine, insert

from benchmarks.gateway_world import (
    IDS_A_GUILD,
    NEWEST,
    PERSON_ID,
    TEXTS,
    channel_id,
    guild_id,
    newest_id,
)
from imgoe_bot.adapters.store import migrate, open_engine
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.settings.fields import PluginSettings

MIRRORED_EVERY, BUSY_EVERY = 4, 52
"""A busy server has a channel that is behind, and a post whose deletion matters; it mirrors too."""

LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)


def requests(guilds: int) -> int:
    """Return how many histories have to be read: one for each of both reasons."""
    return 2 * len(_busy(guilds))


def mirrored_channels(guilds: int) -> list[ChannelId]:
    """Return the ids of all channels that are mirrored."""
    mirrored = range(0, guilds, MIRRORED_EVERY)
    return [ChannelId(channel_id(each, at)) for each in mirrored for at in _channels(each)]


def prepare(settings: PluginSettings, guilds: int) -> None:
    """Make the database and fill it as that of a bot that was away for a while."""
    asyncio.run(_migrate(settings))
    engine = create_engine(f"sqlite:///{settings.data_dir}/imgoe_bot.sqlite3")
    with engine.begin() as connection:
        for table, rows in _tables(guilds):
            if rows:
                connection.execute(insert(table), rows)
    engine.dispose()


async def _migrate(settings: PluginSettings) -> None:
    engine = open_engine(settings.store_url, variable=settings.store_variable)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


def _busy(guilds: int) -> range:
    return range(0, guilds, BUSY_EVERY)


def _tables(guilds: int) -> Iterator[tuple[Table, Sequence[dict[str, object]]]]:
    mirrored = range(0, guilds, MIRRORED_EVERY)
    yield t.guild_stay, [{"guild_id": guild_id(each), "gone_at": None} for each in range(guilds)]
    yield t.mirror_rule, [_rule(each) for each in mirrored]
    yield t.seen, [mark for each in mirrored for mark in _marks(each)]
    busy = _busy(guilds)
    yield t.option_value, [_option(each) for each in busy]
    yield t.post, [_post(each) for each in busy]
    yield t.upload, [_upload(each) for each in busy]


def _channels(number: int) -> range:
    return range(TEXTS) if number % (2 * MIRRORED_EVERY) else range(1)


def _rule(number: int) -> dict[str, object]:
    is_wide = len(_channels(number)) > 1
    return {
        "id": f"r{number}",
        "guild_id": guild_id(number),
        "channel_id": guild_id(number) if is_wide else channel_id(number, 0),
        "created_by": PERSON_ID,
        "created_at": LONG_AGO,
        "paused": False,
        "lacks": None,
    }


def _marks(number: int) -> Iterator[dict[str, object]]:
    for each in _channels(number):
        is_behind = not each and number % BUSY_EVERY == 0
        yield {
            "channel_id": channel_id(number, each),
            "guild_id": guild_id(number),
            "message_id": newest_id(number) - (NEWEST // 2 if is_behind else 0),
        }


def _option(number: int) -> dict[str, object]:
    return {
        "guild_id": guild_id(number),
        "scope_id": 0,
        "name": "on_delete",
        "value": "delete",
    }


def _post(number: int) -> dict[str, object]:
    return {
        "id": f"p{number}",
        "origin": "mirror",
        "guild_id": guild_id(number),
        "channel_id": channel_id(number, 0),
        "message_id": newest_id(number),
        "author_id": PERSON_ID,
        "nsfw": False,
        "created_at": LONG_AGO,
        "answered": True,
    }


def _upload(number: int) -> dict[str, object]:
    return {
        "id": f"u{number}",
        "post_id": f"p{number}",
        "guild_id": guild_id(number),
        "uploader_id": PERSON_ID,
        "attachment_id": newest_id(number) % IDS_A_GUILD,
        "position": 0,
        "filename": "cat.png",
        "spoiler": False,
        "host_url": "http://127.0.0.1:9",
        "sha256": "0" * 64,
        "mime": "image/png",
        "size_bytes": 1,
        "viewer_url": f"http://127.0.0.1:9/image/{number}",
        "url": f"http://127.0.0.1:9/{number}.png",
        "created_at": LONG_AGO,
    }
