"""``/settings reset`` asks first: what goes, what holds then, and the button that does it."""

from typing import Self

import discord

from imgoe_bot.domain.guild import SERVER, check_may_manage
from imgoe_bot.domain.option_layers import OptionInForce, explain
from imgoe_bot.services.settings.options import Resettable
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.settings import answers
from imgoe_bot.ui.settings.place_parameter import OptionPlace
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import Words, words_for_locale

QUESTION_MAX = 1900


async def ask_reset(interaction: AnyInteraction, place: OptionPlace, name: str | None) -> None:
    """Ask whether a place is to inherit one option again, or all; nothing is changed yet.

    Raises:
        NotAllowed: without the Manage Server permission.
        SettingsRejected: there is no such option.
    """
    words, actor = words_for_locale(interaction.locale), actor_of(interaction)
    options = services_of(interaction.client).options
    found = await options.to_reset(actor, place.scope_id, name)
    if not found.own:
        answer = answers.was_reset(place, words, count=0)
        await interaction.followup.send(answer, ephemeral=True)
        return
    outer = await _without(interaction, place, found)
    view = discord.ui.View(timeout=None)
    view.add_item(ResetButton(place, name, version=found.version, label=words("option.reset.yes")))
    question = _question(place, found, outer, words)
    await interaction.followup.send(question, view=view, ephemeral=True)


async def _without(
    interaction: AnyInteraction, place: OptionPlace, found: Resettable
) -> dict[str, OptionInForce]:
    """Return what holds in a place once it sets nothing of that itself."""
    guild_id = check_may_manage(actor_of(interaction))
    layers = await services_of(interaction.client).options.layers(guild_id)
    line = (SERVER, *reversed(place.line))
    outer = [(scope_id, layers.get(scope_id, {})) for scope_id in line]
    left = {name: text for name, text in outer[-1][1].items() if name not in found.own}
    return {held.name: held for held in explain([*outer[:-1], (line[-1], left)])}


def _question(
    place: OptionPlace, found: Resettable, outer: dict[str, OptionInForce], words: Words
) -> str:
    name = option_texts.place(place.scope_id, words)
    lines = [words("option.reset.ask", place=name, count=len(found.own))]
    lines += [_line(each, text, outer[each], place, words) for each, text in found.own.items()]
    return fmt.fit(
        lines, limit=QUESTION_MAX, rest=lambda count: words("option.reset.more", count=count)
    )


def _line(name: str, text: str, then: OptionInForce, place: OptionPlace, words: Words) -> str:
    return words(
        "option.reset.line",
        option=fmt.escape(name),
        old=option_texts.shown(name, text, words),
        new=option_texts.shown(name, then.text, words),
        origin=option_texts.origin(then, place.scope_id, words),
    )


class ResetButton(
    LastingButton,
    template=r"imgoe:reset:(?P<version>[0-9]+):(?P<name>[a-z_]{0,30}):(?P<scope>[0-9]+)",
):
    """Does what was asked about, unless the settings have changed since."""

    def __init__(
        self, place: OptionPlace, name: str | None, *, version: int, label: str = "…"
    ) -> None:
        self._place, self._name, self._version = place, name, version
        custom_id = f"imgoe:reset:{version}:{name or ''}:{place.scope_id}"
        style = discord.ButtonStyle.danger
        super().__init__(custom_id, label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        scope_id = int(match["scope"])
        place = OptionPlace(() if scope_id == SERVER else (scope_id,))
        return cls(place, match["name"] or None, version=int(match["version"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Let the options inherit again, and say so in the place of the question."""
        count = await services_of(interaction.client).options.reset(
            actor_of(interaction),
            self._place.scope_id,
            self._name,
            expected=self._version,
        )
        words = words_for_locale(interaction.locale)
        answer = answers.was_reset(self._place, words, count=count)
        answer = notices.joined(answer, await notices.renew(interaction))
        await interaction.edit_original_response(content=answer, view=None)
