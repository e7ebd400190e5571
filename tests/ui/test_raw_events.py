"""A bot of its own builds nothing of what no rule can want, and misses nothing by that."""

import asyncio
import base64
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import pytest_asyncio

from benchmarks.gateway_payloads import (
    AUTHOR_ID,
    BOT_ID,
    channel_id,
    guild_create,
    guild_id,
    message_create,
    user,
)
from imgoe_bot.app.services import open_services
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, MessageId, PostId, UserId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.post import Origin, Post
from imgoe_bot.settings.fields import Settings
from imgoe_bot.ui.client.bot import ImgoeBot
from imgoe_bot.ui.client.raw_events import pass_over_quiet_messages
from imgoe_bot.ui.container import Services, attach
from imgoe_bot.ui.outbound.source_finder import SourceFinder
from imgoe_bot.ui.watching.quiet_messages import QuietMessages

RULED, UNRULED = 0, 1
MIRRORED, BESIDE, VOICE, STAGE = 0, 1, 2, 3
THREAD = 4
KINDS = {VOICE: 2, STAGE: 13}
PLACE = GuildId(guild_id(RULED)), ChannelId(channel_id(RULED, MIRRORED))


@dataclass(slots=True)
class Desk:
    """A bot that is told events without a gateway, and what it went on to tell of them."""

    bot: ImgoeBot
    services: Services
    file: Path
    told: list[str] = field(default_factory=list[str])

    @property
    def state(self) -> Any:
        """discord.py's inside."""
        return self.bot._connection  # pyright: ignore[reportPrivateUsage]

    async def tell(self, event: str, data: dict[str, Any]) -> list[str]:
        """Have an event parsed; returns what came of it."""
        self.told.clear()
        self.state.parsers[event](data)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return self.told[:]

    def channel(self, guild: int, channel: int) -> Any:
        """Return a channel as discord.py knows it."""
        found = self.bot.get_guild(guild_id(guild))
        assert found is not None
        return found.get_channel_or_thread(channel_id(guild, channel))

    async def mark(self) -> int:
        """Return the mark of the mirrored channel."""
        return (await self.services.marks.stored(PLACE[0])).get(PLACE[1], 0)

    def catch_up(self) -> None:
        """Have nothing missed in the mirrored channel."""
        self.services.marks.begin_new(*PLACE)


def _server(guild: int) -> dict[str, Any]:
    payload = guild_create(guild)
    for number, kind in KINDS.items():
        payload["channels"][number] |= {"type": kind, "bitrate": 64000, "user_limit": 0}
        payload["channels"][number] |= {"rtc_region": None}
    thread = {
        "id": str(channel_id(guild, 100 + THREAD)),
        "guild_id": str(guild_id(guild)),
        "parent_id": str(channel_id(guild, BESIDE)),
        "owner_id": str(AUTHOR_ID),
        "type": 11,
        "name": "thread",
        "last_message_id": None,
        **{name: 0 for name in ("message_count", "member_count", "rate_limit_per_user", "flags")},
    }
    stamp = "2024-01-01T00:00:00+00:00"
    about: dict[str, Any] = {"archived": False, "archive_timestamp": stamp, "locked": False}
    about["auto_archive_duration"] = 60
    payload["threads"] = [thread | {"thread_metadata": about}]
    return payload


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A bot in two servers; in one of them a channel is mirrored."""
    key = base64.b64encode(bytes(32)).decode()
    settings = Settings.model_validate(
        {"discord_token": "a.b.c", "secret_key": key, "data_dir": str(tmp_path)}
    )
    bot = ImgoeBot(message_content=True)
    async with bot, open_services(settings, bot) as services:
        opened = Desk(bot, services, tmp_path / "imgoe_bot.sqlite3")
        data: Any = user(BOT_ID, bot=True)
        opened.state.user = discord.ClientUser(state=opened.state, data=data)
        for guild in (RULED, UNRULED):
            opened.state._add_guild_from_data(_server(guild))
        actor = Actor(UserId(AUTHOR_ID), PLACE[0], frozenset({MANAGE_GUILD}))
        await services.mirrors.add_rule(actor, PLACE[1], begins_at=MessageId(1))
        await services.mirrors.all_rules()
        opened.catch_up()

        async def note_message(message: discord.Message) -> None:
            opened.told.append("message")

        async def note_edit(event: discord.RawMessageUpdateEvent) -> None:
            opened.told.append("edit")

        bot.add_listener(note_message, "on_message")
        bot.add_listener(note_edit, "on_raw_message_edit")
        assert pass_over_quiet_messages(bot, QuietMessages(bot, services))
        yield opened


QUIET = {
    "a text in a server without rules": (UNRULED, MIRRORED, False),
    "a picture in a server without rules": (UNRULED, MIRRORED, True),
    "a picture beside a mirrored channel": (RULED, BESIDE, True),
    "a text in a mirrored channel": (RULED, MIRRORED, False),
}


@pytest.mark.parametrize("kind", QUIET)
async def test_nothing_is_told_of_a_quiet_message_nor_of_its_edit(desk: Desk, kind: str) -> None:
    guild, channel, picture = QUIET[kind]
    data = message_create(guild, channel, picture=picture)

    assert await desk.tell("MESSAGE_CREATE", data) == []
    assert await desk.tell("MESSAGE_UPDATE", data) == []
    assert desk.channel(guild, channel).last_message_id == int(data["id"])


async def test_a_picture_in_a_mirrored_channel_is_told_of(desk: Desk) -> None:
    data = message_create(RULED, MIRRORED, picture=True)

    assert await desk.tell("MESSAGE_CREATE", data) == ["message"]
    assert await desk.tell("MESSAGE_UPDATE", data) == ["edit"]


@pytest.mark.parametrize("rule", ["works", "rests", "is gone"])
async def test_an_edit_that_takes_the_picture_away_reaches_what_is_in_memory(
    desk: Desk, rule: str
) -> None:
    """Its upload takes the link from there."""
    data = message_create(RULED, MIRRORED, picture=True)
    await desk.tell("MESSAGE_CREATE", data)
    actor = Actor(UserId(AUTHOR_ID), PLACE[0], frozenset({MANAGE_GUILD}))
    if rule == "rests":
        await desk.services.pauses.pause(actor, [PLACE[1]], asked_at=MessageId(1))
    elif rule == "is gone":
        await desk.services.mirrors.remove_rule(actor, PLACE[1])
    await desk.services.mirrors.rules(PLACE[0])

    await desk.tell("MESSAGE_UPDATE", data | {"attachments": []})

    assert [known.attachments for known in desk.bot.cached_messages] == [[]]


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=25)])
async def test_an_upload_takes_a_link_as_it_came_only_while_that_is_fresh(
    desk: Desk, age: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have waited for a day; by then the link is of no use, and edits were missed."""
    attach(desk.bot, desk.services)
    at = discord.utils.utcnow() - age
    data = message_create(RULED, MIRRORED, picture=True)
    data |= {"id": str(discord.utils.time_snowflake(at))}
    await desk.tell("MESSAGE_CREATE", data)
    (file,) = data["attachments"]
    anew = data | {"attachments": [file | {"url": "https://cdn.discordapp.com/anew.png"}]}

    async def get_message(*_: object) -> dict[str, Any]:
        return anew

    monkeypatch.setattr(desk.bot.http, "get_message", get_message)
    posted = Post(
        id=PostId("post"),
        origin=Origin.MIRROR,
        guild_id=PLACE[0],
        channel_id=PLACE[1],
        author_id=UserId(AUTHOR_ID),
        created_at=at,
        message_id=MessageId(int(data["id"])),
    )
    wanted = Item(AttachmentId(int(file["id"])), 0, "cat.png")

    source = await SourceFinder(desk.bot).find_source(posted, wanted)

    assert (source.url == file["url"]) == (not age)


@pytest.mark.parametrize("channel", [MIRRORED, VOICE, STAGE, 100 + THREAD])
async def test_the_newest_message_of_a_channel_is_noted_as_discord_py_notes_it(
    desk: Desk, channel: int
) -> None:
    quiet = message_create(UNRULED, channel, picture=False)
    looked_at = quiet | {"id": str(int(quiet["id"]) + 1), "thread": _server(UNRULED)["threads"][0]}

    assert await desk.tell("MESSAGE_CREATE", quiet) == []
    by_us = desk.channel(UNRULED, channel).last_message_id
    assert await desk.tell("MESSAGE_CREATE", looked_at) == ["message"]
    by_discord_py = desk.channel(UNRULED, channel).last_message_id

    assert (by_us, by_discord_py) == (int(quiet["id"]), int(looked_at["id"]))


async def test_a_quiet_message_moves_the_mark_of_its_channel(desk: Desk) -> None:
    data = message_create(RULED, MIRRORED, picture=False)

    await desk.tell("MESSAGE_CREATE", data)

    assert await desk.mark() == int(data["id"])


async def test_a_quiet_message_right_behind_a_new_session_moves_no_mark(desk: Desk) -> None:
    async def hold() -> None:
        desk.services.marks.hold_all()

    begun = asyncio.create_task(hold())  # as discord.py tells of a session
    await desk.tell("MESSAGE_CREATE", message_create(RULED, MIRRORED, picture=False))

    await begun
    assert await desk.mark() == 0


async def test_what_comes_in_a_channel_that_is_held_is_looked_at(desk: Desk) -> None:
    desk.services.marks.hold_all()

    data = message_create(RULED, MIRRORED, picture=False)

    assert await desk.tell("MESSAGE_CREATE", data) == ["message"]


async def test_what_comes_while_the_rules_are_not_in_memory_is_looked_at(desk: Desk) -> None:
    actor = Actor(UserId(AUTHOR_ID), PLACE[0], frozenset({MANAGE_GUILD}))
    await desk.services.mirrors.remove_rule(actor, PLACE[1])

    data = message_create(RULED, MIRRORED, picture=False)

    assert await desk.tell("MESSAGE_CREATE", data) == ["message"]
    await desk.services.mirrors.rules(PLACE[0])
    assert await desk.tell("MESSAGE_CREATE", data) == []


async def test_a_rule_that_lacks_a_permission_has_its_messages_looked_at(desk: Desk) -> None:
    with contextlib.closing(sqlite3.connect(desk.file)) as file, file:
        file.execute("UPDATE mirror_rule SET paused = 1, lacks = 'view_channel'")
    await desk.services.mirrors.all_rules()

    data = message_create(RULED, MIRRORED, picture=False)

    assert await desk.tell("MESSAGE_CREATE", data) == ["message"]


async def test_an_edit_of_our_own_message_is_left_to_discord_py(desk: Desk) -> None:
    data = message_create(UNRULED, MIRRORED, picture=False)

    assert await desk.tell("MESSAGE_UPDATE", data | {"author": user(BOT_ID, bot=True)}) == ["edit"]


@pytest.mark.parametrize("unknown", ["guild_id", "channel_id"])
async def test_where_a_message_stands_that_is_not_known_it_is_looked_at(
    desk: Desk, unknown: str
) -> None:
    data = message_create(UNRULED, MIRRORED, picture=False) | {unknown: "5"}

    assert await desk.tell("MESSAGE_CREATE", data) == ["message"]


async def test_what_can_not_be_read_is_left_to_discord_py(desk: Desk) -> None:
    data = message_create(UNRULED, MIRRORED, picture=False) | {"channel_id": "no number"}

    with pytest.raises(ValueError, match="no number"):
        desk.state.parsers["MESSAGE_CREATE"](data)


async def test_a_discord_py_without_its_table_of_parsers_looks_at_everything(desk: Desk) -> None:
    parsers = desk.state.parsers
    del parsers["MESSAGE_UPDATE"]
    before = parsers["MESSAGE_CREATE"]

    assert not pass_over_quiet_messages(desk.bot, QuietMessages(desk.bot, desk.services))
    assert parsers["MESSAGE_CREATE"] is before
