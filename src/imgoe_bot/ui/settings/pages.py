"""Every option of a place with its value and origin, page by page."""

from typing import Self

import discord

from imgoe_bot.domain.guild import Change, check_may_manage
from imgoe_bot.domain.option_layers import OptionInForce
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import LastingButton
from imgoe_bot.ui.message_parts import COLOUR, Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.settings.place_parameter import OptionPlace
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import Words, words_for_locale

PAGE_LINES = 9
DESCRIPTION_MAX = 4000


def option_page(
    held: tuple[OptionInForce, ...], place: OptionPlace, words: Words, *, page: int
) -> discord.Embed:
    """Return one page of a place's options: value, origin, what it is for."""
    shown = held[page * PAGE_LINES : (page + 1) * PAGE_LINES]
    lines = [_line(each, place.scope_id, words) for each in shown]
    text = _where(place) + "\n".join(lines)
    title = words(
        "option.show.title",
        place=_plain_place(place, words),
        page=page + 1,
        pages=page_count(held),
    )
    embed = discord.Embed(title=title, description=text, colour=COLOUR)
    return embed.add_field(name="\u200b", value=words("option.show.help"), inline=False)


def page_count(held: tuple[OptionInForce, ...]) -> int:
    """Return how many pages there are."""
    return -(-len(held) // PAGE_LINES)


def _plain_place(place: OptionPlace, words: Words) -> str:
    """A title renders no mention; the description's first line names the channel."""
    return words("option.place.server") if not place.line else words("option.place.channel")


def _where(place: OptionPlace) -> str:
    return f"<#{place.scope_id}>\n" if place.line else ""


def _line(held: OptionInForce, scope_id: int, words: Words) -> str:
    value = option_texts.shown(held.name, held.text, words)
    head = f"**{fmt.escape(held.name)}**: {value} · {option_texts.origin(held, scope_id, words)}"
    return f"{head}\n-# {option_texts.about(held.name, words)}"


class OptionPageButton(
    LastingButton,
    template=r"imgoe:options:(?P<page>[0-9]{1,2}):(?P<line>[0-9,]*)",
):
    """Turns to another page of the options; works in whatever process is asked."""

    def __init__(self, place: OptionPlace, *, page: int, label: str = "…") -> None:
        self._place = place
        self._page = page
        line = ",".join(str(id_) for id_ in place.line)
        super().__init__(f"imgoe:options:{page}:{line}", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        line = tuple(int(id_) for id_ in match["line"].split(",") if id_)
        return cls(OptionPlace(line), page=int(match["page"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Show that page as things stand now."""
        embed, view = await page_message(interaction, self._place, page=self._page)
        await interaction.edit_original_response(embeds=[embed], view=view)


async def page_message(
    interaction: AnyInteraction, place: OptionPlace, *, page: int
) -> tuple[discord.Embed, discord.ui.View]:
    """Return a page of a place's options and the buttons below it.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    guild_id = check_may_manage(actor_of(interaction))
    held = await services_of(interaction.client).options.explain(guild_id, place.line)
    words = words_for_locale(interaction.locale)
    page = min(page, page_count(held) - 1)
    return option_page(held, place, words, page=page), _buttons(held, place, words, page=page)


def _buttons(
    held: tuple[OptionInForce, ...], place: OptionPlace, words: Words, *, page: int
) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    if page > 0:
        view.add_item(OptionPageButton(place, page=page - 1, label=words("option.show.back")))
    if page + 1 < page_count(held):
        view.add_item(OptionPageButton(place, page=page + 1, label=words("option.show.next")))
    return view


def history_embed(changes: tuple[Change, ...], words: Words) -> discord.Embed:
    """Return who changed what, newest first."""
    lines = [_change_line(change, words) for change in changes] or [words("history.none")]
    text = fmt.fit(
        lines, limit=DESCRIPTION_MAX, rest=lambda count: words("history.more", count=count)
    )
    return discord.Embed(title=words("history.title"), description=text, colour=COLOUR)


def _change_line(change: Change, words: Words) -> str:
    return words(
        "history.line",
        when=discord.utils.format_dt(change.at, "R"),
        who=f"<@{change.actor_id}>",
        place=option_texts.place(change.scope_id, words),
        name=option_texts.setting_name(change.name, words),
        old=option_texts.shown(change.name, change.old, words),
        new=option_texts.shown(change.name, change.new, words),
    )
