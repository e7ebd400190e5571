"""What a message of the library shows, read from its own buttons and menus: nothing else knows."""

from collections.abc import Iterator

import discord

from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.library import Query, ShownPage
from imgoe_bot.ui.library.page_ids import ENTRY, PAGE, PICK, PagePosition, unpack

_Part = discord.Button | discord.SelectMenu


def position_in(message: discord.Message | None) -> PagePosition:
    """Return where the message's way back leads."""
    found = (PAGE.fullmatch(part.custom_id or "") for part in _parts(message))
    return next((unpack(match) for match in found if match), PagePosition(Query()))


def shown_page(message: discord.Message | None) -> ShownPage | None:
    """Return which entries a message shows, None when it has none.

    One that shows a single entry leads back to the page which that is on.
    """
    for part in _parts(message):
        pick = PICK.fullmatch(part.custom_id or "")
        if pick and isinstance(part, discord.SelectMenu) and part.options:
            newest, oldest = part.options[0].value, part.options[-1].value
            return ShownPage(unpack(pick).page, UploadId(newest), UploadId(oldest))
        entry = ENTRY.fullmatch(part.custom_id or "")
        if entry:
            upload_id = UploadId(entry["id"])
            return ShownPage(position_in(message).page, upload_id, upload_id)
    return None


def _parts(message: discord.Message | None) -> Iterator[_Part]:
    for row in message.components if message else ():
        if isinstance(row, discord.ActionRow):
            yield from (part for part in row.children if isinstance(part, _Part))
