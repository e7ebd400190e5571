"""Whatever a bot sends, the simulator answers in Discord's way and never fails inside."""

import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgoe_bot.discordsim import Permission

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness

ODD: list[object] = [None, [], {}, "words", -1, 1.5, True, [None], {"id": None}, "9" * 40]
ROUTES = [
    ("POST", "channels/{memes}/messages"),
    ("POST", "channels/{memes}/messages/bulk-delete"),
    ("POST", "channels/{memes}/threads"),
    ("PATCH", "channels/{memes}"),
    ("PUT", "channels/{memes}/permissions/{guild}"),
    ("POST", "guilds/{guild}/channels"),
    ("POST", "guilds/{guild}/roles"),
    ("PATCH", "guilds/{guild}/members/{alice}"),
    ("PUT", "applications/{app}/commands"),
    ("POST", "applications/{app}/commands"),
    ("POST", "users/@me/channels"),
    ("POST", "attachments/refresh-urls"),
]
FIELDS = [
    "content",
    "embeds",
    "components",
    "attachments",
    "flags",
    "nonce",
    "message_reference",
    "allowed_mentions",
    "sticker_ids",
    "messages",
    "name",
    "type",
    "permissions",
    "roles",
    "permission_overwrites",
    "recipient_id",
    "attachment_urls",
    "options",
    "archived",
    "message",
    "applied_tags",
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_odd_values_are_refused_not_choked_on(
    harness: "Harness", method: str, path: str
) -> None:
    harness.guild.grant_bot(Permission.ADMINISTRATOR)
    address = path.format(
        memes=harness.memes.id,
        guild=harness.guild.id,
        alice=harness.alice.id,
        app=harness.sim.application_id,
    )
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    async with aiohttp.ClientSession(harness.sim.api_url + "/", headers=headers) as session:
        for value in ODD:
            for body in (value, dict.fromkeys(FIELDS, value)):
                async with session.request(method, address, json=body) as response:
                    assert response.status < 500, body


@pytest.mark.parametrize("query", ["before=x", "after=-1", "around=", "limit=x", "limit=0"])
async def test_odd_queries_are_refused(harness: "Harness", query: str) -> None:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    address = f"{harness.sim.api_url}/channels/{harness.memes.id}/messages?{query}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(address) as response,
    ):
        assert (response.status, (await response.json())["code"]) == (400, 50035)


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "id", "items", "media", "d", "op"]), inner)
    ),
    max_leaves=8,
)


@given(frame=TREE)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_frame_ends_in_a_close_code_or_an_answer(
    harness: "Harness", frame: object
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(harness.sim.gateway_url) as socket,
    ):
        await socket.receive_str(timeout=15)
        await socket.send_str(json.dumps({"op": 2, "d": frame}))
        await socket.receive(timeout=15)
        assert socket.close_code in {4004, 4010, 4013}
