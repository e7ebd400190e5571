"""What a person is told about their data."""

from operator import itemgetter

import discord

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.privacy import Holdings, Overview
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import COLOUR
from imgoe_bot.ui.texts import quota_texts
from imgoe_bot.ui.translate import Words


def overview(shown: Overview, words: Words) -> discord.Embed:
    """Return what is kept, by whom, where, for how long, and what one can do about it."""
    embed = discord.Embed(
        title=words("privacy.title"), description=_what(shown, words), colour=COLOUR
    )
    fields = {
        words("privacy.now"): holdings(shown.holdings, words),
        words("quota.today"): "\n".join(quota_texts.lines(shown.spent, words)),
        words("privacy.how_long"): words("privacy.how_long_text"),
        words("privacy.choice"): _choice(shown, words),
        words("privacy.rights"): words("privacy.rights_text"),
    }
    for name, value in filter(itemgetter(1), fields.items()):
        embed.add_field(name=name, value=value, inline=False)
    return embed


def _what(shown: Overview, words: Words) -> str:
    if shown.host_url is None:
        return words("privacy.what")
    return words("privacy.what_at", host=fmt.host_name(shown.host_url))


def holdings(held: Holdings, words: Words) -> str:
    """Return how much there is, and where."""
    lines: list[str] = []
    if held.files:
        size = fmt.size(held.size_bytes, words)
        lines.append(words("privacy.files", count=held.files, size=size, hosts=_hosts(held)))
    if held.erasing:
        lines.append(words("privacy.erasing", count=held.erasing))
    return "\n".join(lines) or words("privacy.nothing")


def _hosts(held: Holdings) -> str:
    return ", ".join(f"**{fmt.host_name(url)}**" for url in held.hosts[:10])


def _choice(shown: Overview, words: Words) -> str:
    match shown.choice:
        case PersonChoice.IN:
            return words("privacy.choice_in")
        case PersonChoice.OUT:
            return words("privacy.choice_out")
        case None:
            return words("privacy.choice_none")


def chosen(choice: PersonChoice, words: Words, *, everywhere: bool) -> str:
    """Return the answer to a choice."""
    out = choice is PersonChoice.OUT
    said = words("privacy.opted_out") if out else words("privacy.opted_in")
    where = words("privacy.everywhere") if everywhere else words("privacy.here")
    return fmt.sentences(words, said, where)


def ask_forget(held: Holdings, words: Words) -> str:
    """Return what is asked before everything is erased."""
    return "\n".join((holdings(held, words), words("privacy.forget_ask")))


def forgetting(posts: int, words: Words) -> str:
    """Return the answer to who wants to be forgotten."""
    if not posts:
        return words("privacy.forgotten")
    return words("privacy.forgetting", count=posts)
