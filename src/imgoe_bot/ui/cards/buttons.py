"""Buttons that outlive the process: rebuilt from their custom id in whatever process is asked."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import PostId, UploadId
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.domain.upload_rights import may_see_link
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards import delete_links
from imgoe_bot.ui.cards.delete_links import private_text
from imgoe_bot.ui.cards.held_buttons import hold_buttons
from imgoe_bot.ui.cards.links_button import LinksButton, linked
from imgoe_bot.ui.cards.retry_button import RetryButton
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.answers import read_answer
from imgoe_bot.ui.translate import Words, words_for_locale

BUTTON_URL_MAX = 512
"""The longest address Discord takes for a button; the card's title links it all the same."""

_DELETE = re.compile(r"imgoe:delete:([0-9a-f]{16})")


class ManageButton(LastingButton, template=r"imgoe:manage:(?P<id>[0-9a-f]{16})"):
    """On a card: shows whoever may delete its copies how to, privately."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, post_id: PostId, *, label: str = "…") -> None:
        self._post_id = post_id
        super().__init__(f"imgoe:manage:{post_id}", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(PostId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Answer privately with links for the uploader, with buttons for a moderator."""
        actor = actor_of(interaction)
        card = await services_of(interaction.client).deletions.get_card(actor, self._post_id)
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(
            private_text(card, words, with_links=_may_see_links(actor, card)),
            view=private_view(card, words),
            ephemeral=True,
            suppress_embeds=True,
        )


class DeleteButton(LastingButton, template=r"imgoe:delete:(?P<id>[0-9a-f]{16})"):
    """In private: deletes one copy."""

    def __init__(self, upload_id: UploadId, *, label: str = "…") -> None:
        self._upload_id = upload_id
        super().__init__(
            f"imgoe:delete:{upload_id}", label=label[:80], style=discord.ButtonStyle.danger
        )

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(UploadId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Delete, then show the message again without what is gone."""
        actor = actor_of(interaction)
        deletions = services_of(interaction.client).deletions
        card = await deletions.delete(actor, self._upload_id)
        words = words_for_locale(interaction.locale)
        shown = deletable_in(interaction.message) if interaction.message else []
        if not set(shown) <= {upload.id for upload in card.uploads}:
            cards = await deletions.get_digest(actor, shown)
            text, view = delete_links.one_page(cards, words), delete_view(_listed(cards), words)
        else:
            text = private_text(card, words, with_links=_may_see_links(actor, card))
            view = private_view(card, words)
        await interaction.edit_original_response(content=text, view=view)


def _listed(cards: Sequence[Card]) -> list[Upload]:
    return [upload for card in cards for upload in card.uploads]


def _may_see_links(actor: Actor, card: Card) -> bool:
    return all(may_see_link(actor, upload) for upload in card.uploads)


def card_view(card: Card) -> discord.ui.View:
    """Return the buttons below a card."""
    view = discord.ui.View(timeout=None)
    for button in card_buttons(card):
        view.add_item(button)
    return view


def card_buttons(card: Card) -> list[discord.ui.Item[Any]]:
    """Return the buttons of a card, at most one row of them."""
    words = words_for_locale(card.post.locale)
    if card.is_held:
        return hold_buttons(card, words)
    buttons: list[discord.ui.Item[Any]] = []
    live = linked(card)
    if len(live) == 1 and 0 < len(live[0].stored.viewer_url) <= BUTTON_URL_MAX:
        url = live[0].stored.viewer_url
        buttons.append(discord.ui.Button(label=words("card.open"), url=url))
    if live:
        buttons.append(LinksButton(card.post.id, label=words("card.links")))
    if card.deletable:
        buttons.append(ManageButton(card.post.id, label=words("card.delete")))
    if card.retriable:
        buttons.append(RetryButton(card.post.id, label=words("retry.button")))
    return buttons


def is_card_of(message: discord.Message, post: Post) -> bool:
    """Tell whether a message of ours is this post's card: it has its buttons, or is about it.

    A card of which nothing was kept has no button.
    """
    found = read_answer(message)
    return found is not None and (found.post_id == post.id or found.source_id == post.message_id)


def private_view(card: Card, words: Words) -> discord.ui.View:
    """Return a delete button for each copy that exists."""
    return delete_view(card.uploads, words)


def delete_view(uploads: Sequence[Upload], words: Words) -> discord.ui.View:
    """Return a delete button for each of these copies that exists, as many as there is room."""
    view = discord.ui.View(timeout=None)
    deletable = [upload for upload in uploads if upload.is_deletable]
    for upload in deletable[: delete_links.BUTTONS_MAX]:
        label = words("private.delete", file=fmt.plain_name(upload.filename))
        view.add_item(DeleteButton(upload.id, label=label))
    return view


def deletable_in(message: discord.Message) -> list[UploadId]:
    """Return the copies that a message has delete buttons for, in their order."""
    parts = discord.ui.LayoutView.from_message(message).walk_children()
    ids = (_DELETE.fullmatch(str(getattr(part, "custom_id", ""))) for part in parts)
    return [UploadId(found[1]) for found in ids if found]
