"""The one place that words errors: what happened, and what whoever can act does next."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog

from imgoe_bot import errors as e
from imgoe_bot.ui import wording as w
from imgoe_bot.ui.container import AnyInteraction

log = structlog.stdlib.get_logger(__name__)

FORMATS = "JPEG, PNG, GIF, WebP, AVIF, BMP, MP4, MOV or WebM"


def _file(error: e.MediaRejected) -> str:
    return f"**{w.safe_name(error.filename)}**" if error.filename else "The file"


def _empty(error: e.EmptyMedia) -> str:
    return f"{_file(error)} is empty: it has no bytes. Save it again and post it once more."


def _unsupported(error: e.UnsupportedMedia) -> str:
    return (
        f"{_file(error)} is no image or video that can be kept, whatever its name says. "
        f"Post it as {FORMATS}."
    )


def _too_large(error: e.MediaTooLarge) -> str:
    has = f" ({w.size(error.size_bytes)})" if error.size_bytes else ""
    limit = f" The limit is {w.size(error.limit_bytes)}." if error.limit_bytes else ""
    return f"{_file(error)} is too large{has}.{limit} Post a smaller version."


def _rejected(error: e.MediaRejected) -> str:
    return f"{_file(error)} can't be kept. Post it in another format."


def _settings(error: e.SettingsRejected) -> str:
    hint = {
        "not-an-address": "Give the host's address like `https://imgoe.download`.",
        "empty": "It is empty. Copy the key from your account settings at the host.",
        "too-long": "It is too long to be one. Copy it again.",
        "not-a-key": "It has characters that no key has. Copy it again.",
    }.get(error.problem, f"Reason: {w.escape(error.problem)}.")
    return f"That **{w.escape(error.setting)}** can't be used. {hint} Nothing was changed."


def _key_missing(error: e.KeyMissing) -> str:
    return (
        f"This server has no API key for **{w.host_name(error.host_url)}** yet. "
        "A moderator can add one with `/settings key`."
    )


def _not_allowed(error: e.NotAllowed) -> str:
    return f"The permission **{w.permission(error.needs)}** is missing for that."


def _upload_not_found(_: e.UploadNotFound) -> str:
    return "There is no such upload any more, or its host gave no delete link for it."


def _source_gone(_: e.SourceGone) -> str:
    return "The file is gone: its message was deleted before it could be copied."


def _source_blocked(_: e.SourceBlocked) -> str:
    return "That address is not one I read from. Post the file itself."


def _source_unreachable(_: e.SourceUnreachable) -> str:
    return "Discord did not hand over the file. Try again in a minute."


def _unreachable(error: e.HostUnreachable) -> str:
    return (
        f"**{w.host_name(error.host)}** can't be reached. Try again in a few minutes; if it "
        "stays so, a moderator can check the host with `/settings show`."
    )


def _broken(error: e.HostBroken) -> str:
    return (
        f"**{w.host_name(error.host)}** has a fault of its own right now. "
        "Try again in a few minutes."
    )


def _busy(error: e.HostBusy) -> str:
    wait = f"{error.retry_after_s:.0f} seconds" if error.retry_after_s else "a few minutes"
    return f"**{w.host_name(error.host)}** takes no more uploads for now. Try again in {wait}."


def _refused(error: e.HostRefused) -> str:
    words = f" It says: “{w.escape(error.host_message)}”." if error.host_message else ""
    return f"**{w.host_name(error.host)}** refused the upload.{words}"


def _key_rejected(error: e.KeyRejected) -> str:
    return (
        f"**{w.host_name(error.host)}** does not accept this server's API key. "
        "A moderator can set a new one with `/settings key`."
    )


def _duplicate(error: e.DuplicateMedia) -> str:
    link = f" It is here: <{error.viewer_url}>" if error.viewer_url else ""
    return f"**{w.host_name(error.host)}** has this very file already and takes it only once.{link}"


def _bad_reply(error: e.BadReply) -> str:
    return (
        f"**{w.host_name(error.host)}** answered with something that is no upload reply. "
        "A moderator can check the host's address with `/settings show`."
    )


def _stale(_: e.StaleWrite) -> str:
    return "Somebody else changed this meanwhile. Look again, then repeat your change."


def _operator(_: e.ImgoeError) -> str:
    return "I can't do that right now. Whoever runs this bot finds the reason in its log."


_WORDS: dict[type[e.ImgoeError], Callable[[Any], str]] = {
    e.EmptyMedia: _empty,
    e.UnsupportedMedia: _unsupported,
    e.MediaTooLarge: _too_large,
    e.MediaRejected: _rejected,
    e.SettingsRejected: _settings,
    e.KeyMissing: _key_missing,
    e.NotAllowed: _not_allowed,
    e.UploadNotFound: _upload_not_found,
    e.SourceGone: _source_gone,
    e.SourceBlocked: _source_blocked,
    e.SourceUnreachable: _source_unreachable,
    e.HostUnreachable: _unreachable,
    e.HostBroken: _broken,
    e.HostBusy: _busy,
    e.HostRefused: _refused,
    e.KeyRejected: _key_rejected,
    e.DuplicateMedia: _duplicate,
    e.BadReply: _bad_reply,
    e.StaleWrite: _stale,
    e.ConfigError: _operator,
    e.StoreError: _operator,
    e.SchemaTooNew: _operator,
    e.InternalError: _operator,
}


def words_for(error: e.ImgoeError) -> str:
    """Return what a person is told about an error, as Discord markdown without mentions."""
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return _WORDS[kind](error)
    return _operator(error)


async def answer(interaction: AnyInteraction, error: BaseException) -> None:
    """Tell the person, privately, why what they asked for was not done; log what is ours."""
    cause = _cause(error)
    if not isinstance(cause, e.ImgoeError):
        log.error("an interaction broke", exc_info=cause)
        cause = e.InternalError(kind=type(cause).__name__)
    else:
        log.info("an interaction was refused", error=repr(cause))
    text = words_for(cause)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)


@asynccontextmanager
async def answered(interaction: AnyInteraction) -> AsyncGenerator[None]:
    """Answer whatever the block raises; for the callbacks that discord.py would only log."""
    try:
        yield
    except Exception as error:  # everything a callback can raise ends here, worded and logged
        await answer(interaction, error)


def _cause(error: BaseException) -> BaseException:
    """discord.py wraps what a command raises; what it wrapped is what happened."""
    return getattr(error, "original", error)
