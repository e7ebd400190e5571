"""Faults on purpose, and the loud refusal of what isn't there."""

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from imgoe_bot.discordsim import DiscordSim, SimOptions, UnknownRoutes

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


async def test_a_429_is_waited_out_by_the_bot(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.sim.faults.next_statuses("POST /channels/*/messages", [429, 429])
    channel = bot.get_partial_messageable(harness.memes.id)

    sent = await channel.send("patient")

    assert [message.id for message in harness.alice.messages(harness.memes)] == [sent.id]
    posts = [call for call in harness.sim.calls if call.startswith("POST /channels/")]
    assert len(posts) == 3


async def test_an_injected_status_reaches_the_bot_once(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.next_statuses("POST /channels/*/messages", [403])
    channel = bot.get_partial_messageable(harness.memes.id)

    with pytest.raises(discord.Forbidden):
        await channel.send("x")
    await channel.send("y")

    assert [message.content for message in harness.alice.messages(harness.memes)] == ["y"]


async def test_a_fault_may_come_after_some_requests_were_served(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.next_statuses("POST /channels/*/messages", [403], served_before=1)
    channel = bot.get_partial_messageable(harness.memes.id)

    await channel.send("x")
    with pytest.raises(discord.Forbidden):
        await channel.send("y")
    await channel.send("z")

    assert [m.content for m in harness.alice.messages(harness.memes)] == ["x", "z"]


async def test_a_delayed_route_keeps_the_bot_waiting(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    harness.sim.faults.delay("POST /channels/*/messages", 30)

    sending = asyncio.create_task(channel.send("x"))
    waited = await asyncio.wait([sending], timeout=0.1)

    assert waited == (set(), {sending})
    assert harness.alice.messages(harness.memes) == []
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_rate_limit_headers_come_with_every_answer(harness: "Harness") -> None:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{harness.sim.api_url}/users/@me") as response,
    ):
        assert response.headers["X-RateLimit-Limit"] == "50"
        assert response.headers["X-RateLimit-Remaining"] == "49"
        assert float(response.headers["X-RateLimit-Reset-After"]) <= 1
        assert response.headers["Content-Type"] == "application/json"


class TestStrictLimits:
    """With two requests of a kind in a third of a second."""

    @pytest.fixture
    def options(self) -> SimOptions:
        return SimOptions(rate_limit=2, rate_window_s=0.3)

    async def test_the_third_request_of_a_window_is_429_with_via(self, harness: "Harness") -> None:
        headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for expected in (200, 200, 429):
                async with session.get(f"{harness.sim.api_url}/users/@me") as response:
                    assert response.status == expected
                    body = await response.json()
            assert "Via" in response.headers
            assert body["global"] is False
            assert 0 < body["retry_after"] <= 0.3


class TestPace:
    """With Discord's own pace, as it is without options."""

    @pytest.fixture
    def options(self) -> SimOptions:
        return SimOptions()

    async def test_the_sixth_message_to_a_channel_waits(self, harness: "Harness") -> None:
        other = harness.guild.add_channel("other")
        headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
        answers: list[int] = []
        left: list[tuple[str, str]] = []
        async with aiohttp.ClientSession(harness.sim.api_url + "/", headers=headers) as session:
            for place in [harness.memes] * 6 + [other]:
                address = f"channels/{place.id}/messages"
                async with session.post(address, json={"content": "x"}) as response:
                    answers.append(response.status)
                    told = response.headers
                    left += [(told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"])]

        assert answers == [200] * 5 + [429, 200]
        assert [left[0], left[4], left[-1]] == [("5", "4"), ("5", "0"), ("5", "4")]


async def test_a_wrong_token_is_401(harness: "Harness") -> None:
    with pytest.raises(discord.LoginFailure):
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login("wrong")


async def test_an_unknown_route_is_501_and_fails_the_block() -> None:
    async def use() -> None:
        async with DiscordSim() as sim:
            headers = {"Authorization": f"Bot {sim.bot_token}"}
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.post(f"{sim.api_url}/guilds/1/soundboard-sounds") as response,
            ):
                assert response.status == 501

    with pytest.raises(UnknownRoutes) as failed:
        await use()

    assert failed.value.calls == ["POST /guilds/1/soundboard-sounds"]


async def test_an_unknown_route_is_forgiven_where_asked() -> None:
    async with DiscordSim(SimOptions(strict=False)) as sim:
        headers = {"Authorization": f"Bot {sim.bot_token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{sim.api_url}/nowhere") as response,
        ):
            assert response.status == 501
    assert sim.unknown_calls == ["GET /nowhere"]


async def test_tokens_are_left_out_of_the_list_of_calls(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Say hello")
    async def hello(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hi")

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "hello")
    await asked.wait_response()

    assert not any(asked.state.token in call for call in harness.sim.calls)
    assert harness.sim.bot_token not in repr(harness.sim.world)
    assert asked.state.token not in repr(asked)


@pytest.mark.parametrize(
    ("code", "status"), [(40003, 403), (20026, 403), (50278, 403), (90001, 403), (123456, 403)]
)
async def test_any_of_discords_refusals_can_be_injected(
    bot: "ScriptedBot", harness: "Harness", code: int, status: int
) -> None:
    harness.sim.faults.next_problems("POST /users/@me/channels", [code])
    user = await bot.fetch_user(harness.alice.id)
    with pytest.raises(discord.Forbidden) as refused:
        await user.create_dm()
    assert (refused.value.code, refused.value.status) == (code, status)


async def test_a_refusal_can_be_given_another_status(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.next_problems("POST /users/@me/channels", [200000], status=400)
    user = await bot.fetch_user(harness.alice.id)
    with pytest.raises(discord.HTTPException) as refused:
        await user.create_dm()
    assert (refused.value.code, refused.value.status) == (200000, 400)


async def test_the_global_limit_holds_the_whole_bot(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.sim.faults.global_limit(retry_after_s=0.05)
    sent = await bot.get_partial_messageable(harness.memes.id).send("after")
    assert sent.content == "after"


async def test_a_server_error_is_tried_again(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.sim.faults.next_statuses("GET /users/*", [502])
    user = await bot.fetch_user(harness.alice.id)
    assert user.name == "alice"


async def test_events_can_come_in_the_wrong_order(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.sim.faults.reorder_events(2)
    heard = await bot.hears_message()
    first = await harness.alice.say(harness.memes, "first")
    second = await harness.alice.say(harness.memes, "second")

    assert (await heard).id == second.id
    assert first.id < second.id


async def test_clearing_ends_every_fault(bot: "ScriptedBot", harness: "Harness") -> None:
    faults = harness.sim.faults
    faults.next_statuses("*", [403] * 9)
    faults.reorder_events(9)
    faults.duplicate_events(3)
    faults.fail_all_previews()
    heard = await bot.hears_message(harness.alice.id)
    await harness.alice.say(harness.memes, "held back")

    faults.clear()

    assert (await heard).content == "held back"
    assert (await bot.fetch_user(harness.alice.id)).name == "alice"


async def test_a_delayed_answer_is_served_at_once(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.sim.faults.delay_answer("POST /channels/*/messages", 30)
    sending = asyncio.create_task(bot.get_partial_messageable(harness.memes.id).send("x"))
    await harness.alice.wait_for_message(harness.memes)
    assert not sending.done()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


class TestGlobalLimit:
    """With two requests a second in all."""

    @pytest.fixture
    def options(self) -> SimOptions:
        return SimOptions(global_limit=2)

    async def test_the_third_request_of_a_second_is_globally_limited(
        self, harness: "Harness"
    ) -> None:
        headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for path in ("users/@me", "gateway/bot", f"users/{harness.alice.id}"):
                async with session.get(f"{harness.sim.api_url}/{path}") as response:
                    body = await response.json()
        assert (response.status, body["global"]) == (429, True)
        assert harness.sim.refusals == [f"429 GET /users/{harness.alice.id}"]
