"""The wizard's last step: what was posted before where something is mirrored; keep that too?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import discord

from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Kind
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.errors import BackfillOverlaps, BackfillRejected, NotAllowed, SourceUnreachable
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.backfilling.beginning import begin, request_for
from imgoe_bot.ui.backfilling.estimates import estimate
from imgoe_bot.ui.backfilling.places import FoundChannels, find_channels
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import LastingButton
from imgoe_bot.ui.message_parts import COLOUR, AnyItem, Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import Mirrorable, Place, channel_line
from imgoe_bot.ui.setup.wizard_state import Step, WizardState
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import Words, words_for_locale

KEEP, LEAVE = "keep", "leave"
SAID_MAX = 3800
"""Characters of what is said of all places; Discord takes 4096 with what stands below."""
Style = discord.ButtonStyle


class OlderButton(LastingButton, template=r"imgoe:setup:older:(?P<choice>keep|leave)"):
    """Keeps what was posted before, or leaves it."""

    def __init__(self, choice: str, *, label: str = "…") -> None:
        self._choice = choice
        style = Style.success if choice == KEEP else Style.secondary
        super().__init__(f"imgoe:setup:older:{choice}", label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["choice"])

    async def act(self, interaction: AnyInteraction) -> None:
        """Begin a backfill of each mirrored place, or none; the wizard ends here."""
        words = words_for_locale(interaction.locale)
        if self._choice == LEAVE:
            text = words("setup.older_left")
        else:
            text = await _keep(interaction, words)
        await _show(interaction, text, words)


async def show_older(interaction: AnyInteraction, state: WizardState, *, back: AnyItem) -> None:
    """Say about how much was posted before, and ask whether to keep it.

    Args:
        interaction: already acknowledged; its message is edited, twice as Discord may take long.
        state: with the rules.
        back: what leads to the step before.
    """
    words = state.words
    await _show(interaction, words("setup.older_looking"), words)
    try:
        about = await _estimated(interaction, state.rules)
    except SourceUnreachable:
        await _show(interaction, words("setup.older_unknown"), words, back)
        return
    if not about.files:
        await _show(interaction, words("setup.older_none"), words, back)
        return
    amount, size = fmt.number(about.files, words), fmt.size(about.size_bytes, words)
    text = words("setup.older", count=about.files, amount=amount, size=size)
    keep = OlderButton(KEEP, label=words("setup.older_keep"))
    leave = OlderButton(LEAVE, label=words("setup.older_leave"))
    await _show(interaction, text, words, keep, leave, back)


async def _show(interaction: AnyInteraction, text: str, words: Words, *items: AnyItem) -> None:
    title = words("setup.title", step=Step.OLDER.number)
    embed = discord.Embed(title=title, description=text, colour=COLOUR)
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    await interaction.edit_original_response(embeds=[embed], view=view)


async def _estimated(interaction: AnyInteraction, rules: Sequence[MirrorRule]) -> Estimate:
    """Return about how much lies in the mirrored places, all of them asked for together.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    places, found, kinds = _places(interaction, rules), FoundChannels(), frozenset[Kind]()
    for place in places:
        found.readable.update((await find_channels(place)).readable)
        kinds |= await _kinds_at(interaction, place)
    return await estimate(
        interaction.client,
        found,
        guild_id=interaction.guild_id or 0,
        whole_server=places == [interaction.guild],
        after=0,
        before=interaction.id,
        kinds=kinds,
    )


async def _kinds_at(interaction: AnyInteraction, place: Place) -> frozenset[Kind]:
    line = () if isinstance(place, discord.Guild) else channel_line(place)
    guild_id = GuildId(interaction.guild_id or 0)
    return (await services_of(interaction.client).options.at(guild_id, line)).kinds


def _places(interaction: AnyInteraction, rules: Sequence[MirrorRule]) -> list[Place]:
    """Return the places of rules that work, without those that stand in another one of them."""
    guild = interaction.guild
    if guild is None:
        return []
    working = [rule for rule in rules if not rule.paused]
    if any(rule.is_server_wide for rule in working):
        return [guild]
    known = [guild.get_channel_or_thread(rule.channel_id) for rule in working]
    places = [each for each in known if isinstance(each, Mirrorable)]
    ids = {each.id for each in places}
    return [each for each in places if ids.isdisjoint(channel_line(each)[1:])]


async def _keep(interaction: AnyInteraction, words: Words) -> str:
    """Begin a backfill of each mirrored place that has none yet, and return what to say.

    Raises:
        NotAllowed: without the Manage Server permission.
        KeyMissing, SourceUnreachable: as ``begin`` does.
    """
    guild_id = check_may_manage(actor_of(interaction))
    rules = await services_of(interaction.client).mirrors.rules(guild_id)
    lines: list[str] = []
    for place in _places(interaction, rules):
        kinds = await _kinds_at(interaction, place)
        request = replace(request_for(interaction, place), kinds=kinds)
        try:
            lines.append(await begin(interaction, place, request))
        except BackfillOverlaps:  # pressed twice, or begun by command
            continue
        except (BackfillRejected, NotAllowed) as error:  # of this place, and no other
            lines.append(f"{_name(place, words)}: {error_text(error, words)}")
    said = fmt.fit(
        [f"{each}\n" for each in lines],
        limit=SAID_MAX,
        rest=lambda count: f"{words('mirror.more', count=count)}\n",
    )
    return f"{said}\n{words('setup.older_kept')}".lstrip()


def _name(place: Place, words: Words) -> str:
    return words("mirror.server") if isinstance(place, discord.Guild) else place.mention
