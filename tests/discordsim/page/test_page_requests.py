"""What the chat page's server lets in, and what it does for whom."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Permission

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


class Browser:
    """A page's requests without a browser around them."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url

    async def send(
        self,
        path: str,
        payload: object,
        files: dict[str, bytes] | None = None,
        *,
        origin: str | None = "",
        method: str = "POST",
    ) -> tuple[int, dict[str, object]]:
        """Send a form as the page does; the origin is the page's own unless given."""
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("payload_json", payload if isinstance(payload, str) else json.dumps(payload))
        for part, data in (files or {}).items():
            form.add_field(part, data, filename="a.png", content_type="image/png")
        headers = {} if origin is None else {"Origin": origin or self.url}
        async with self._session.request(
            method, self.url + path, data=form, headers=headers
        ) as reply:
            text = await reply.text()
            return reply.status, json.loads(text) if text.startswith("{") else {"message": text}

    async def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Fetch a page; underscores in header names stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(self.url + path, headers=named) as reply:
            return reply.status, await reply.text(), dict(reply.headers)

    async def socket(
        self, person: int, origin: str | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """Open the page's WebSocket."""
        return await self._session.ws_connect(
            f"{self.url}/page/ws?person={person}", headers={"Origin": origin or self.url}
        )


@pytest_asyncio.fixture
async def browser(harness: "Harness") -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, harness.sim.url)


def say(harness: "Harness", content: str = "hello") -> dict[str, object]:
    return {
        "person": str(harness.alice.id),
        "channel_id": str(harness.memes.id),
        "content": content,
    }


async def test_the_page_allows_no_script_but_its_own(browser: Browser) -> None:
    status, text, headers = await browser.get("/")

    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "style=" not in text
    assert " on" + "click=" not in text


@pytest.mark.parametrize("name", ["app.js", "layout.css", "icon.svg"])
async def test_every_kind_of_static_file_has_its_type(browser: Browser, name: str) -> None:
    status, _, headers = await browser.get(f"/static/{name}")

    assert status == 200
    assert headers["Content-Type"].split(";")[0] in {
        "text/javascript",
        "text/css",
        "image/svg+xml",
    }


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fpage.py", "%2e%2e%2f__init__.py", "app"])
async def test_no_other_file_is_served(browser: Browser, name: str) -> None:
    status, _, _ = await browser.get(f"/static/{name}")

    assert status == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", "192.168.0.7:80"])
async def test_a_name_that_is_not_this_machine_is_refused(browser: Browser, host: str) -> None:
    status, _, _ = await browser.get("/", Host=host)

    assert status in {400, 403}


async def test_localhost_is_this_machine_too(browser: Browser) -> None:
    status, _, _ = await browser.get("/", Host="localhost:8080")

    assert status == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
async def test_another_page_cannot_speak_for_a_person(
    browser: Browser, harness: "Harness", origin: str | None
) -> None:
    status, _ = await browser.send("/page/messages", say(harness), origin=origin)

    assert status == 403
    assert harness.alice.messages(harness.memes) == []


async def test_another_page_cannot_listen(browser: Browser, harness: "Harness") -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await browser.socket(harness.alice.id, origin="http://evil.example")

    assert caught.value.status == 403


async def test_a_message_with_files_is_the_persons(
    browser: Browser, harness: "Harness", picture: bytes
) -> None:
    described = {"attachments": [{"id": 0, "spoiler": True, "description": "A blue field"}]}

    status, _ = await browser.send(
        "/page/messages", say(harness) | described, {"files[0]": picture, "files[1]": picture}
    )

    (message,) = harness.bob.messages(harness.memes)
    first, second = message.attachments
    assert status == 200
    assert (message.author, message.content) == (harness.alice.user, "hello")
    assert (first.description, bool(first.flags & 8), first.width_px) == ("A blue field", True, 3)
    assert (second.description, second.flags, second.data) == (None, 0, picture)


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        ({}, 404, "Unknown User"),
        ("no json", 400, "no JSON"),
        ("[1]", 404, "Unknown User"),
    ],
)
async def test_bad_input_gets_a_sentence(
    browser: Browser, payload: object, status: int, said: str
) -> None:
    answered, reply = await browser.send("/page/messages", payload)

    assert answered == status
    assert said in str(reply["message"])


async def test_what_discord_refuses_is_told_in_its_words(
    browser: Browser, harness: "Harness"
) -> None:
    assert await browser.send("/page/messages", say(harness, "")) == (
        400,
        {"message": "Cannot send an empty message"},
    )
    status, reply = await browser.send("/page/messages", say(harness, "x" * 5000))
    assert status == 400
    assert str(reply["message"]).startswith("Invalid Form Body: ")


async def test_edit_react_and_delete_act_on_the_message(
    browser: Browser, harness: "Harness"
) -> None:
    message = await harness.alice.say(harness.memes, "helo")
    place = {"person": str(harness.alice.id), "channel_id": str(harness.memes.id)}
    reaction = place | {"message_id": str(message.id), "emoji": "👍", "on": True}

    await browser.send(f"/page/messages/{message.id}", place | {"content": "hello"}, method="PATCH")
    await browser.send("/page/reactions", reaction)
    assert (message.content, message.reactions) == ("hello", {"👍": [harness.alice.id]})

    await browser.send("/page/reactions", reaction | {"on": False})
    query = f"person={harness.alice.id}&channel_id={harness.memes.id}"
    status, _ = await browser.send(f"/page/messages/{message.id}?{query}", {}, method="DELETE")
    assert (status, message.reactions, message.deleted) == (200, {}, True)


async def test_a_stranger_cannot_change_a_message(browser: Browser, harness: "Harness") -> None:
    message = await harness.bob.say(harness.memes, "mine")
    query = f"person={harness.alice.id}&channel_id={harness.memes.id}"

    status, _ = await browser.send(f"/page/messages/{message.id}?{query}", {}, method="DELETE")
    edited, _ = await browser.send(
        f"/page/messages/{message.id}", say(harness, "yours"), method="PATCH"
    )

    assert (status, edited, message.content, message.deleted) == (403, 400, "mine", False)


async def test_the_socket_tells_the_present_and_then_the_future(
    browser: Browser, harness: "Harness"
) -> None:
    await harness.bob.say(harness.memes, "before")
    socket = await browser.socket(harness.alice.id)

    first = await socket.receive_json(timeout=15)
    await harness.bob.say(harness.memes, "after")
    second = await socket.receive_json(timeout=15)
    await socket.close()

    shown = first["d"]["messages"][str(harness.memes.id)]
    assert (first["t"], [item["content"] for item in shown]) == ("SNAPSHOT", ["before"])
    assert (second["t"], second["d"]["content"]) == ("MESSAGE_CREATE", "after")


async def test_the_conversation_with_the_bot_is_always_there(
    browser: Browser, harness: "Harness"
) -> None:
    socket = await browser.socket(harness.alice.id)

    snapshot = await socket.receive_json(timeout=15)
    await socket.close()

    (direct,) = snapshot["d"]["dms"]
    assert [one["username"] for one in direct["recipients"]] == [harness.sim.bot_user.name]


async def test_a_directory_comes_on_request_without_messages(
    browser: Browser, harness: "Harness"
) -> None:
    socket = await browser.socket(harness.olga.id)
    await socket.receive_json(timeout=15)

    await socket.send_str("nonsense")
    await socket.send_str("directory")
    directory = await socket.receive_json(timeout=15)
    await socket.close()

    (guild,) = directory["d"]["guilds"]
    assert directory["t"] == "DIRECTORY"
    assert "messages" not in directory["d"]
    assert int(guild["permissions"]) & 1 << 3


async def test_options_name_people_channels_and_roles_by_id(
    browser: Browser, bot: "ScriptedBot", harness: "Harness"
) -> None:
    role = harness.guild.add_role("Curators")

    @bot.tree.command(description="Say who and where")
    async def point(
        interaction: discord.Interaction,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
    ) -> None:
        await interaction.response.send_message(f"{who.name} {where.name} {role.name}")

    await bot.tree.sync()
    options = {
        "who": {"id": str(harness.bob.id)},
        "where": {"id": str(harness.memes.id)},
        "role": {"id": str(role.id)},
    }
    act = say(harness) | {"kind": "slash", "name": "point", "options": options}

    status, _ = await browser.send("/page/interactions", act)

    assert status == 200
    await harness.alice.wait_for_message(
        harness.memes, lambda message: message.content == "bob memes Curators"
    )
    gone = act | {"options": options | {"who": {"id": "1"}}}
    status, reply = await browser.send("/page/interactions", gone)
    assert (status, reply["message"]) == (400, "that person, role or channel is gone")


async def test_nobody_presses_a_button_only_another_can_see(
    browser: Browser, bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Answer in private")
    async def secret(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Go", custom_id="go"))
        await interaction.response.send_message("psst", view=view, ephemeral=True)

    await bot.tree.sync()
    message = await (await harness.bob.slash(harness.memes, "secret")).wait_response()
    act = say(harness) | {"kind": "click", "message_id": str(message.id), "custom_id": "go"}

    status, reply = await browser.send("/page/interactions", act)

    assert (status, reply["message"]) == (404, "Unknown Message")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ({"kind": "dance"}, "no such kind of interaction"),
        ({"kind": "modal", "interaction_id": "7"}, "Unknown interaction"),
    ],
)
async def test_an_act_that_cannot_be_is_refused(
    browser: Browser, harness: "Harness", act: dict[str, object], said: str
) -> None:
    status, reply = await browser.send("/page/interactions", say(harness) | act)

    assert status in {400, 404}
    assert reply["message"] == said


async def test_every_fault_of_the_panel_can_be_let_loose_and_healed(
    browser: Browser, bot: "ScriptedBot", harness: "Harness"
) -> None:
    socket = await browser.socket(harness.alice.id)
    snapshot = await socket.receive_json(timeout=15)
    await socket.close()
    names = [fault["name"] for fault in snapshot["d"]["faults"]]
    again = await bot.hears("connect")

    answers = [await browser.send("/page/faults", say(harness) | {"name": name}) for name in names]

    assert [status for status, _ in answers] == [200] * len(names)
    assert names[-1] == "heal"
    assert not harness.alice.dms_closed
    assert harness.sim.bot_user.id not in harness.memes.overwrites
    await again


@pytest.mark.parametrize(
    ("name", "direct", "said"),
    [("nothing", False, "no fault 'nothing'"), ("mute", True, "Open a channel of a server first")],
)
async def test_a_fault_that_cannot_be_says_why(
    browser: Browser, harness: "Harness", name: str, direct: bool, said: str
) -> None:
    channel = harness.alice.dm if direct else harness.memes
    act = {"person": str(harness.alice.id), "channel_id": str(channel.id), "name": name}

    status, reply = await browser.send("/page/faults", act)

    assert status == 400
    assert str(reply["message"]).startswith(said)


async def test_only_commands_usable_in_a_channel_are_named_there(
    browser: Browser, bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Only here")
    @discord.app_commands.guild_only()
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    await bot.tree.sync()
    socket = await browser.socket(harness.alice.id)

    snapshot = await socket.receive_json(timeout=15)
    await socket.close()

    usable = snapshot["d"]["usable"]
    (command,) = snapshot["d"]["commands"]
    assert usable[str(harness.memes.id)] == [command["id"]]
    assert usable[str(harness.alice.dm.id)] == []


async def test_nobody_reads_forwards_or_opens_threads_where_they_may_not(
    browser: Browser, harness: "Harness"
) -> None:
    hidden = harness.guild.add_channel("hidden")
    harness.guild.overwrite(hidden, harness.alice, deny=Permission.VIEW_CHANNEL)
    secret = await harness.olga.say(hidden, "secret")
    mine = await harness.alice.say(harness.memes, "mine")
    there = {"person": str(harness.alice.id), "channel_id": str(hidden.id)}
    here = {"person": str(harness.alice.id), "channel_id": str(harness.memes.id)}

    query = f"person={harness.alice.id}&channel_id={hidden.id}&before={1 << 62}"
    read, _, _ = await browser.get(f"/page/messages?{query}")
    out = {**there, "message_id": str(secret.id), "to": str(harness.memes.id)}
    into = {**here, "message_id": str(mine.id), "to": str(hidden.id)}
    statuses = [
        (await browser.send("/page/forwards", out))[0],
        (await browser.send("/page/forwards", into))[0],
        (await browser.send("/page/threads", {**there, "name": "Mine"}))[0],
    ]

    assert (read, statuses) == (403, [403, 403, 403])
    assert harness.guild.threads == []


async def test_what_was_dismissed_cannot_be_used_any_more(
    browser: Browser, bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)

    await bot.tree.sync()
    hidden = await (await harness.alice.slash(harness.memes, "whisper")).wait_response()
    query = f"?person={harness.alice.id}&channel_id={harness.memes.id}"

    first, _ = await browser.send(f"/page/messages/{hidden.id}{query}", {}, method="DELETE")
    again, _ = await browser.send(f"/page/messages/{hidden.id}{query}", {}, method="DELETE")

    assert (first, again) == (200, 404)
    assert harness.alice.messages(harness.memes) == []
