"""What ``imgoe-bot upload`` prints: links or JSON on standard output, all else on the other."""

import json
import sys
from dataclasses import dataclass
from datetime import datetime

import typer
from rich.console import Console

from imgoe_bot.errors import HostError
from imgoe_bot.hostapi import UploadReply
from imgoe_bot.terminal.standard_streams import is_terminal, plain
from imgoe_bot.terminal.upload.arguments import LinkFormat
from imgoe_bot.terminal.upload.error_texts import explain
from imgoe_bot.terminal.upload.links import delete_line, link
from imgoe_bot.terminal.upload.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """Prints outcomes, above the bars where some are drawn on the same terminal."""

    style: LinkFormat
    as_json: bool
    show_delete_link: bool

    def tell(self, outcome: Outcome, *, console: Console) -> None:
        """Tell one outcome: links on standard output, the rest on standard error.

        Args:
            outcome: what became of an argument.
            console: draws the bars; a terminal for both is one.
        """
        for line in remarks(outcome):
            _print(line, console=console, to_stderr=True)
        for line in self._lines(outcome):
            _print(line, console=console, to_stderr=False)

    def _lines(self, outcome: Outcome) -> list[str]:
        if self.as_json:
            return [as_json(outcome, with_delete_link=self.show_delete_link)]
        if outcome.reply is None:
            return []
        found = link(outcome.reply, self.style)
        return [found, delete_line(outcome.reply)] if self.show_delete_link else [found]


def _print(line: str, *, console: Console, to_stderr: bool) -> None:
    """Print a line, whole; past the bars' console it would be drawn over."""
    if console.is_interactive and (to_stderr or is_terminal(sys.stdout)):
        console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
    else:
        typer.echo(line, err=to_stderr)


def as_json(outcome: Outcome, *, with_delete_link: bool) -> str:
    """Return an outcome as one line of JSON."""
    told: dict[str, object] = {"source": outcome.source, "ok": outcome.error is None}
    if outcome.error is not None:
        told |= {"error": type(outcome.error).__name__, "retryable": outcome.error.retryable}
        told["message"] = explain(outcome.error)
    if isinstance(outcome.error, HostError):
        told["may_be_stored"] = outcome.error.may_be_stored
    if outcome.reply is not None:
        told |= _facts(outcome.reply)
        if with_delete_link and outcome.reply.delete_link is not None:
            told["delete_url"] = outcome.reply.delete_link.reveal()
    return json.dumps(told)


def remarks(outcome: Outcome) -> list[str]:
    """Return the lines that say what went wrong, or not quite as asked."""
    told = [] if outcome.reply is None else _notes(outcome.reply)
    told += [] if outcome.error is None else [explain(outcome.error)]
    return [f"{plain(outcome.source)}: {line}" for line in told]


def _notes(reply: UploadReply) -> list[str]:
    found = [] if reply.is_approved else ["waits until a moderator of the host approves it"]
    if reply.expiry_mismatch:
        found.append(f"the host did not keep the expiry asked for: {_until(reply.expires_at)}")
    return found


def _facts(reply: UploadReply) -> dict[str, object]:
    return {
        "id": reply.id,
        "url": reply.url,
        "viewer_url": reply.viewer_url,
        "thumb_url": reply.thumb_url,
        "medium_url": reply.medium_url,
        "title": reply.title,
        "mime": reply.mime,
        "size_bytes": reply.size_bytes,
        "width_px": reply.width_px,
        "height_px": reply.height_px,
        "duration_s": reply.duration_s,
        "expires_at": reply.expires_at.isoformat() if reply.expires_at else None,
        "expiry_mismatch": reply.expiry_mismatch,
        "is_approved": reply.is_approved,
    }


def _until(expires_at: datetime | None) -> str:
    return "it stays" if expires_at is None else f"it goes at {expires_at:%Y-%m-%d %H:%M} UTC"
