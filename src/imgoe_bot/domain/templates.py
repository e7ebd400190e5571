"""What is said to the host about an upload, filled in from a server's templates."""

import re
from datetime import datetime

from imgoe_bot.domain.job import Item
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.upload import Details

TITLE_MAX_CHARS = 100
TAG_MAX_CHARS = 32
TAGS_MAX = 10
"""What hosts cut or drop in silence. Source: API.md section 1."""

_FACT = re.compile(r"\{(?P<name>file|name|date|time)\}")


def details_from(options: Options, *, item: Item, at: datetime) -> Details:
    """Return what the options in force say about one upload; ``nsfw`` is the caller's to add."""
    title = fill(options.title, item=item, at=at)
    return Details(
        title=title[:TITLE_MAX_CHARS] if title else None,
        description=fill(options.description, item=item, at=at),
        tags=split_tags(fill(options.tags, item=item, at=at) or ""),
        album_id=options.album,
        expires_after=options.expires,
    )


def fill(template: str | None, *, item: Item, at: datetime) -> str | None:
    """Fill in ``{file}``, ``{name}`` (without its ending), ``{date}`` and ``{time}`` (UTC).

    Anything else in braces stays as it is.
    """
    if template is None:
        return None
    facts = {
        "file": item.filename,
        "name": item.filename.rpartition(".")[0] or item.filename,
        "date": f"{at:%Y-%m-%d}",
        "time": f"{at:%H:%M}",
    }
    return _FACT.sub(lambda found: facts[found["name"]], template)


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a comma list as a host would keep them: trimmed, each once."""
    tags = [tag.strip() for tag in text.split(",")]
    kept = [tag for tag in tags if 0 < len(tag) <= TAG_MAX_CHARS]
    return tuple(dict.fromkeys(kept))[:TAGS_MAX]
