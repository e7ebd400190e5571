"""Log lines for people or machines, with every secret cut out on the way."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from imgoe_bot.terminal.standard_streams import is_terminal

REDACTED = "[secret]"
CUT = "[cut]"
TEXT_MAX_CHARS = 64 * 1024
"""Of a value, and of a whole line, tracebacks included."""

_SECRETS = (
    re.compile(r"chv_[A-Za-z0-9_]+"),
    re.compile(r"(?<=/delete/)[0-9a-fA-F]{16,}"),
    re.compile(r"[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}"),
    re.compile(r"(?i)(?<=x-api-key: )\S+"),
    re.compile(r"(?i)(?<=x-api-key': ')[^']+"),
    re.compile(r"(?i)(?<=x-api-key', ')[^']+"),
    re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"),
    re.compile(r"(?<=[?&]key=)[^&\s]+"),
    re.compile(r"(?<=/webhooks/)\d+/[A-Za-z0-9_.-]+"),
    re.compile(r"(?<=/interactions/)\d+/[A-Za-z0-9_.-]+"),
)

_LIBRARIES = {
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "discord": logging.INFO,
    "httpx": logging.WARNING,
}
"""The least level of libraries that log every statement, or payloads with what modals were told."""

_Event = MutableMapping[str, Any]  # structlog's own event type


def redact(text: str) -> str:
    """Return the text with keys, tokens and delete links cut out, and the end of a very long one.

    A last net: no code of ours hands a secret to the log, third-party code may.
    """
    if len(text) > TEXT_MAX_CHARS:  # at a blank, so that no half of a secret is left
        text = f"{text[:TEXT_MAX_CHARS].rpartition(' ')[0]} {CUT}"
    for pattern in _SECRETS:
        text = pattern.sub(REDACTED, text)
    return text


def _redact_event(_logger: object, _method: str, event: _Event) -> _Event:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(*, level: str, as_json: bool) -> None:
    """Send structlog's and the standard library's log lines to stderr in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, as_json=as_json))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, quietest in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(quietest, logging.getLevelNamesMapping()[level]))


def _formatter(shared: list[structlog.typing.Processor], *, as_json: bool) -> logging.Formatter:
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=is_terminal(sys.stderr))
    )
    return _RedactingFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
