"""The answer to ``/mirror test``: whether mirroring works in a channel, check by check."""

from dataclasses import dataclass

import discord

from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Answer, Options, get_option
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError, NotAllowed
from imgoe_bot.services.reports.status import Report
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.access.permissions import missing_in, needed_to_mirror
from imgoe_bot.ui.container import AnyInteraction, Services, services_of
from imgoe_bot.ui.help.status import used_text
from imgoe_bot.ui.message_parts import FAILS, HOLDS
from imgoe_bot.ui.mirroring.place_parameter import ChannelOrThread
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import channel_line
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.texts.permission_texts import permission_list
from imgoe_bot.ui.texts.rule_texts import rule_place
from imgoe_bot.ui.translate import Words


@dataclass(frozen=True, slots=True)
class _Check:
    holds: bool
    text: str

    def __str__(self) -> str:
        return f"{HOLDS if self.holds else FAILS} {self.text}"


async def report(interaction: AnyInteraction, channel: ChannelOrThread, words: Words) -> str:
    """Try everything that mirroring in a channel takes; nobody else sees anything of it.

    Raises:
        NotAllowed: without the Manage Server permission, or the bot is no member of the server.
    """
    guild = channel.guild
    if guild is None:
        raise NotAllowed(needs="membership")
    services, actor = services_of(interaction.client), actor_of(interaction)
    status = await services.status.report(actor)
    line = channel_line(channel)
    rules = await services.mirrors.rules(GuildId(guild.id))
    options = await services.options.at(GuildId(guild.id), line)
    checks = [
        *_rule_checks(find_rule(line, rules, guild_id=GuildId(guild.id)), words),
        _permission_check(channel, options, words),
        _intent_check(interaction.client, words),
        _answer_check(guild, options, words),
        _consent_check(options, words),
        await _host_check(services, actor, words),
        _quota_check(status, words),
    ]
    title = words("test.title", channel=channel.mention)
    return "\n".join([title, *(str(check) for check in checks)])


def _rule_checks(rule: MirrorRule | None, words: Words) -> list[_Check]:
    if rule is None:
        return [_Check(holds=False, text=words("test.no_rule"))]
    found = _Check(holds=True, text=words("test.rule", place=rule_place(rule, words)))
    state = words("test.paused") if rule.paused else words("test.active")
    return [found, _Check(holds=not rule.paused, text=state)]


def _permission_check(channel: ChannelOrThread, options: Options, words: Words) -> _Check:
    missing = missing_in(channel, needed_to_mirror(options))
    if not missing:
        return _Check(holds=True, text=words("test.permitted"))
    return _not_permitted(missing, channel.mention, words)


def _not_permitted(missing: list[str], channel: str, words: Words) -> _Check:
    names = permission_list(missing, words)
    text = words("test.not_permitted", permissions=names, channel=channel)
    return _Check(holds=False, text=text)


def _intent_check(client: discord.Client, words: Words) -> _Check:
    sees = client.intents.message_content
    return _Check(
        holds=sees, text=words("test.content_visible") if sees else words("test.content_hidden")
    )


def _answer_check(guild: discord.Guild, options: Options, words: Words) -> _Check:
    if options.answer is not Answer.LOG:
        value = option_texts.choice(get_option("answer"), options.answer, words)
        return _Check(holds=True, text=words("test.answers", value=value))
    log_channel = guild.get_channel_or_thread(options.log_channel or 0)
    if log_channel is None or isinstance(log_channel, discord.CategoryChannel):
        return _Check(holds=False, text=words("test.no_log"))
    missing = missing_in(log_channel, ("view_channel", "send_messages", "embed_links"))
    if missing:
        return _not_permitted(missing, log_channel.mention, words)
    return _Check(holds=True, text=words("test.answers", value=log_channel.mention))


def _consent_check(options: Options, words: Words) -> _Check:
    value = option_texts.choice(get_option("consent"), options.consent, words)
    return _Check(holds=True, text=words("test.consent", value=value))


def _quota_check(status: Report, words: Words) -> _Check:
    if status.is_used_up:
        return _Check(holds=False, text=words("test.quota_used", used=used_text(status, words)))
    return _Check(holds=True, text=words("test.quota"))


async def _host_check(services: Services, actor: Actor, words: Words) -> _Check:
    try:
        trial = await services.setup.try_upload(actor)
    except ImgoeError as error:
        return _Check(holds=False, text=error_text(error, words))
    host = fmt.host_name(trial.host_url)
    if trial.left_behind is not None:
        text = words("test.not_deleted", host=host, url=trial.left_behind)
        return _Check(holds=False, text=text)
    return _Check(holds=True, text=words("test.host", host=host))
