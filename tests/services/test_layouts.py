"""Embeds or a gallery: what a server chose, else by case."""

import pytest

from imgoe_bot.domain.guild import MANAGE_GUILD, SERVER, Actor
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.options import Layout
from imgoe_bot.services.cards.layouts import UNREACHABLE_FOR
from tests.contracts.stores import GUILD, HOST
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))


async def _layouts(office: Office) -> list[Layout]:
    """Return how one file and how two are shown."""
    options = await office.options.at(GUILD, ())
    return [await office.layouts.choose(options, GUILD, files=files) for files in (1, 2)]


async def test_a_set_is_a_gallery_unless_its_host_could_not_be_seen_within_the_day(
    office: Office,
) -> None:
    before = await _layouts(office)
    await office.layouts.note_unreachable(HOST)
    meanwhile = await _layouts(office)
    office.clock.move(UNREACHABLE_FOR)

    assert before == await _layouts(office) == [Layout.EMBED, Layout.GALLERY]
    assert meanwhile == [Layout.EMBED, Layout.EMBED]


@pytest.mark.parametrize("chosen", [Layout.EMBED, Layout.GALLERY])
async def test_what_a_server_chose_holds_for_any_number_of_files(
    office: Office, chosen: Layout
) -> None:
    await office.options.set(MODERATOR, SERVER, "layout", chosen.value)
    await office.layouts.note_unreachable(HOST)

    assert await _layouts(office) == [chosen, chosen]


async def test_another_host_s_bad_day_says_nothing_of_this_one(office: Office) -> None:
    await office.layouts.note_unreachable(f"{HOST}.example.{'long.' * 40}org")

    assert await _layouts(office) == [Layout.EMBED, Layout.GALLERY]
