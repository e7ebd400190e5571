"""Why a message was kept or not: every check in words, in the order it is made."""

import re
from dataclasses import replace

import discord

from imgoe_bot.domain.mirror import Decision, SkipReason
from imgoe_bot.domain.status import MessageStatus, Outcome
from imgoe_bot.errors import NotAllowed, SettingsRejected, SourceGone
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.access.permissions import held_in
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import FAILS, HOLDS, MESSAGE_MAX
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import Words

_LINK = re.compile(
    r"<?https?://(?:\w+\.)?discord(?:app)?\.com/channels/"
    r"(?P<guild>[0-9]{15,21})/(?P<channel>[0-9]{15,21})/(?P<message>[0-9]{15,21})>?"
)


async def answer(interaction: AnyInteraction, message: discord.Message, words: Words) -> str:
    """Return the checks of one message, and what came of them."""
    client: discord.Client = interaction.client
    facts = facts_of(message, us=client.user.id if client.user else 0)
    if facts is None:
        raise SourceGone
    services = services_of(client)
    decision = await services.mirrors.decide(facts)
    status = await services.status.of_message(facts.guild_id, facts.message_id)
    lines = [words(f"why.result.{_result(decision, status)}"), *failure_lines(status, words)]
    failed = {each.filename for each in status.failures}
    keep = tuple(each for each in decision.keep if each.filename not in failed)
    lines += check_lines(replace(decision, keep=keep), words)
    if not client.intents.message_content:
        lines.append(words("mirror.content_hidden"))
    return fmt.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("why.more", count=count))


def failure_lines(status: MessageStatus, words: Words) -> list[str]:
    """Return what was tried in vain."""
    lines = [
        f"{FAILS} **{fmt.safe_name(each.filename)}**: {error_text(each.error, words)}"
        for each in status.failures
    ]
    if status.answer is not None:
        lines.append(words("why.answer_failed", reason=error_text(status.answer, words)))
    return lines


def check_lines(decision: Decision, words: Words) -> list[str]:
    """Return each check as a claim that holds or fails, then what each file is."""
    lines = [_claim(HOLDS, reason, words) for reason in decision.passed]
    if decision.skip is not None:
        lines.append(_claim(FAILS, decision.skip, words))
    lines += [f"{HOLDS} **{fmt.safe_name(each.filename)}**" for each in decision.keep]
    for skipped in decision.skipped:
        reason = words(f"why.{skipped.reason.value}")
        lines.append(f"{FAILS} **{fmt.safe_name(skipped.attachment.filename)}**: {reason}")
    return lines


def _claim(mark: str, reason: SkipReason, words: Words) -> str:
    return f"{mark} {words(f'why.{reason.value}')}"


def _result(decision: Decision, status: MessageStatus) -> str:
    if status.outcome is Outcome.UNKNOWN and not decision.keep:
        return "not"
    return status.outcome.value


async def find_message(interaction: AnyInteraction, link: str) -> discord.Message:
    """Return the message a link leads to, if it is one that the person may read.

    Raises:
        SettingsRejected: it is no link to a message of this server.
        NotAllowed: the person, or the bot, can't read that channel.
        SourceGone: the message was deleted.
        SourceUnreachable: Discord did not answer.
    """
    found = _LINK.fullmatch(link.strip())
    guild = interaction.guild
    if found is None or guild is None or int(found["guild"]) != guild.id:
        raise SettingsRejected(setting="link", problem="bad-link")
    channel = guild.get_channel_or_thread(int(found["channel"]))
    if not isinstance(channel, discord.abc.Messageable) or not _may_read(interaction, channel):
        raise NotAllowed(needs="read_message_history")
    async with translated(needs="read_message_history"):
        return await channel.fetch_message(int(found["message"]))


def _may_read(interaction: AnyInteraction, channel: object) -> bool:
    member = interaction.user
    if not isinstance(member, discord.Member):
        return False
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return False
    held = held_in(channel, member)
    return held is not None and held.view_channel and held.read_message_history
