"""A server's settings at a glance: its host, its key, and what is mirrored."""

import discord

from imgoe_bot.domain.guild import GuildSettings
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.ui.message_parts import COLOUR
from imgoe_bot.ui.texts.rule_texts import rule_list
from imgoe_bot.ui.translate import Words


def settings_embed(
    settings: GuildSettings, words: Words, *, rules: tuple[MirrorRule, ...]
) -> discord.Embed:
    """Return a guild's settings at a glance."""
    embed = discord.Embed(title=words("settings.title"), colour=COLOUR)
    embed.add_field(name=words("settings.host"), value=f"<{settings.host_url}>", inline=False)
    embed.add_field(name=words("settings.key"), value=_key(settings, words), inline=False)
    channels = words("settings.channels")
    return embed.add_field(name=channels, value=rule_list(rules, words), inline=False)


def _key(settings: GuildSettings, words: Words) -> str:
    if settings.key_fingerprint is None:
        return words("settings.key_none")
    return words("settings.key_set", fingerprint=settings.key_fingerprint)
