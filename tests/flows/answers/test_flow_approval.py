"""A host whose people approve uploads first: the card waits, then becomes a real one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest_asyncio

from imgoe_bot.discordsim import Channel, Message
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import Harness, eventually, picture
from tests.hostserver.admin import approve_all

WAITS = "has to approve it"


def _texts(message: Message) -> str:
    return str((message.content, message.embeds, message.components))


@dataclass(frozen=True, slots=True)
class Strict:
    """The harness, with a bot that keeps its pictures at a host which has each looked at first."""

    harness: Harness
    host: HostServer

    async def look(self, state: str, *, tries: int) -> None:
        """Let the time of a look come, and wait until every job of one is in this state."""
        await self.harness.let_time_pass("review")
        query = (
            "SELECT count(*) > 0 AND min(state = ? AND attempts = ?) FROM job WHERE step = 'review'"
        )
        await eventually(lambda: self.harness.read_number(query, state, tries) == 1)

    async def handed_over(self, name: str = "cat.png") -> Message:
        """Let ben upload a picture by command; returns its card once the bot knows its place."""
        asked = await self.harness.ben.slash(self.harness.lounge, "upload", file=picture(name))
        card = await asked.wait_response(10)
        await self.knows(card)
        return card

    async def knows(self, card: Message) -> None:
        """Wait until the bot has written down where a card stands."""
        noted = "SELECT count(*) FROM post WHERE card_message_id = ?"
        await eventually(lambda: self.harness.read_number(noted, card.id) == 1)

    async def mirrored(self, *names: str) -> Message:
        """Let ben post pictures, and return their card."""
        colours = ("teal", "red", "navy")
        files = [picture(name, colour=colour) for name, colour in zip(names, colours, strict=False)]
        return await self.harness.card_for(
            await self.harness.ben.say(self.harness.photos, files=files)
        )

    async def becomes_real(self, card: Message, where: Channel) -> None:
        """Wait until a card waits no more."""

        def is_real(message: Message) -> bool:
            return message is card and WAITS not in _texts(message)

        await self.harness.ben.wait_for_message(where, is_real, 10)


@pytest_asyncio.fixture
async def strict(harness: Harness) -> AsyncIterator[Strict]:
    options = HostOptions(data_dir=harness.folder / "strict", moderation="all")
    async with HostServer(options) as host, harness.bot(park_for_s=0):
        await harness.set_key(await host.create_key("flow", user="club"), host=host.url)
        await harness.mirror()
        yield Strict(harness, host)


async def _check_shown(strict: Strict, card: Message) -> dict[str, Any]:
    """Check that the one picture of a card can be seen by anybody, and return its embed."""
    (embed,) = cast("list[dict[str, Any]]", card.embeds)
    assert await strict.harness.status(embed["url"]) == 200
    thumb = await strict.harness.http.get(embed["thumbnail"]["url"])
    assert (thumb.status_code, thumb.headers["content-type"]) == (200, "image/png")
    assert "64 × 48" in embed["description"]
    return embed


async def test_a_mirrored_picture_gets_its_real_card_once_it_is_approved(strict: Strict) -> None:
    card = await strict.mirrored("cat.png")
    assert WAITS in _texts(card)
    assert "thumbnail" not in card.embeds[0]
    await strict.look("ready", tries=1)
    assert WAITS in _texts(card)

    await approve_all(strict.host)
    await strict.look("done", tries=2)

    await strict.becomes_real(card, strict.harness.photos)
    await _check_shown(strict, card)
    assert all(label in _texts(card) for label in ("Open", "Links", "Delete…"))
    assert strict.harness.cards(strict.harness.photos) == [card]


async def test_a_picture_from_a_command_gets_its_real_card_too(strict: Strict) -> None:
    card = await strict.handed_over()
    assert WAITS in _texts(card)
    assert "Links" not in _texts(card)
    await approve_all(strict.host)

    await strict.look("done", tries=1)

    await strict.becomes_real(card, strict.harness.lounge)
    embed = await _check_shown(strict, card)
    links = await (await strict.harness.ben.click(card, "Links")).wait_response(10)
    assert str(embed["url"]) in links.content
    assert str(embed["thumbnail"]["url"]) in links.content
    note = await strict.harness.direct_message_for(strict.harness.ben)
    await strict.harness.ben.click(note, "Delete cat.png")
    await strict.harness.ben.wait_for_message(
        strict.harness.lounge, lambda m: m is card and "The copy was deleted." in _texts(m)
    )


async def test_a_spoiler_that_was_approved_is_linked_and_stays_unseen(strict: Strict) -> None:
    card = await strict.mirrored("SPOILER_cat.png")
    await approve_all(strict.host)

    await strict.look("done", tries=1)

    await strict.becomes_real(card, strict.harness.photos)
    assert await strict.harness.status(card.embeds[0]["url"]) == 200
    assert "thumbnail" not in card.embeds[0]


async def test_a_gallery_shows_its_pictures_once_they_are_approved(strict: Strict) -> None:
    await strict.harness.set_option("layout", "gallery")
    card = await strict.mirrored("a.png", "SPOILER_b.png", "c.png")
    assert _texts(card).count(WAITS) == 3
    assert "'media'" not in _texts(card)

    await approve_all(strict.host)
    await strict.look("done", tries=1)

    await strict.becomes_real(card, strict.harness.photos)
    text = _texts(card)
    assert [f"'description': '{name}.png'" in text for name in "abc"] == [True, False, True]
    assert text.count(f"](<{strict.host.url}/image/") == 3


async def test_a_card_in_a_log_channel_becomes_real_there(strict: Strict) -> None:
    await strict.harness.set_option("answer", "log")
    await strict.harness.set_option("log_channel", str(strict.harness.lounge.id))
    posted = await strict.harness.ben.say(strict.harness.photos, files=[picture()])
    card = await strict.harness.ben.wait_for_message(
        strict.harness.lounge, lambda m: WAITS in _texts(m), 10
    )
    await strict.knows(card)
    await approve_all(strict.host)

    await strict.look("done", tries=1)

    await strict.becomes_real(card, strict.harness.lounge)
    await _check_shown(strict, card)
    assert f"/{strict.harness.photos.id}/{posted.id}" in card.content


async def test_a_picture_deleted_while_it_waited_stays_deleted(strict: Strict) -> None:
    card = await strict.mirrored("cat.png")
    note = await strict.harness.direct_message_for(strict.harness.ben)
    await strict.harness.ben.click(note, "Delete cat.png")
    await strict.harness.ben.wait_for_message(
        strict.harness.photos, lambda m: m is card and "The copy was deleted." in _texts(m)
    )

    await strict.look("done", tries=1)

    assert "The copy was deleted." in _texts(card)
    assert await approve_all(strict.host) == 0


async def test_a_moderator_sees_no_backlog_while_a_picture_waits(strict: Strict) -> None:
    await strict.mirrored("cat.png")
    await strict.harness.direct_message_for(strict.harness.ben)
    delivered = "SELECT count(*) FROM job WHERE step = 'deliver' AND state = 'done'"
    await eventually(lambda: strict.harness.read_number(delivered) == 1)
    await strict.look("ready", tries=1)

    asked = await strict.harness.ada.slash(strict.harness.lounge, "status")

    assert "0 waiting · 0 under way · 0 given up" in _texts(await asked.wait_response(10))


async def test_an_old_message_is_healed_once_its_copy_is_approved(strict: Strict) -> None:
    harness = strict.harness
    source = await harness.ben.say(harness.photos, files=[picture()])
    card = await harness.card_for(source)
    before = await (await harness.ben.use_menu(source, "Permanent link")).wait_response(10)
    await approve_all(strict.host)
    await strict.look("done", tries=1)
    await strict.becomes_real(card, harness.photos)

    after = await (await harness.ben.use_menu(source, "Permanent link")).wait_response(10)

    assert "no copy yet" in before.content
    assert f"[permanent](<{card.embeds[0]['url']}>)" in after.content
