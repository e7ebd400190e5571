"""What the set-up wizard shows: read anew for each step, since only the database remembers."""

from dataclasses import dataclass
from enum import StrEnum

import discord

from imgoe_bot.domain.guild import GuildSettings, check_may_manage
from imgoe_bot.domain.options import OPTIONS, Answer
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import COLOUR
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.texts.rule_texts import rule_list
from imgoe_bot.ui.translate import Words, words_for_locale

ASKED_OPTIONS = ("kinds", "answer", "delivery", "consent")


class Step(StrEnum):
    """The wizard's steps, in their order."""

    HOST = "host"
    KEY = "key"
    ANSWERS = "answers"
    CHANNELS = "channels"
    FINISH = "finish"
    OLDER = "older"

    @property
    def number(self) -> int:
        """Which one it is, from 1."""
        return list(Step).index(self) + 1


@dataclass(frozen=True, slots=True)
class WizardState:
    """Everything a step may show.

    Attributes:
        values: what holds for the server, by the options that the wizard asks for.
        host_url: the host this run of the wizard is about, chosen or in use.
        hosts: those to choose from.
        needs_log_channel: whether answers are to go to a log channel that is not named yet.
        content_hidden: whether Discord hides message content from the bot.
        note: what came of the last click, None when there is nothing to say.
    """

    settings: GuildSettings
    rules: tuple[MirrorRule, ...]
    values: dict[str, str]
    host_url: str
    hosts: tuple[str, ...]
    needs_log_channel: bool
    content_hidden: bool
    words: Words
    note: str | None = None

    @property
    def has_key(self) -> bool:
        """Whether the chosen host's key is known already."""
        return self.settings.key_fingerprint is not None and self.host_url == self.settings.host_url


async def read_state(
    interaction: AnyInteraction, *, host_url: str, note: str | None
) -> WizardState:
    """Read what the wizard may show.

    Args:
        interaction: who looks, and where.
        host_url: the chosen host, empty for the one in use.
        note: see ``WizardState``.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    guild_id = check_may_manage(actor_of(interaction))
    services = services_of(interaction.client)
    settings = await services.guilds.get(guild_id)
    held = await services.options.explain(guild_id, ())
    options = await services.options.at(guild_id, ())
    return WizardState(
        settings=settings,
        rules=await services.mirrors.rules(guild_id),
        values={each.name: each.text for each in held if each.name in ASKED_OPTIONS},
        host_url=host_url or settings.host_url,
        hosts=services.setup.offered_hosts(settings),
        needs_log_channel=options.answer is Answer.LOG and options.log_channel is None,
        content_hidden=not interaction.client.intents.message_content,
        words=words_for_locale(interaction.locale),
        note=note,
    )


def step_embed(step: Step, state: WizardState) -> discord.Embed:
    """Return what a step says."""
    words = state.words
    text = _key_text(state) if step is Step.KEY else words(f"setup.{step}")
    if step is Step.FINISH:
        text = f"{text}\n{words('setup.finish_more')}"
    embed = discord.Embed(
        title=words("setup.title", step=step.number),
        description="\n\n".join(part for part in (state.note, text) if part),
        colour=COLOUR,
    )
    if step in (Step.CHANNELS, Step.FINISH):
        rules = rule_list(state.rules, words)
        embed.add_field(name=words("settings.channels"), value=rules, inline=False)
    if step is Step.CHANNELS and state.content_hidden:
        embed.add_field(name="\u200b", value=words("mirror.content_hidden"), inline=False)
    if step in (Step.ANSWERS, Step.FINISH):
        embed.add_field(name=words("setup.choices"), value=_choices(state), inline=False)
    return embed


def _key_text(state: WizardState) -> str:
    host = fmt.host_name(state.host_url)
    if not state.has_key:
        return state.words("setup.key", host=host)
    return state.words("setup.key_held", host=host, fingerprint=state.settings.key_fingerprint)


def _choices(state: WizardState) -> str:
    lines = [
        f"{option_texts.about(name, state.words)}: **{_meaning(name, value, state.words)}**"
        for name, value in state.values.items()
    ]
    if state.needs_log_channel:
        lines.append(state.words("setup.log_channel"))
    return "\n".join(lines)


def _meaning(name: str, value: str, words: Words) -> str:
    return ", ".join(option_texts.choice(OPTIONS[name], each, words) for each in value.split(","))
