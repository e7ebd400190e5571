"""What ``/settings`` answers, and the files it gives and takes."""

from datetime import datetime

import discord

from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.option_layers import OptionInForce
from imgoe_bot.domain.templates import fill
from imgoe_bot.errors import SettingsRejected, SourceUnreachable
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import text_file
from imgoe_bot.ui.settings.place_parameter import OptionPlace
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import Words

EXPORT_NAME = "imgoe-settings.json"
EXPORT_MAX_BYTES = 80_000
TEMPLATES = ("title", "description", "tags")
EXAMPLE_FILE = "holiday.jpg"


def was_set(
    place: OptionPlace,
    words: Words,
    *,
    name: str,
    new: str,
    before: tuple[OptionInForce, ...],
    at: datetime,
) -> str:
    """Return the answer to ``/settings set``: what holds now, and what held before.

    Args:
        place: where it holds.
        words: the reader's language.
        name: the option's.
        new: its value as stored.
        before: every value that held there before.
        at: the time that a template's preview shows.
    """
    old = next((held.text for held in before if held.name == name), None)
    said = words(
        "option.done.set",
        option=fmt.escape(name),
        place=option_texts.place(place.scope_id, words),
        new=option_texts.shown(name, new, words),
        old=option_texts.shown(name, old, words),
    )
    return f"{said}\n{_preview(new, words, at=at)}" if name in TEMPLATES and "{" in new else said


def _preview(template: str, words: Words, *, at: datetime) -> str:
    """Show what a template makes of a file."""
    filled = fill(template, item=Item(AttachmentId(0), 0, EXAMPLE_FILE), at=at) or ""
    return words(
        "option.done.preview",
        text=option_texts.code(fmt.plain_name(filled, limit=option_texts.VALUE_MAX)),
    )


def was_reset(place: OptionPlace, words: Words, *, count: int) -> str:
    """Return the answer to ``/settings reset``."""
    name = option_texts.place(place.scope_id, words)
    if count == 0:
        return words("option.done.nothing", place=name)
    return words("option.done.reset", place=name, count=count)


def export_file(data: str) -> discord.File:
    """Return an export as the file a person saves."""
    return text_file(data, EXPORT_NAME)


async def read_export(file: discord.Attachment) -> str:
    """Return the text of a file that somebody attached.

    Raises:
        SettingsRejected: it is far too large, or no text.
        SourceUnreachable: Discord did not hand it over.
    """
    if file.size > EXPORT_MAX_BYTES:
        raise SettingsRejected(setting="import", problem="too-long")
    try:
        return (await file.read()).decode()
    except UnicodeDecodeError as error:
        raise SettingsRejected(setting="import", problem="not-an-export") from error
    except discord.HTTPException as error:
        raise SourceUnreachable(status=error.status) from error
