"""A host that takes the same bytes once only: who posts them again shares the copy."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Message, Person
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import DELETE_LINK, Harness, picture


@dataclass
class Pair:
    """Two people who posted the same picture, Ben first.

    Attributes:
        page: of the copy, as Ben's card has it.
    """

    harness: Harness
    sources: dict[str, Message]
    cards: dict[str, Message]
    page: object = None

    def person(self, name: str) -> Person:
        """Return one of the two."""
        return self.harness.ben if name == "ben" else self.harness.ada

    async def buried(self, name: str) -> None:
        """Wait until a person's card says that the copy was deleted."""
        card = self.cards[name]
        await self.harness.ben.wait_for_message(
            self.harness.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
        )


@pytest_asyncio.fixture
async def pair(harness: Harness) -> AsyncIterator[Pair]:
    options = HostOptions(data_dir=harness.folder / "refusing", refuse_duplicates=True)
    async with HostServer(options) as host, harness.bot(park_for_s=0):
        await harness.set_key(await host.create_key("flow"), host=host.url)
        await harness.mirror()
        await harness.set_option("on_delete", "delete")
        both = Pair(harness, {}, {})
        for name in ("ben", "ada"):
            source = await both.person(name).say(harness.photos, files=[picture(f"{name}.png")])
            both.sources[name], both.cards[name] = source, await harness.card_for(source)
        both.page = both.cards["ben"].embeds[0]["url"]
        yield both


async def test_a_file_the_host_has_already_is_answered_with_the_copy_we_know(pair: Pair) -> None:
    again = pair.cards["ada"].embeds[0]

    assert again["title"] == "ada.png"
    assert again["url"] == pair.page
    assert await pair.harness.status(pair.page) == 200


@pytest.mark.parametrize("order", [("ben", "ada"), ("ada", "ben")])
async def test_the_copy_goes_with_the_last_message_whichever_that_is(
    pair: Pair, order: tuple[str, str]
) -> None:
    first, last = order
    await pair.person(first).delete(pair.sources[first])
    await pair.buried(first)
    assert await pair.harness.status(pair.page) == 200
    assert "The copy was deleted." not in str(pair.cards[last].embeds)

    await pair.person(last).delete(pair.sources[last])

    await pair.buried(last)
    assert await pair.harness.status(pair.page) == 404


async def test_who_posted_it_second_deletes_by_button_and_the_first_keeps_the_copy(
    pair: Pair,
) -> None:
    answer = await (await pair.harness.ada.click(pair.cards["ada"], "Delete…")).wait_response()
    assert not DELETE_LINK.search(answer.content)

    await pair.harness.ada.click(answer, "Delete ada.png")

    await pair.buried("ada")
    assert await pair.harness.status(pair.page) == 200
    note = await pair.harness.direct_message_for(pair.harness.ben)
    await pair.harness.ben.click(note, "Delete ben.png")
    await pair.buried("ben")
    assert await pair.harness.status(pair.page) == 404


async def test_the_delete_link_goes_to_who_keeps_the_copy(pair: Pair) -> None:
    await pair.harness.ben.delete(pair.sources["ben"])
    await pair.buried("ben")

    answer = await (await pair.harness.ada.click(pair.cards["ada"], "Delete…")).wait_response()

    assert DELETE_LINK.search(answer.content)
