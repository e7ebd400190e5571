"""Events that end before discord.py builds anything of them.

discord.py has no public place for that. All that is used of its inside stands here, and
``tests/ui/test_raw_events.py`` holds it to what it was.
"""

from collections.abc import Callable
from typing import Any, cast

import structlog

from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.reading.raw_messages import RawMessage
from imgoe_bot.ui.watching.quiet_messages import QuietMessages

Parser = Callable[[Any], None]  # an edge: Discord's own JSON

log = structlog.stdlib.get_logger(__name__)


def pass_over_quiet_messages(bot: AnyBot, quiet: QuietMessages) -> bool:
    """Let messages that ask for nothing end before a Message, a dispatch and a task.

    Only for a bot of our own: a foreign one listens to them.

    Source: discord.py 2.7.1 ``gateway.py``: every shard looks up who parses an event in one table.

    Returns:
        False where discord.py has no such table any more; then all of them are looked at.
    """
    parsers: Any = getattr(getattr(bot, "_connection", None), "parsers", None)
    takers = {"MESSAGE_CREATE": quiet.take_new, "MESSAGE_UPDATE": quiet.take_edit}
    if not isinstance(parsers, dict) or not takers.keys() <= parsers.keys():
        log.warning("this discord.py is not known: every message is looked at whole")
        return False
    table = cast("dict[str, Parser]", parsers)
    table.update({name: _unless(take, table[name]) for name, take in takers.items()})
    return True


def _unless(take: Callable[[RawMessage], bool], parse: Parser) -> Parser:
    """Return a parser for what nobody takes before it."""

    def parse_the_rest(data: Any) -> None:
        if not _is_taken(take, data):
            parse(data)

    return parse_the_rest


def _is_taken(take: Callable[[RawMessage], bool], data: RawMessage) -> bool:
    try:
        return take(data)
    except Exception:  # whatever Discord wrote, discord.py has the last word on it
        log.exception("a message can't be looked at before it is built")
        return False
