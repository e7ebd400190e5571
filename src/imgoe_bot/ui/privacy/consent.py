"""Asking people: the notice that a channel is kept, and the question below a message."""

from typing import Self

import discord

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Consent, Options
from imgoe_bot.errors import NotAllowed, SourceGone, SourceUnreachable
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import ASKING, NO_PINGS, Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.translate import Words, words_for_locale


class ChoiceButton(LastingButton, template=r"imgoe:choice:(?P<choice>in|out)"):
    """On a notice: lets whoever presses it opt out, or in."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, choice: PersonChoice, *, label: str = "…") -> None:
        self._choice = choice
        super().__init__(f"imgoe:choice:{choice}", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(PersonChoice(match["choice"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Store the choice and confirm it privately."""
        actor = actor_of(interaction)
        await _choose(interaction, actor, self._choice)
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(_confirmed(self._choice, words), ephemeral=True)


class AskButton(
    LastingButton,
    template=r"imgoe:ask:(?P<answer>keep|always|never):(?P<id>[0-9]{15,21})",
):
    """Below a message: its author says whether it is kept, this time or every time."""

    def __init__(self, answer: str, message_id: int, *, label: str = "…") -> None:
        self._answer = answer
        self._message_id = message_id
        style = discord.ButtonStyle.primary if answer == "keep" else discord.ButtonStyle.secondary
        custom_id = f"{ASKING}{answer}:{message_id}"
        super().__init__(custom_id, label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["answer"], int(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Do what the author says, and take the question away once that is done."""
        message = await _asked_about(interaction, self._message_id)
        await self._remember(interaction)
        if self._answer == "never" or await _keep(interaction, message):
            await interaction.delete_original_response()
            return
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(words("consent.not_mirrored"), ephemeral=True)

    async def _remember(self, interaction: AnyInteraction) -> None:
        choice = {"always": PersonChoice.IN, "never": PersonChoice.OUT}.get(self._answer)
        if choice is not None:
            await _choose(interaction, actor_of(interaction), choice)


async def _asked_about(interaction: AnyInteraction, message_id: int) -> discord.Message:
    """Return the message in question, for its author alone.

    Raises:
        NotAllowed: somebody else pressed.
    """
    channel = interaction.channel
    if not isinstance(channel, discord.abc.Messageable):
        raise SourceGone
    try:
        message: discord.Message = await channel.fetch_message(message_id)
    except discord.NotFound as error:
        if not error.code:  # a proxy's page, and not Discord's own word
            raise SourceUnreachable(status=error.status) from error
        raise SourceGone from error
    if message.author.id != interaction.user.id:
        raise NotAllowed(needs="author")
    return message


async def _keep(interaction: AnyInteraction, message: discord.Message) -> bool:
    """Keep a message; False when nothing is kept where it stands, by now."""
    services = services_of(interaction.client)
    user = interaction.client.user
    facts = facts_of(message, us=user.id if user else 0)
    if facts is None:
        return False
    return bool((await services.mirrors.observe(facts, saved=True)).keep)


async def _choose(interaction: AnyInteraction, actor: Actor, choice: PersonChoice) -> None:
    guild_id = GuildId(interaction.guild_id or 0)
    await services_of(interaction.client).mirrors.choose(actor, guild_id, choice)


def _confirmed(choice: PersonChoice, words: Words) -> str:
    return words("consent.out") if choice is PersonChoice.OUT else words("consent.in")


def notice(options: Options, words: Words, *, channel: str | None, host_url: str) -> str:
    """Return the public notice that a place is kept from now on, and on whose word.

    Args:
        options: in force there.
        words: the server's language.
        channel: its mention; None for the whole server.
        host_url: where the copies go.
    """
    host = fmt.host_name(host_url)
    if channel is None:
        kept = words("consent.notice_server", host=host)
    else:
        kept = words("consent.notice", channel=channel, host=host)
    how = {
        Consent.ANNOUNCE: words("consent.how_announce"),
        Consent.OPT_IN: words("consent.how_opt_in"),
        Consent.REACT: words("consent.how_react", emoji=fmt.emoji(options.save_emoji)),
        Consent.ASK: words("consent.how_ask"),
    }[options.consent]
    return f"{kept}\n{how}"


def notice_view(options: Options, words: Words) -> discord.ui.View:
    """Return the buttons below the notice."""
    view = discord.ui.View(timeout=None)
    if options.consent is Consent.OPT_IN:
        view.add_item(ChoiceButton(PersonChoice.IN, label=words("consent.opt_in")))
    return view.add_item(ChoiceButton(PersonChoice.OUT, label=words("consent.opt_out")))


async def ask(message: discord.Message, *, locale: str) -> None:
    """Ask a message's author whether to keep it; buttons that work after a restart."""
    words = words_for_locale(locale)
    view = discord.ui.View(timeout=None)
    view.add_item(AskButton("keep", message.id, label=words("consent.keep")))
    view.add_item(AskButton("always", message.id, label=words("consent.always")))
    view.add_item(AskButton("never", message.id, label=words("consent.never")))
    await message.reply(
        words("consent.question"),
        view=view,
        mention_author=False,
        allowed_mentions=NO_PINGS,
        silent=True,
    )
