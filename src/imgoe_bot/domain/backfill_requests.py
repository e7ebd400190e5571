"""What a moderator asks to be kept of what was posted before, and whether that can be meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.backfill import Backfill, Cards
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import BackfillOverlaps, BackfillRejected


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What is asked for, before anything is checked.

    Attributes:
        place_id: a channel, forum, category or thread; the server's own id stands for all of it.
        parent_ids: what the place stands in, innermost first, without the server.
        asked: an id of Discord's of this moment (that of the interaction): nothing later is read.
        after: what comes after this message is looked at; None: from the beginning.
        before: what comes before this message; None: all there is.
        kinds: what sort of media; the place's own options hold besides.
        dry_run: whether it only counts.
        summary: whether each person whose files were kept is written to once, at the end.
        expected: how many files an estimate found; None where there is none.
        locale: the language of what is said in public about it, by Discord's code.
    """

    place_id: ChannelId
    asked: MessageId
    parent_ids: tuple[ChannelId, ...] = ()
    after: MessageId | None = None
    before: MessageId | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    dry_run: bool = False
    cards: Cards = Cards.SILENT
    summary: bool = False
    expected: int | None = None
    locale: str = "en-US"


def ids_between(
    begin: datetime | None, end: datetime | None
) -> tuple[MessageId | None, MessageId | None]:
    """Return ``after`` and ``before`` of all that was posted from ``begin`` on, before ``end``."""
    return (
        None if begin is None else MessageId(max(0, snowflake_at(begin) - 1)),
        None if end is None else MessageId(max(0, snowflake_at(end))),
    )


def checked(
    request: BackfillRequest,
    *,
    guild_id: GuildId,
    asked_by: UserId,
    now: datetime,
    others: Iterable[Backfill],
) -> Backfill:
    """Return a request as a backfill that has no id yet, its ends within the server's life.

    Args:
        request: what is asked for.
        guild_id: the server.
        asked_by: who asks.
        now: the time of day.
        others: the server's backfills that have not ended.

    Raises:
        BackfillRejected: nothing can lie between its ends, or no kind was chosen.
        BackfillOverlaps: another one of them reads some of the same messages.
    """
    backfill = Backfill(
        id=BackfillId(0),
        guild_id=guild_id,
        place_id=request.place_id,
        parent_ids=request.parent_ids,
        asked_by=asked_by,
        asked_at=now,
        after=max(MessageId(guild_id - 1), request.after or MessageId(0)),
        before=min(request.asked, request.before or request.asked),
        kinds=request.kinds,
        dry_run=request.dry_run,
        cards=request.cards,
        summary=request.summary and not request.dry_run,
        expected=request.expected,
        locale=request.locale,
    )
    problem = _problem(request, guild_id)
    if problem is not None:
        raise BackfillRejected(problem=problem)
    for other in others:
        if _overlap(backfill, other):
            raise BackfillOverlaps(backfill=other.id)
    return backfill


def _problem(request: BackfillRequest, guild_id: GuildId) -> str | None:
    """Return why a request can't be met, as ``BackfillRejected.problem`` has it."""
    after, before = request.after or 0, request.before
    if not request.kinds:
        return "no-kinds"
    if before is not None and before <= after + 1:
        return "reversed"
    if after >= request.asked:
        return "future"
    if before is not None and before <= guild_id:
        return "before-server"
    return None


def _overlap(one: Backfill, other: Backfill) -> bool:
    """Tell whether both read the same messages of the same places, for the same purpose."""
    same_place = one.place_id in other.line or other.place_id in one.line
    same_time = one.after < other.before - 1 and other.after < one.before - 1
    return same_place and same_time and one.dry_run is other.dry_run
