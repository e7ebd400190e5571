"""A backfill as people see it: what it is about, how far it is, what it waits for, how it ended."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import discord
from discord.utils import format_dt, snowflake_time

from imgoe_bot.domain.backfill import Backfill, BackfillState, Progress, Tally, progress_of
from imgoe_bot.domain.options import OPTIONS, Kind
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import COLOUR, COLOUR_FAILED, COLOUR_GONE
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import Words

BAR_CELLS = 12
PEOPLE_SHOWN = 25


def progress_embed(
    backfill: Backfill, words: Words, *, tallies: Sequence[Tally] = (), now: datetime
) -> discord.Embed:
    """Return how far a backfill is, or how it ended.

    Args:
        backfill: which.
        words: the language it is shown in.
        tallies: what it found, where that is to be told by kind.
        now: what the time that is left counts from.
    """
    lines = [
        range_line(backfill, words),
        *_state_lines(backfill, words, now),
        *_kind_lines(tallies, words),
    ]
    if not backfill.state.is_ended and not backfill.dry_run:
        lines.append(words("backfill.opt_out"))
    return discord.Embed(
        title=title(backfill, words), description="\n".join(lines), colour=_colour(backfill)
    )


def title(backfill: Backfill, words: Words) -> str:
    """Return a backfill's name."""
    key = "title_dry" if backfill.dry_run else "title"
    return words(f"backfill.{key}", number=backfill.id)


def place_name(backfill: Backfill, words: Words) -> str:
    """Return what a backfill is about, as it stands in a text."""
    return words("mirror.server") if backfill.is_server_wide else f"<#{backfill.place_id}>"


def range_line(backfill: Backfill, words: Words) -> str:
    """Return where and of when a backfill reads, and what it looks for."""
    return words(
        "backfill.range",
        place=place_name(backfill, words),
        kinds=", ".join(kind_name(kind, words) for kind in sorted(backfill.kinds)),
        begin=_day_of(backfill.after + 1),
        end=_day_of(backfill.before - 1),
    )


def kind_name(kind: Kind, words: Words) -> str:
    """Return a kind of media in words."""
    return option_texts.choice(OPTIONS["kinds"], kind.value, words)


def _day_of(id_: int) -> str:
    return format_dt(snowflake_time(id_), "D")


def _colour(backfill: Backfill) -> discord.Colour:
    if backfill.state is BackfillState.CANCELLED:
        return COLOUR_GONE
    return COLOUR_FAILED if backfill.waits is not None else COLOUR


def _state_lines(backfill: Backfill, words: Words, now: datetime) -> Iterator[str]:
    if backfill.state.is_ended:
        yield ending(backfill, words)
        yield counts_line(backfill, words)
        return
    progress = progress_of(backfill)
    if backfill.channels is None:
        yield words("backfill.looking")
    else:
        yield bar_line(progress, words)
        yield counts_line(backfill, words)
    if backfill.waits is not None:
        yield words(f"backfill.waits.{backfill.waits}")
    elif backfill.channels is not None:
        yield from _pace_line(backfill, progress, words, now)


def ending(backfill: Backfill, words: Words) -> str:
    """Return how a backfill ended; empty while it has not."""
    if backfill.ended_at is None:
        return ""
    key = f"{backfill.state}_dry" if backfill.dry_run else backfill.state.value
    return words(f"backfill.ended.{key}", when=format_dt(backfill.ended_at, "f"))


def bar_line(progress: Progress, words: Words) -> str:
    """Return how far it is as a bar and in percent; 100 only at the end of it."""
    percent = int(progress.fraction * 100)
    full = percent * BAR_CELLS // 100
    bar = "▰" * full + "▱" * (BAR_CELLS - full)
    return words("backfill.bar", bar=bar, percent=percent)


def counts_line(backfill: Backfill, words: Words) -> str:
    """Return what was looked at, found, kept, and what could not be."""
    counts = backfill.counts
    parts = [_counted("messages", counts.messages, words), _found(backfill, words)]
    if not backfill.dry_run:
        parts.append(_counted("kept", counts.kept, words))
    if counts.failed:
        parts.append(_counted("failed", counts.failed, words))
    return " · ".join(parts)


def _found(backfill: Backfill, words: Words) -> str:
    counts, expected = backfill.counts, backfill.expected
    size = fmt.size(counts.size_bytes, words)
    if expected is None or backfill.state.is_ended or expected < counts.found:
        return _counted("found", counts.found, words, size=size)
    amount = fmt.number(counts.found, words)
    of_about = fmt.number(expected, words)
    return words("backfill.found_of", count=expected, amount=amount, expected=of_about, size=size)


def _counted(key: str, count: int, words: Words, **facts: object) -> str:
    return words(f"backfill.{key}", count=count, amount=fmt.number(count, words), **facts)


def _pace_line(
    backfill: Backfill, progress: Progress, words: Words, now: datetime
) -> Iterator[str]:
    if progress.fraction >= 1:
        under_way = backfill.counts.found - backfill.counts.kept - backfill.counts.failed
        yield _counted("uploading", max(0, under_way), words)
        return
    if progress.messages_per_minute is None:
        return
    parts = [_counted("rate", round(progress.messages_per_minute), words)]
    if progress.left is not None:
        parts.append(words("backfill.left", when=_when(now, progress.left)))
    yield " · ".join(parts)


def _when(now: datetime, left: timedelta) -> str:
    """Return when it will be through, as Discord shows it; in a year at most."""
    return format_dt(now + min(left, timedelta(days=365)), "R")


def _kind_lines(tallies: Sequence[Tally], words: Words) -> Iterator[str]:
    for kind in Kind:
        of_kind = [each for each in tallies if each.kind is kind]
        if of_kind:
            yield _tally(kind_name(kind, words), of_kind, words)


def _tally(what: str, tallies: Sequence[Tally], words: Words) -> str:
    count = sum(each.files for each in tallies)
    size = fmt.size(sum(each.size_bytes for each in tallies), words)
    return _counted("tally", count, words, what=what, size=size)


def people_embed(backfill: Backfill, tallies: Sequence[Tally], words: Words) -> discord.Embed:
    """Return whose files a backfill found, those with the most first."""
    people: dict[int, list[Tally]] = {}
    for each in tallies:
        people.setdefault(each.user_id, []).append(each)
    ranked = sorted(people.items(), key=lambda each: -sum(tally.files for tally in each[1]))
    lines = [f"• {_tally(f'<@{user_id}>', of_one, words)}" for user_id, of_one in ranked]
    shown, more = lines[:PEOPLE_SHOWN], len(lines) - PEOPLE_SHOWN
    if more > 0:
        shown.append(_counted("more_people", more, words))
    text = "\n".join([range_line(backfill, words), *(shown or [words("backfill.nobody")])])
    return discord.Embed(title=title(backfill, words), description=text, colour=COLOUR)
