"""The one place that words errors: what happened, and what whoever can act does next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import discord

from imgoe_bot import errors as e
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.discord_codes import AUTOMOD
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.texts.permission_texts import lacking
from imgoe_bot.ui.translate import Words

LONGEST_WAIT_S = 365 * 86_400
"""What a host asks for beyond this is nonsense."""


def _file(error: e.MediaRejected, words: Words) -> str:
    return f"**{fmt.safe_name(error.filename)}**" if error.filename else words("error.the_file")


def _empty(error: e.EmptyMedia, words: Words) -> str:
    return words("error.empty", file=_file(error, words))


def _unsupported(error: e.UnsupportedMedia, words: Words) -> str:
    return words("error.unsupported", file=_file(error, words), formats=words("error.formats"))


def _too_large(error: e.MediaTooLarge, words: Words) -> str:
    file = _file(error, words)
    has = words("error.too_large", file=file)
    if error.size_bytes:
        has = words("error.too_large_by_size", file=file, size=fmt.size(error.size_bytes, words))
    limit = ""
    if error.limit_bytes:
        limit = words("error.limit", limit=fmt.size(error.limit_bytes, words))
    return fmt.sentences(words, has, limit, words("error.post_smaller"))


def _skipped(error: e.MediaSkipped, words: Words) -> str:
    if words.find(f"error.skipped_{error.reason}") is None:  # another version stored it
        return words("error.rejected", file=_file(error, words))
    return words(f"error.skipped_{error.reason}", file=_file(error, words))


def _quota(error: e.QuotaReached, words: Words) -> str:
    limit = fmt.size(error.limit, words) if error.unit == "bytes" else str(error.limit)
    if error.whose == "person":
        return words("error.quota_person", limit=limit)
    return words("error.quota_guild", limit=limit)


def _rejected(error: e.MediaRejected, words: Words) -> str:
    return words("error.rejected", file=_file(error, words))


def _settings(error: e.SettingsRejected, words: Words) -> str:
    hint = option_texts.problem(error.setting, error.problem, words)
    hint = hint or words.find(f"error.problem.{error.problem}")
    return fmt.sentences(
        words,
        words("error.setting_refused", setting=option_texts.setting_name(error.setting, words)),
        hint or words("error.reason", problem=fmt.escape(error.problem)),
        option_texts.meant(error.meant, words),
        words("error.nothing_changed"),
    )


def _key_missing(error: e.KeyMissing, words: Words) -> str:
    return words("error.key_missing", host=fmt.host_name(error.host_url))


def _not_allowed(error: e.NotAllowed, words: Words) -> str:
    kind, _, role_id = error.needs.partition(":")
    if kind == "membership":
        return words("error.not_a_member")
    if kind == "consent":
        return words("error.opted_out")
    if kind == "role":
        return words("error.role_missing", role=f"<@&{role_id}>")
    elsewhere, facts = lacking(error.needs, words)
    return words(f"error.not_allowed{elsewhere}", **facts)


def _upload_not_found(_: e.UploadNotFound, words: Words) -> str:
    return words("error.upload_not_found")


def _under_way(_: e.UnderWay, words: Words) -> str:
    return words("error.under_way")


def _source_gone(error: e.SourceGone, words: Words) -> str:
    if error.site is not None:
        return words("error.site_unreachable", site=fmt.escape(error.site))
    return words("error.source_gone")


def _source_blocked(_: e.SourceBlocked, words: Words) -> str:
    return words("error.source_blocked")


def _source_unreachable(error: e.SourceUnreachable, words: Words) -> str:
    if error.site is not None:
        return words("error.site_unreachable", site=fmt.escape(error.site))
    return words("error.source_unreachable")


def _unreachable(error: e.HostUnreachable, words: Words) -> str:
    return words("error.unreachable", host=fmt.host_name(error.host))


def _broken(error: e.HostBroken, words: Words) -> str:
    if error.status == 200:  # a page where a reply should be; what is no host at all shows one too
        return words("error.reply_missing", host=fmt.host_name(error.host))
    return words("error.broken", host=fmt.host_name(error.host))


def _busy(error: e.HostBusy, words: Words) -> str:
    host = fmt.host_name(error.host)
    if not error.retry_after_s:
        return words("error.busy", host=host)
    wait = timedelta(seconds=min(error.retry_after_s, LONGEST_WAIT_S))
    at = discord.utils.utcnow() + wait
    return words("error.busy_for", host=host, when=discord.utils.format_dt(at, "R"))


def _awaits_approval(error: e.AwaitsApproval, words: Words) -> str:
    return words("card.waiting", host=fmt.host_name(error.host))


def _refused(error: e.HostRefused, words: Words) -> str:
    says = ""
    if error.host_message:
        says = words("error.host_says", message=fmt.escape(error.host_message))
    return fmt.sentences(words, words("error.refused", host=fmt.host_name(error.host)), says)


def _key_rejected(error: e.KeyRejected, words: Words) -> str:
    host = fmt.host_name(error.host)
    if error.is_denied:
        return words("error.key_denied", host=host)
    return words("error.key_rejected", host=host)


def _duplicate(error: e.DuplicateMedia, words: Words) -> str:
    url = error.viewer_url or ""
    link = words("error.duplicate_address", url=url) if fmt.is_link(url) else ""
    host = fmt.host_name(error.host)
    said = words("error.duplicate", host=host)
    if error.answer_lost:
        said = words("error.answer_lost", host=host)
    return fmt.sentences(words, said, link)


def _bad_reply(error: e.BadReply, words: Words) -> str:
    return words("error.bad_reply", host=fmt.host_name(error.host))


def _reply_missing(error: e.ReplyMissing, words: Words) -> str:
    return words("error.reply_missing", host=fmt.host_name(error.host))


def _stale(_: e.StaleWrite, words: Words) -> str:
    return words("error.stale")


def _cut_off(_: e.CutOff, words: Words) -> str:
    return words("error.cut_off")


def _stale_command(_: e.StaleCommand, words: Words) -> str:
    return words("error.stale_command")


def _backfill_rejected(error: e.BackfillRejected, words: Words) -> str:
    known = words.find(f"error.backfill_{error.problem.replace('-', '_')}")
    return known or words("error.operator")


def _backfill_overlaps(error: e.BackfillOverlaps, words: Words) -> str:
    return words("error.backfill_overlaps", number=error.backfill)


def _backfill_not_found(error: e.BackfillNotFound, words: Words) -> str:
    return words("error.backfill_not_found", number=error.backfill)


def _backfill_ended(error: e.BackfillEnded, words: Words) -> str:
    key = "error.backfill_is_cancelled" if error.state == "cancelled" else "error.backfill_is_done"
    return words(key, number=error.backfill)


def _discord_refused(error: e.DiscordRefused, words: Words) -> str:
    if error.code in AUTOMOD:
        return words("error.automod")
    return words("error.discord_refused", code=error.code)


def _operator(_: e.ImgoeError, words: Words) -> str:
    return words("error.operator")


def waiting_text(error: e.HostError | None, words: Words) -> str:
    """Return what a file waits for that a person asked for; None: for others' files."""
    if error is None:
        return words("waiting.others_first")
    is_lost = isinstance(error, e.HostUnreachable | e.ReplyMissing) and error.may_be_stored
    host = fmt.host_name(error.host)
    return words("waiting.answer_lost", host=host) if is_lost else words("waiting.host", host=host)


def _ended(_: e.EndedByOperator, words: Words) -> str:
    return words("error.ended_by_operator")


def store_text(error: e.StoreError, words: Words) -> str:
    """Return what ails the bot's own database, for whoever may tell who runs it."""
    kinds: dict[type[e.StoreError], str] = {
        e.StoreFull: "full",
        e.StoreReadOnly: "read_only",
        e.StoreBroken: "broken",
    }
    return words(f"error.store_{kinds.get(type(error), 'away')}")


_WORDS: dict[type[e.ImgoeError], Callable[[Any, Words], str]] = {
    e.EmptyMedia: _empty,
    e.UnsupportedMedia: _unsupported,
    e.MediaTooLarge: _too_large,
    e.MediaSkipped: _skipped,
    e.QuotaReached: _quota,
    e.MediaRejected: _rejected,
    e.SettingsRejected: _settings,
    e.KeyMissing: _key_missing,
    e.NotAllowed: _not_allowed,
    e.UploadNotFound: _upload_not_found,
    e.UnderWay: _under_way,
    e.CutOff: _cut_off,
    e.StaleCommand: _stale_command,
    e.BackfillRejected: _backfill_rejected,
    e.BackfillOverlaps: _backfill_overlaps,
    e.BackfillNotFound: _backfill_not_found,
    e.BackfillEnded: _backfill_ended,
    e.SourceGone: _source_gone,
    e.SourceBlocked: _source_blocked,
    e.SourceUnreachable: _source_unreachable,
    e.HostUnreachable: _unreachable,
    e.HostBroken: _broken,
    e.HostBusy: _busy,
    e.AwaitsApproval: _awaits_approval,
    e.HostRefused: _refused,
    e.KeyRejected: _key_rejected,
    e.DuplicateMedia: _duplicate,
    e.BadReply: _bad_reply,
    e.ReplyMissing: _reply_missing,
    e.StaleWrite: _stale,
    e.DirectMessagesHalted: _operator,
    e.DiscordRefused: _discord_refused,
    e.ConfigError: _operator,
    e.StoreError: _operator,
    e.StoreFull: store_text,
    e.StoreReadOnly: store_text,
    e.StoreBroken: store_text,
    e.SchemaTooNew: _operator,
    e.EndedByOperator: _ended,
    e.InternalError: _operator,
}


def error_text(error: e.ImgoeError, words: Words) -> str:
    """Return what a person is told about an error, as Discord markdown without mentions."""
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return fmt.sentences(words, _WORDS[kind](error, words), _lost(error, words))
    return _operator(error, words)


def _lost(error: e.ImgoeError, words: Words) -> str:
    """Return what is said of a file that its host may have all the same; empty for any other."""
    is_lost = isinstance(error, e.HostError) and error.may_be_stored
    return words("error.may_be_stored") if is_lost else ""


def own_key_text(error: e.ImgoeError, words: Words) -> str:
    """Return the same for somebody who uses a key of their own, which nobody else can mend."""
    if isinstance(error, e.KeyMissing):
        return words("error.my_key_missing", host=fmt.host_name(error.host_url))
    if isinstance(error, e.KeyRejected) and error.is_denied:
        return words("error.my_key_denied", host=fmt.host_name(error.host))
    if isinstance(error, e.KeyRejected):
        return words("error.my_key_rejected", host=fmt.host_name(error.host))
    return error_text(error, words)
