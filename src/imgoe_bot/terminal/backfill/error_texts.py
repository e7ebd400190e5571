"""Why a backfill was not begun, for whoever types commands."""

from imgoe_bot.errors import BackfillOverlaps, BackfillRejected, ImgoeError, KeyMissing

_PROBLEMS = {
    "reversed": "--from has to be before --to.",
    "future": "--from lies in the future.",
    "before-server": "--to is before the server existed.",
    "no-kinds": "--types names nothing.",
}


def error_text(error: Exception) -> str:
    """Return a refusal in words, with what to do next."""
    if isinstance(error, BackfillRejected):
        return _PROBLEMS.get(error.problem, error.problem)
    if isinstance(error, BackfillOverlaps):
        return f"#{error.backfill} reads some of the same messages already: imgoe-bot backfill."
    if isinstance(error, KeyMissing):
        return f"the server has no API key for {error.host_url}: /settings key in Discord adds it."
    if isinstance(error, ImgoeError):
        return repr(error)
    return "the bot sees no such place: check the ids, and that the bot may view the channel."
