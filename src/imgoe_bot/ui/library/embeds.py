"""The library and its numbers as Discord messages."""

import io

import discord

from imgoe_bot.domain.library import Entry, Page, Query, Stats
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards.card_texts import facts_line
from imgoe_bot.ui.message_parts import CARD_TITLE_MAX, COLOUR
from imgoe_bot.ui.translate import Words

CHART_NAME = "stats.png"


def page_title(page: Page, query: Query, words: Words) -> str:
    """Return the line above a page: whose copies, how many, and what was looked for."""
    if not page.total:
        return words("library.none")
    count = page.total if page.is_counted else words("library.many")
    title = words(f"library.title.{query.whose}", count=count)
    place = _place(page, words)
    return "\n".join(part for part in (f"{title} · {place}", _filters(query, words)) if part)


def _place(page: Page, words: Words) -> str:
    """Return which page it is, of how many or else of more than that."""
    if page.number_from_end == 0:
        return words("library.last_page")
    if page.number_from_end is not None:
        return words("library.page_from_end", number=page.number_from_end + 1)
    pages = str(page.count) if page.is_counted else f"{page.count}+"
    return words("library.page", number=page.number + 1, pages=pages)


def _filters(query: Query, words: Words) -> str:
    """Return what was looked for; empty when it was everything."""
    parts: list[str] = []
    if query.search:
        parts.append(words("library.filter.search", text=fmt.escape(query.search)))
    if query.tag:
        parts.append(words("library.filter.tag", text=fmt.escape(query.tag)))
    if query.channel_id is not None:
        parts.append(words("library.filter.channel", channel=f"<#{query.channel_id}>"))
    if query.since is not None:
        parts.append(words("library.filter.since", day=query.since.isoformat()))
    return f"-# {' · '.join(parts)}" if parts else ""


def entry_embed(entry: Entry, words: Words) -> discord.Embed:
    """Return one copy at a glance; the thumb of what is hidden elsewhere is hidden here too."""
    upload = entry.upload
    url = upload.stored.viewer_url
    posted = words(
        "library.posted",
        channel=f"<#{entry.channel_id}>",
        when=discord.utils.format_dt(upload.created_at, "R"),
    )
    embed = discord.Embed(
        title=fmt.safe_name(upload.filename, limit=CARD_TITLE_MAX),
        url=url if fmt.is_link(url) else None,
        description=f"{facts_line(upload, words)}\n{posted}",
        colour=COLOUR,
    )
    thumb = upload.stored.thumb_url
    if thumb and fmt.is_link(thumb) and not entry.hides_thumb:
        embed.set_thumbnail(url=thumb)
    return embed


def stats_embed(stats: Stats, words: Words) -> discord.Embed:
    """Return the numbers, around the chart named ``CHART_NAME``."""
    embed = discord.Embed(
        title=words(f"stats.title.{stats.whose}", count=len(stats.days)),
        description=_sums(stats, words),
        colour=COLOUR,
    )
    if stats.channels:
        lines = [
            words("stats.channel", channel=f"<#{channel_id}>", files=files)
            for channel_id, files in stats.channels
        ]
        embed.add_field(name=words("stats.channels"), value="\n".join(lines))
    if stats.failures:
        lines = [
            words("stats.failure", reason=words(f"stats.failure_kind.{sort}"), times=times)
            for sort, times in stats.failures
        ]
        embed.add_field(name=words("stats.failures"), value="\n".join(lines))
    return embed.set_image(url=f"attachment://{CHART_NAME}")


def _sums(stats: Stats, words: Words) -> str:
    return words("stats.sums", count=stats.files, size=fmt.size(stats.size_bytes, words))


def chart_file(chart: bytes, stats: Stats, words: Words) -> discord.File:
    """Return the chart as an attachment whose alt text says what it shows."""
    busiest = max(stats.days, key=lambda day: day.files)
    alt = words(
        "stats.alt",
        first=stats.days[0].day.isoformat(),
        last=stats.days[-1].day.isoformat(),
        sums=_sums(stats, words),
        most=busiest.files,
        day=busiest.day.isoformat(),
    )
    return discord.File(io.BytesIO(chart), CHART_NAME, description=alt)
