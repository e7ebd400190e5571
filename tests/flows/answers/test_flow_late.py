"""Answers that take longer than an interaction's token lives, on a Discord whose clock is moved."""

import time

import pytest

from imgoe_bot.discordsim import Channel, Upload
from tests.flows.kit import (
    DELETE_LINK,
    PATIENCE_S,
    Harness,
    channel_without_bot,
    eventually,
    picture,
    set_own_key,
)

TOKEN_LIFE_S = 15 * 60
TEXT = Upload("notes.png", b"words", "image/png")


async def _ask_and_wait_too_long(
    harness: Harness, channel: Channel, file: Upload, **more: object
) -> None:
    """Let Ben upload a file that Discord hands over when the command's token is long gone."""
    harness.sim.faults.delay("GET /cdn/*", 0.5)
    asked = await harness.ben.slash(channel, "upload", file=file, **more)
    await asked.wait_acknowledged(PATIENCE_S)
    harness.sim.world.clock = lambda: time.time() + TOKEN_LIFE_S + 1


async def test_a_card_comes_into_the_channel_then(running: Harness) -> None:
    await _ask_and_wait_too_long(running, running.lounge, picture())

    await running.ben.wait_for_message(running.lounge, lambda m: bool(m.embeds), PATIENCE_S)


@pytest.mark.parametrize("private", [False, True])
async def test_what_went_wrong_is_told_by_direct_message_then(
    running: Harness, private: bool
) -> None:
    await _ask_and_wait_too_long(running, running.lounge, TEXT, private=private)

    told = await running.ben.wait_for_message(
        running.ben.dm, lambda m: "notes.png" in m.content, PATIENCE_S
    )
    assert "no image or video" in told.content


async def test_who_takes_no_direct_messages_misses_it_and_the_bot_lives_on(
    running: Harness,
) -> None:
    running.ben.dms_closed = True
    refused = running.sim.calls.count("POST /users/@me/channels")
    await _ask_and_wait_too_long(running, running.lounge, TEXT)
    await eventually(lambda: running.sim.calls.count("POST /users/@me/channels") > refused)

    running.sim.faults.clear()
    asked = await running.ben.slash(running.lounge, "upload", file=picture())
    assert (await asked.wait_response(PATIENCE_S)).embeds


async def test_a_card_made_with_ones_own_key_comes_with_its_link_by_direct_message(
    harness: Harness,
) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)

        await _ask_and_wait_too_long(harness, lobby, picture())

        await harness.ben.wait_for_message(harness.ben.dm, lambda m: bool(m.embeds), PATIENCE_S)
        await harness.ben.wait_for_message(
            harness.ben.dm, lambda m: bool(DELETE_LINK.search(m.content)), PATIENCE_S
        )
