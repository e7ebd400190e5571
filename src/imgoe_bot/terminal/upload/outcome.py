"""What became of each argument of ``imgoe-bot upload``, and the exit code that this amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgoe_bot.errors import ImgoeError, KeyRejected
from imgoe_bot.hostapi import UploadReply
from imgoe_bot.terminal.exit_codes import EXIT_FAILED, EXIT_KEY, EXIT_TRY_LATER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one argument: a reply or an error, never both.

    Attributes:
        source: the argument, as typed.
    """

    source: str
    reply: UploadReply | None = None
    error: ImgoeError | None = None


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 for all stored, else what the failures call for: a key, a later try, or a look."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not errors:
        return 0
    if any(isinstance(error, KeyRejected) for error in errors):
        return EXIT_KEY
    return EXIT_TRY_LATER if all(error.retryable for error in errors) else EXIT_FAILED
