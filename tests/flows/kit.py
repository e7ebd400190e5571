"""The whole system on loopback: a Discord, an image host, the real bot, a real SQLite file."""

import asyncio
import base64
import contextlib
import io
import os
import re
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image

from imgoe_bot.discordsim import (
    Channel,
    ChannelType,
    DiscordSim,
    GuildHandle,
    Message,
    Permission,
    Person,
    SimOptions,
    Upload,
)
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.settings.environment import SECRET_KEY_BYTES
from imgoe_bot.settings.fields import Settings
from imgoe_bot.terminal.run import run_bot
from imgoe_bot.ui import endpoints

DELETE_LINK = re.compile(r"<(https?://[^\s>]+/delete/[0-9a-f]{48})>")
UNREACHABLE_URL = "http://127.0.0.1:9"
"""Where no host listens."""
PATIENCE_S = 30.0


def picture(
    name: str = "cat.png", *, colour: str = "teal", size: tuple[int, int] = (64, 48)
) -> Upload:
    """Return a real picture as a person posts it."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return Upload(name, file.getvalue(), "image/png")


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], *, patience_s: float = PATIENCE_S
) -> None:
    """Wait until something outside any event loop's reach is true; a TimeoutError if never."""
    async with asyncio.timeout(patience_s):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.01)


@dataclass(slots=True)
class Harness:
    """Everything a flow test needs: a Discord, an image host, a server with two people."""

    sim: DiscordSim
    host: HostServer
    guild: GuildHandle
    photos: Channel
    lounge: Channel
    ada: Person
    ben: Person
    folder: Path
    http: httpx.AsyncClient
    secret_key: str = field(
        default_factory=lambda: base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode()
    )

    def settings(self, **changes: object) -> Settings:
        """Return the bot's settings, given as the environment gives them."""
        given: dict[str, object] = {
            "discord_token": self.sim.bot_token,
            "discord_api_url": self.sim.api_url,
            "discord_gateway_url": self.sim.gateway_url,
            "discord_cdn_url": self.sim.cdn_url,
            "default_host_url": self.host.url,
            "secret_key": self.secret_key,
            "data_dir": str(self.folder / "bot"),
            "lease_s": 20,
            "allow_private_hosts": True,
        }
        return Settings.model_validate(given | changes)

    @asynccontextmanager
    async def bot(self, **changes: object) -> AsyncGenerator[None]:
        """Run the bot in this event loop, over real sockets."""
        before = endpoints.use(
            endpoints.Endpoints(self.sim.api_url, self.sim.gateway_url, self.sim.cdn_url)
        )
        task = asyncio.create_task(run_bot(self.settings(**changes)))
        try:
            ready = asyncio.create_task(self.sim.bot_ready(commands=True, timeout_s=60))
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            await ready
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            endpoints.use(before)

    async def set_key(self, key: str | None = None, *, host: str | None = None) -> Message:
        """Let the moderator set host and key; returns the bot's answer."""
        key = key or await self.host.create_key("flow")
        opened = await self.ada.slash(self.photos, "settings key")
        sent = await self.ada.fill_modal(opened, {"host": host or self.host.url, "key": key})
        return await sent.wait_response()

    async def set_untried_key(self, key: str, *, host: str | None = None) -> Message:
        """Let the moderator store what would be refused, by the way around a host that is away."""
        refused = await self.set_key(key, host=UNREACHABLE_URL)
        opened = await self.ada.click(refused, "Save without trying…")
        sent = await self.ada.fill_modal(opened, {"host": host or self.host.url, "key": key})
        return await sent.wait_response()

    async def mirror(self, channel: Channel | None = None) -> Message:
        """Let the moderator mirror a channel; returns the bot's answer, the notice being out."""
        place = channel or self.photos
        added = await self.ada.slash(self.photos, "mirror add", channel=place)
        answer = await added.wait_response()
        if place.type is ChannelType.TEXT and "mirrored now" in answer.content:
            await self.ada.wait_for_message(place, lambda m: "From now on" in m.content)
        return answer

    async def set_option(self, name: str, value: str, channel: Channel | None = None) -> None:
        """Let the moderator set an option of the server, or of a channel."""
        given = {} if channel is None else {"channel": channel}
        sent = await self.ada.slash(self.photos, "settings set", name=name, value=value, **given)
        await sent.wait_response()

    async def card_for(self, source: Message, by: Person | None = None) -> Message:
        """Wait for the bot's answer to a message."""

        def answers(message: Message) -> bool:
            reference = message.reference
            return reference is not None and reference.message_id == source.id

        channel = self.sim.world.channel(source.channel_id)
        card = await (by or self.ben).wait_for_message(channel, answers, PATIENCE_S)
        await eventually(lambda: self._has_noted(source))
        return card

    def _has_noted(self, source: Message) -> bool:
        """Tell whether the bot has written down that it answered, which it does after it did."""
        query = "SELECT count(*) FROM post WHERE message_id = ? AND NOT answered"
        return self.read_number(query, source.id) == 0

    async def observed(self, source: Message) -> None:
        """Wait until the bot has decided on a message, which is a while after it was posted."""
        query = "SELECT count(*) FROM seen WHERE channel_id = ? AND message_id >= ?"
        place = source.channel_id
        await eventually(lambda: self.read_number(query, place, source.id) > 0)

    def read_texts(self, query: str, *values: int | str) -> list[str]:
        """Return the one column that a query over the bot's database gives."""
        path = self.folder / "bot" / "imgoe_bot.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            return [str(row[0]) for row in file.execute(query, values)]

    def read_number(self, query: str, *values: int | str) -> int:
        """Return what a query over the bot's database counts."""
        path = self.folder / "bot" / "imgoe_bot.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            return int(file.execute(query, values).fetchone()[0])

    async def write(self, statement: str, *values: int | str) -> None:
        """Change the bot's database; in a thread, as the bot of this loop may be writing too."""

        def write() -> None:
            path = self.folder / "bot" / "imgoe_bot.sqlite3"
            with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE_S)) as file, file:
                file.execute(statement, values)

        await asyncio.to_thread(write)

    async def let_time_pass(self, step: str) -> None:
        """Make the jobs of a step that were put off due now, as if that time had come."""
        await self.write(
            "UPDATE job SET run_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000 "
            "WHERE step = ? AND state = 'ready'",
            step,
        )

    def cards(self, channel: Channel) -> list[Message]:
        """Return every card of the bot in a channel."""
        mine = [m for m in channel.messages.values() if m.author is self.sim.bot_user]
        seen = [message for message in mine if not message.ephemeral and not message.deleted]
        return [message for message in seen if message.embeds or message.flags & 1 << 15]

    async def direct_message_for(self, person: Person) -> Message:
        """Wait for the direct message with a delete link."""

        def has_link(message: Message) -> bool:
            return DELETE_LINK.search(message.content) is not None

        return await person.wait_for_message(person.dm, has_link, PATIENCE_S)

    async def keep_picture(self, name: str) -> None:
        """Have a picture kept: events come in order, so those before it were dealt with by then."""
        posted = await self.ben.say(self.photos, files=[picture(name)])
        await self.card_for(posted)
        await self.direct_message_for(self.ben)

    async def status(self, url: object) -> int:
        """Return the HTTP status of an address of the image host."""
        return (await self.http.get(str(url))).status_code


NO_PAUSES = SimOptions(fetch_previews=True, message_limit=50, message_window_s=1)
"""A Discord that lets the bot post without pauses."""


@asynccontextmanager
async def open_harness(
    folder: Path, sim_options: SimOptions, *, host_options: HostOptions | None = None
) -> AsyncGenerator[Harness]:
    """Open a server with a moderator and a member; the bot's data lies in ``folder / "bot"``."""
    async with (
        HostServer(host_options or HostOptions(data_dir=folder / "host")) as host,
        DiscordSim(sim_options) as sim,
        httpx.AsyncClient(verify=False) as http,  # noqa: S501 - plain HTTP; certificates cost 30 ms
    ):
        ada, ben = sim.add_person("ada"), sim.add_person("ben")
        guild = sim.add_guild("Photo club", owner=ada)
        guild.join(ada, permissions=Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
        guild.join(ben)
        photos, lounge = guild.add_channel("photos"), guild.add_channel("lounge")
        yield Harness(sim, host, guild, photos, lounge, ada, ben, folder, http)


async def enter_key(harness: Harness, channel: Channel, key: str) -> Message:
    """Let Ben enter a key; returns the panel."""
    asked = await harness.ben.slash(channel, "my-key")
    panel = await asked.wait_response(PATIENCE_S)
    opened = await harness.ben.click(panel, "Enter a key…")
    await harness.ben.fill_modal(opened, {"host": harness.host.url, "key": key})
    return panel


async def set_own_key(harness: Harness, channel: Channel) -> tuple[str, Message]:
    """Let Ben set a key of his own; returns it, and the panel, which shows how it ends."""
    key = await harness.host.create_key("ben")
    panel = await enter_key(harness, channel, key)
    await eventually(lambda: key[-4:] in panel.content)
    return key, panel


def channel_without_bot(harness: Harness) -> Channel:
    """Return a channel of a server that does not have the bot; Ben takes the app there."""
    other = harness.sim.add_guild("Elsewhere", owner=harness.ada, bot=False)
    other.join(harness.ben)
    harness.ben.has_app = True
    return other.add_channel("lobby")
