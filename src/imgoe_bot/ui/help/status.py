"""The answer to ``/status``: how the bot is doing for one server."""

import math
from datetime import timedelta

import discord

from imgoe_bot import _version
from imgoe_bot.domain.budget import LimitUse
from imgoe_bot.domain.duration import format_duration
from imgoe_bot.domain.history import OpenRange
from imgoe_bot.domain.status import Obstacle
from imgoe_bot.services.reports.status import Report
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards.retry_button import RetryAllButton
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.message_parts import COLOUR, COLOUR_FAILED, FAILS
from imgoe_bot.ui.texts.error_texts import error_text, store_text
from imgoe_bot.ui.texts.rule_texts import rule_list
from imgoe_bot.ui.translate import Words


def status_embed(report: Report, interaction: AnyInteraction, words: Words) -> discord.Embed:
    """Return queue, host, direct messages, today's use and connection at a glance."""
    halted = report.breaker.reason is not None
    failed = report.health.failure is not None
    ill = report.trouble is not None or report.clock_ahead is not None
    troubled = halted or failed or ill or not report.has_key or bool(report.auto_paused)
    embed = discord.Embed(title=words("status.title"), colour=COLOUR_FAILED if troubled else COLOUR)
    for name, value in (
        ("queue", queue_text(report, words)),
        ("host", host_text(report, words)),
        ("dms", dms_text(report, words)),
        ("used", used_text(report, words)),
        ("bot", "\n".join([bot_text(interaction, words), *trouble_lines(report, words)])),
    ):
        embed.add_field(name=words(f"status.{name}"), value=value, inline=False)
    if report.obstacles:
        value = obstacles_text(report, words)
        embed.add_field(name=words("status.obstacles"), value=value, inline=False)
    if report.auto_paused:
        value = rule_list(report.auto_paused, words)
        embed.add_field(name=words("status.paused"), value=value, inline=False)
    if report.missed:
        value = missed_text(report, words)
        embed.add_field(name=words("status.missed"), value=value, inline=False)
    return embed


def status_view(report: Report, words: Words) -> discord.ui.View:
    """Return the button that has what was given up tried again, where there is something."""
    view = discord.ui.View(timeout=None)
    if report.obstacles:
        view.add_item(RetryAllButton(label=words("retry.button")))
    return view


def obstacles_text(report: Report, words: Words) -> str:
    """Return what files wait for, and why others were given up, a line each."""
    lines = [_obstacle_line(each, words) for each in report.obstacles]
    return fmt.fit(lines, limit=1000, rest=lambda count: words("mirror.more", count=count))


def _obstacle_line(obstacle: Obstacle, words: Words) -> str:
    kind = "given_up" if obstacle.subject is None else obstacle.subject.kind.value
    return words(
        f"status.obstacle.{kind}",
        count=obstacle.files,
        when=discord.utils.format_dt(obstacle.since, "R"),
        reason=error_text(obstacle.error, words),
    )


def missed_text(report: Report, words: Words) -> str:
    """Return what is still to be read of the channels' histories, a line each."""
    lines = [_range_line(each, words) for each in report.missed]
    return fmt.fit(lines, limit=1000, rest=lambda count: words("mirror.more", count=count))


def _range_line(open_range: OpenRange, words: Words) -> str:
    left, retry_at = open_range.left, open_range.retry_at
    read_to = discord.utils.snowflake_time(left.after)
    facts = {
        "channel": f"<#{left.channel_id}>",
        "when": discord.utils.format_dt(read_to, "R"),
    }
    if open_range.parked is not None:
        return words(f"status.range_parked.{open_range.parked.value}", **facts)
    if retry_at is not None:
        retry = discord.utils.format_dt(retry_at, "R")
        return words("status.range_retried", retry=retry, **facts)
    return words("status.range", **facts)


def queue_text(report: Report, words: Words) -> str:
    """Return how much waits, runs and was given up."""
    queue = report.queue
    counts = words("status.counts", ready=queue.ready, leased=queue.leased, dead=queue.dead)
    if queue.oldest_at is None:
        return counts
    when = discord.utils.format_dt(queue.oldest_at, "R")
    return f"{counts}\n{words('status.oldest', when=when)}"


def host_text(report: Report, words: Words) -> str:
    """Return what the image host did last."""
    lines = [f"**{fmt.host_name(report.host_url)}**"]
    if not report.has_key:
        lines.append(words("settings.key_none"))
    if report.budget:
        lines.append(words("status.budget", left=" · ".join(map(_left, report.budget))))
    if report.health.kept_at is not None:
        when = discord.utils.format_dt(report.health.kept_at, "R")
        lines.append(words("status.last_kept", when=when))
    if report.expiry_off:
        lines.append(words("status.expiry_off"))
    if report.health.failure is not None:
        reason = error_text(report.health.failure, words)
        lines.append(words("status.last_failed", reason=reason))
    return "\n".join(lines)


def _left(used: LimitUse) -> str:
    """Return what is left of a limit: of how much, in which time."""
    limit = used.limit
    return f"{used.left} / {limit.most} ({format_duration(limit.period)})"


def dms_text(report: Report, words: Words) -> str:
    """Return whether anybody, and the person, can be sent direct messages."""
    breaker = report.breaker
    if breaker.reason is not None and breaker.until is not None:
        when = discord.utils.format_dt(breaker.until, "R")
        return words(f"status.dms_halted.{breaker.reason.value}", when=when)
    if report.dms_closed_until is None:
        return words("status.dms_open")
    when = discord.utils.format_dt(report.dms_closed_until, "R")
    return words("status.dms_closed", when=when)


def used_text(report: Report, words: Words) -> str:
    """Return what was stored in 24 hours, and of how much that is."""
    files, size_bytes = report.used.files, report.used.size_bytes
    options = report.options
    parts = [words("status.files", files=_of(str(files), options.guild_files))]
    limit = None if options.guild_bytes is None else fmt.size(options.guild_bytes, words)
    parts.append(_of(fmt.size(size_bytes, words), limit))
    return " · ".join(parts)


def _of(used: str, limit: object) -> str:
    return used if limit is None else f"{used} / {limit}"


def trouble_lines(report: Report, words: Words) -> list[str]:
    """Return what ails the bot itself, for moderators to tell whoever runs it."""
    lines: list[str] = []
    if report.trouble is not None:
        lines.append(f"{FAILS} {store_text(report.trouble, words)}")
    if report.clock_ahead is not None:
        way = "ahead" if report.clock_ahead > timedelta() else "behind"
        off = format_duration(timedelta(seconds=round(abs(report.clock_ahead).total_seconds())))
        lines.append(f"{FAILS} {words(f'status.clock_{way}', off=off)}")
    return lines


def bot_text(interaction: AnyInteraction, words: Words) -> str:
    """Return version, shard and the gateway's latency."""
    client: discord.Client = interaction.client
    shard = interaction.guild.shard_id if interaction.guild else 0
    count = client.shard_count or 1
    parts = [f"imgoe_bot {_version.VERSION}", words("status.shard", shard=shard + 1, count=count)]
    if math.isfinite(client.latency):
        parts.append(f"{round(client.latency * 1000)} ms")
    return " · ".join(parts)
