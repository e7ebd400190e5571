"""The library's buttons and menus: they outlive the process, and answer only who sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import discord

from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.library import LAST_PAGE, MIDDLE_PAGE, Entry, Page, Query
from imgoe_bot.domain.upload_rights import may_delete
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards.buttons import BUTTON_URL_MAX
from imgoe_bot.ui.cards.links_button import LinksButton
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton, LastingItem
from imgoe_bot.ui.library.embeds import entry_embed, page_title
from imgoe_bot.ui.library.page_ids import (
    ENTRY,
    PAGE,
    PAGE_ID,
    PICK,
    PICK_ID,
    PagePosition,
    pack,
    unpack,
)
from imgoe_bot.ui.library.shown_pages import position_in, shown_page
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale

Button = discord.ui.Button[Any]
Select = discord.ui.Select[Any]


@dataclass(frozen=True, slots=True)
class LibraryMessage:
    """A message of the library, sent or edited alike."""

    content: str
    embeds: list[discord.Embed]
    view: discord.ui.View


class PageButton(LastingButton, template=PAGE):
    """Turns to a page."""

    def __init__(self, position: PagePosition, *, label: str = "…", disabled: bool = False) -> None:
        self._position = position
        super().__init__(PAGE_ID + pack(position), label=label, disabled=disabled)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(unpack(match))

    async def act(self, interaction: AnyInteraction) -> None:
        """Show the page in the place of this one."""
        await turn_to(interaction, self._position)


class PickSelect(LastingItem[Select], template=PICK):
    """Picks one copy of a page."""

    def __init__(
        self,
        position: PagePosition,
        *,
        options: Sequence[discord.SelectOption] = (),
        placeholder: str | None = None,
    ) -> None:
        self._position = position
        super().__init__(
            discord.ui.Select(
                custom_id=PICK_ID + pack(position), options=list(options), placeholder=placeholder
            )
        )

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(unpack(match))

    async def act(self, interaction: AnyInteraction) -> None:
        """Show the copy in the place of the page."""
        actor = actor_of(interaction)
        upload_id = UploadId(self.item.values[0])
        entry = await services_of(interaction.client).library.get(actor, upload_id)
        words = words_for_locale(interaction.locale)
        shown = entry_message(
            entry, self._position, words, deletable=may_delete(actor, entry.upload)
        )
        await show(interaction, shown)


class EntryButton(LastingButton, template=ENTRY):
    """Does something with the copy that was picked."""

    def __init__(
        self,
        act: str,
        upload_id: UploadId,
        *,
        label: str = "…",
    ) -> None:
        self._act = act
        deletes = act == "delete"
        self.acknowledgement = Acknowledgement.EDIT if deletes else Acknowledgement.PRIVATE
        self._upload_id = upload_id
        style = discord.ButtonStyle.danger if deletes else discord.ButtonStyle.secondary
        super().__init__(f"imgoe:entry:{act}:{upload_id}", label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["act"], UploadId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Do it, and answer privately."""
        act = _delete if self._act == "delete" else _post_again
        await act(interaction, self._upload_id)


async def _post_again(interaction: AnyInteraction, upload_id: UploadId) -> None:
    library = services_of(interaction.client).library
    actor = actor_of(interaction)
    place = await library.post_again(actor, upload_id, nonce=str(interaction.id))
    words = words_for_locale(interaction.locale)
    answer = words("library.posted_again", channel=f"<#{place.channel_id}>")
    await interaction.followup.send(answer, ephemeral=True)


async def _delete(interaction: AnyInteraction, upload_id: UploadId) -> None:
    """Delete the copy, then go back to the page it was picked from."""
    await services_of(interaction.client).deletions.delete(actor_of(interaction), upload_id)
    words = words_for_locale(interaction.locale)
    await turn_to(interaction, position_in(interaction.message), note=words("library.deleted"))


async def turn_to(interaction: AnyInteraction, position: PagePosition, *, note: str = "") -> None:
    """Show a page in the place of what the interaction's message shows.

    Args:
        interaction: acknowledged already.
        position: which page.
        note: a line to begin with.
    """
    library = services_of(interaction.client).library
    page = await library.page(
        actor_of(interaction),
        position.query,
        number=position.page,
        beside=shown_page(interaction.message),
    )
    words = words_for_locale(interaction.locale)
    shown = page_message(page, position.query, words)
    await show(interaction, replace(shown, content=f"{note}\n{shown.content}".strip()))


async def show(interaction: AnyInteraction, shown: LibraryMessage) -> None:
    """Put something in the place of what the interaction's message shows."""
    await interaction.edit_original_response(
        content=shown.content, embeds=shown.embeds, view=shown.view
    )


def page_message(page: Page, query: Query, words: Words) -> LibraryMessage:
    """Return a page with its buttons."""
    view = discord.ui.View(timeout=None)
    if page.entries:
        view.add_item(_pick_select(page, query, words))
    for button in _page_buttons(page, query, words):
        view.add_item(button)
    embeds = [entry_embed(entry, words) for entry in page.entries]
    return LibraryMessage(page_title(page, query, words), embeds, view)


def _page_buttons(page: Page, query: Query, words: Words) -> list[PageButton]:
    """Return the ways to other pages; each has an id of its own, also what can't be pressed.

    To the first and the last one it is only far where nobody counts the pages.
    """
    if not (page.has_newer or page.has_older):
        return []

    def to(number: int, label: str, *, can: bool = True) -> PageButton:
        return PageButton(PagePosition(query, number), label=label, disabled=not can)

    newer, older = max(0, page.number - 1), min(page.number + 1, LAST_PAGE)
    turns = [
        to(newer, words("library.previous"), can=page.has_newer),
        to(older, words("library.next"), can=page.has_older and older != MIDDLE_PAGE),
    ]
    if not page.is_counted and newer > 0:
        turns.insert(0, to(0, words("library.newest")))
    if not page.is_counted and older < LAST_PAGE:
        turns.append(to(LAST_PAGE, words("library.oldest")))
    return turns


def _pick_select(page: Page, query: Query, words: Words) -> PickSelect:
    options = [
        discord.SelectOption(
            label=fmt.plain_name(entry.upload.filename, limit=100),
            value=entry.upload.id,
            description=fmt.size(entry.upload.stored.size_bytes, words),
        )
        for entry in page.entries
    ]
    position = PagePosition(query, page.number)
    return PickSelect(position, options=options, placeholder=words("library.pick"))


def entry_message(
    entry: Entry, position: PagePosition, words: Words, *, deletable: bool
) -> LibraryMessage:
    """Return one copy with what can be done with it, and the way back."""
    upload = entry.upload
    view = discord.ui.View(timeout=None)
    url = upload.stored.viewer_url
    if fmt.is_link(url) and len(url) <= BUTTON_URL_MAX:
        view.add_item(discord.ui.Button(label=words("card.open"), url=url))
    view.add_item(LinksButton(upload.post_id, label=words("card.links")))
    view.add_item(EntryButton("again", upload.id, label=words("library.again")))
    if deletable and upload.is_deletable:
        view.add_item(EntryButton("delete", upload.id, label=words("library.delete")))
    view.add_item(PageButton(position, label=words("library.back")))
    return LibraryMessage("", [entry_embed(entry, words)], view)


LIBRARY_ITEMS = (PageButton, PickSelect, EntryButton)
"""What a bot has to know by its custom id."""
