"""Events that can't be dealt with as they come are dealt with later: none is lost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from imgoe_bot.discordsim import Message
from imgoe_bot.discordsim.actions import threads
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.watching import incoming
from tests.flows.bot_process import bot_process
from tests.flows.kit import Harness, eventually, picture

AWAY_S = 3.0


@asynccontextmanager
async def _without(harness: Harness, table: str) -> AsyncGenerator[None]:
    """Let the bot's store refuse all that needs a table; it is away for that long."""
    await harness.write(f"ALTER TABLE {table} RENAME TO {table}_away")
    yield
    await asyncio.sleep(AWAY_S)  # how long it is away is what is tried
    await harness.write(f"ALTER TABLE {table}_away RENAME TO {table}")


async def _kept(harness: Harness, name: str) -> tuple[Message, object]:
    posted = await harness.ben.say(harness.photos, files=[picture(f"{name}.png", colour=name)])
    card = await harness.card_for(posted)
    return posted, card.embeds[0]["url"]


async def _gone(harness: Harness, page: object) -> None:
    async def holds() -> bool:
        return await harness.status(page) == 404

    await eventually(holds)


async def test_an_edit_that_breaks_the_bot_is_looked_at_again(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[int] = []

    def once(message: Any, *, us: int) -> Any:
        if message.content == "edited" and not broken:
            broken.append(message.id)
            raise ZeroDivisionError
        return facts_of(message, us=us)

    await running.set_option("keyword", "edited")
    posted = await running.ben.say(running.photos, "as it was", files=[picture()])
    await running.observed(posted)
    monkeypatch.setattr(incoming, "facts_of", once)

    await running.ben.edit(posted, "edited")

    await running.card_for(posted)
    assert broken == [posted.id]


@pytest.mark.parametrize("how", ["alone", "in bulk", "with its channel", "with its thread"])
async def test_a_deletion_while_the_store_is_away_takes_its_copies_along(
    harness: Harness, how: str
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("on_delete", "delete")
    async with bot_process(harness, IMGOE_ALLOW_PRIVATE_HOSTS="true") as bot:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        first, page = await _kept(harness, "red")
        second, other = await _kept(harness, "blue")
        pages = [page, other] if how in ("in bulk", "with its channel") else [page]
        thread = None
        if how == "with its thread":
            thread = await harness.ben.open_thread(harness.photos, "album")
            posted = await harness.ben.say(thread, files=[picture(colour="green")])
            pages = [(await harness.card_for(posted)).embeds[0]["url"]]

        async with _without(harness, "post"):
            if how == "alone":
                await harness.ben.delete(first)
            elif how == "in bulk":
                await harness.ada.delete_many([first, second])
            elif thread is not None:
                threads.delete_thread(harness.sim.world, thread)
            else:
                harness.guild.delete_channel(harness.photos)

        for each in pages:
            await _gone(harness, each)
    assert "Traceback" not in bot.read_text()


async def test_a_removal_while_the_store_is_away_is_noted_when_it_is_back(
    harness: Harness,
) -> None:
    gone = "SELECT count(*) FROM guild_stay WHERE gone_at IS NOT NULL"
    async with harness.bot():
        await harness.set_key()
        await eventually(lambda: harness.read_number("SELECT count(*) FROM guild_stay") == 1)

        async with _without(harness, "guild_stay"):
            harness.guild.remove_bot()
        await eventually(lambda: harness.read_number(gone) == 1)

        async with _without(harness, "guild_stay"):
            harness.guild.add_bot()
        await eventually(lambda: harness.read_number(gone) == 0)


async def test_an_author_whose_roles_discord_does_not_say_is_not_taken_for_one_without(
    harness: Harness,
) -> None:
    role = harness.guild.add_role("Photographers")
    harness.guild.set_roles(harness.ben, [role])
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("role", f"<@&{role.id}>")
    missed = await harness.ben.say(harness.photos, files=[picture()])
    harness.sim.faults.next_statuses(f"GET */members/{harness.ben.id}", [503, 503])

    async with harness.bot():
        await harness.card_for(missed)
