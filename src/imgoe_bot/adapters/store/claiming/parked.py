"""Jobs that wait for their host, their key or their place; see ``domain.parking``.

A job that is tried in spite of that, as the probe or because its time is up, keeps what it was
parked on until it gets through.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import IS_DUE, NOT_DONE, state_is, step_is
from imgoe_bot.adapters.store.upsert import new_rows
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import Job, State, Step
from imgoe_bot.domain.parking import (
    PROBE_TIMEOUT,
    TOLD_AFTER,
    Parking,
    Subject,
    SubjectKind,
    is_well,
    key_subject,
    next_probe,
    subject_of,
)
from imgoe_bot.errors import ImgoeError

AT_ONCE = 500
"""How many jobs are set aside in one transaction, of each subject."""

p = t.parking.c
_IS_PARKED = state_is(State.PARKED)
_IS_HELD = t.job.c.parked_on != literal_column("''")
"""Spelled out, for that is what its index holds."""
_NOT_BEGUN = t.job.c.state.in_((State.PARKED.value, State.READY.value))
NOT_PARKED = {"parked_on": "", "parked_until": None}
_LET_GO = {"state": State.READY.value, "due": True} | NOT_PARKED


def _parked_on(subject: str) -> ColumnElement[bool]:
    return and_(t.job.c.parked_on == subject, _IS_HELD)


def _is_probe(subject: str) -> ColumnElement[bool]:
    """Say of a job that it is tried in spite of its subject; one that is put off is not, by now."""
    return and_(_parked_on(subject), or_(IS_DUE, state_is(State.LEASED)))


def park(
    connection: Connection, job: Job, parking: Parking, *, until: datetime
) -> tuple[dict[str, object], bool]:
    """Note what a job waits for; the next probe's time counts from the last one's failure.

    Args:
        connection: in a transaction.
        job: as it was claimed.
        parking: what it waits for, as if nothing did yet.
        until: when it is given up, unless it was parked before.

    Returns:
        The job's columns, and whether it is time to tell somebody, once.
    """
    subject, error = str(parking.subject), rows.error_values(parking.error)
    is_new = _add(connection, parking)
    if not is_new and job.parked is not None and job.parked.subject == subject:
        probes = connection.execute(select(p.probes).where(p.subject == subject)).scalar_one() + 1
        at = next_probe(parking.error, parking.subject, probes=probes, now=parking.since)
        changed = update(t.parking).where(p.subject == subject)
        connection.execute(changed.values(probes=probes, probe_at=at, **error))
    kept = job.parked.until if job.parked is not None else until
    values: dict[str, object] = {
        "state": State.PARKED.value,
        "owner": None,
        "lease_until": None,
        "parked_on": subject,
        "parked_until": kept,
        "failing_since": job.failing_since or parking.since,
    }
    return values | error, _is_to_be_told(connection, subject, parking.since)


def _is_to_be_told(connection: Connection, subject: str, now: datetime) -> bool:
    lasts = (p.subject == subject, p.told.is_(False), p.since <= now - TOLD_AFTER)
    return connection.execute(update(t.parking).where(*lasts).values(told=True)).rowcount == 1


def _add(connection: Connection, parking: Parking) -> bool:
    """Note what is waited for; who finds it to be well meanwhile waits until all that is stored.

    Returns:
        False where it is noted already.
    """
    new = new_rows(connection, t.parking).values(
        subject=str(parking.subject),
        since=parking.since,
        probes=0,
        probe_at=parking.probe_at,
        **rows.error_values(parking.error),
    )
    known = select(p.subject).where(p.subject == str(parking.subject))
    while connection.execute(new).rowcount != 1:
        if connection.execute(known.with_for_update(read=True, key_share=True)).first():
            return False
    return True


def let_others_go(connection: Connection, job: Job, failure: ImgoeError | None) -> None:
    """Let go what a job was parked on too, unless that is what it has failed of.

    A probe that showed nothing of what it was parked on is followed by another one at once.
    """
    if job.parked is None:
        return
    subject = Subject.read(job.parked.subject)
    if failure is not None and subject_of(failure, job) == subject:
        return
    if is_well(subject, failure):
        unpark(connection, job.parked.subject)
    else:
        probe_another(connection, job.parked.subject)


def probe_another(connection: Connection, subject: str) -> None:
    """Have another probe go at once: the one before told nothing."""
    connection.execute(update(t.parking).where(p.subject == subject).values(probe_at=p.since))


def unpark(connection: Connection, subject: str) -> None:
    """Let go whatever waits for a subject: it is found to be well."""
    connection.execute(delete(t.parking).where(p.subject == subject))
    waiting = update(t.job).where(_parked_on(subject), _NOT_BEGUN)
    connection.execute(waiting.values(**_LET_GO))


def unpark_server(connection: Connection, guild_id: GuildId) -> None:
    """Let go a server's uploads: it has another key or host now."""
    mine = (t.job.c.guild_id == guild_id, NOT_DONE, _NOT_BEGUN, step_is(Step.UPLOAD))
    connection.execute(update(t.job).where(*mine, _IS_HELD).values(**_LET_GO))
    connection.execute(delete(t.parking).where(p.subject == str(key_subject(guild_id))))


def ask_now(connection: Connection, *which: ColumnElement[bool]) -> int:
    """Have the next probe go at once of whatever these jobs wait for.

    Returns:
        For how many of them that is new: no probe is under way, or asked for already.
    """
    waiting = select(t.job.c.parked_on, func.count()).where(*which, _IS_PARKED, _IS_HELD)
    asked = 0
    for subject, count in connection.execute(waiting.group_by(t.job.c.parked_on)).all():
        probe = select(t.job.c.id).where(_is_probe(subject))
        later = (p.subject == subject, p.probe_at > p.since, ~probe.exists())
        sooner = update(t.parking).where(*later).values(probe_at=p.since)
        asked += count if connection.execute(sooner).rowcount else 0
    return asked


def set_aside(connection: Connection, *, now: datetime, park_for: timedelta) -> None:
    """Park the uploads that are due and whose host or key is waited for; those tried now are not.

    What is just found to be well, by another process maybe, is waited for no more.

    Args:
        connection: in a transaction.
        now: the time of day.
        park_for: how long they wait at most.
    """
    standing = select(t.parking).with_for_update(read=True, key_share=True, skip_locked=True)
    for row in connection.execute(standing).mappings().all():
        which = _due_for(Subject.read(row["subject"]))
        if which is None:
            continue
        found = select(t.job.c.id).where(
            *which, IS_DUE, step_is(Step.UPLOAD), t.job.c.parked_on == ""
        )
        values = {
            "state": State.PARKED.value,
            "parked_on": row["subject"],
            "parked_until": now + park_for,
            "error": row["error"],
            "error_facts": row["error_facts"],
        }
        aside = update(t.job).where(
            t.job.c.id.in_(found.limit(AT_ONCE).with_for_update(skip_locked=True))
        )
        connection.execute(aside.values(**values))


def _due_for(subject: Subject) -> Iterable[ColumnElement[bool]] | None:
    """Say of a due upload that it would wait for the subject; None where none does."""
    match subject.kind:
        case SubjectKind.HOST:
            return (t.job.c.lane == subject.name,)
        case SubjectKind.KEY:
            return (t.job.c.guild_id == int(subject.name),)
        case SubjectKind.PLACE:
            return None


def send_probes(connection: Connection, now: datetime) -> int:
    """Let one job of each subject be tried whose time has come, and those whose own is up.

    Returns:
        How many were let go.
    """
    due = select(p.subject).where(p.probe_at <= now).with_for_update(skip_locked=True)
    sent = 0
    for subject in connection.execute(due).scalars().all():
        sent += _send_probe(connection, subject, now)
    overdue = select(t.job.c.id).where(_IS_PARKED, t.job.c.parked_until <= now)
    up = update(t.job).where(t.job.c.id.in_(overdue.limit(AT_ONCE)))
    return sent + connection.execute(up.values(state=State.READY.value, due=True)).rowcount


def _send_probe(connection: Connection, subject: str, now: datetime) -> int:
    """Choose the job that was tried least; a subject that nothing waits for is forgotten."""
    mine = _parked_on(subject)
    connection.execute(
        update(t.parking).where(p.subject == subject).values(probe_at=now + PROBE_TIMEOUT)
    )
    if connection.execute(select(t.job.c.id).where(_is_probe(subject)).limit(1)).first():
        return 0  # it is under way, or waits for room
    by_tries = (t.job.c.failing_since.is_not(None), t.job.c.attempts, t.job.c.id)
    next_ = select(t.job.c.id).where(mine, _IS_PARKED).order_by(*by_tries).limit(1)
    probe = update(t.job).where(t.job.c.id == next_.scalar_subquery())
    sent = connection.execute(probe.values(state=State.READY.value, due=True)).rowcount
    if not sent:
        connection.execute(delete(t.parking).where(p.subject == subject))
    return sent


def next_probes() -> tuple[ScalarSelect[datetime], ScalarSelect[datetime]]:
    """Return the queries for when the next probe is due, and when the next job's time is up."""
    return (
        select(func.min(p.probe_at)).scalar_subquery(),
        select(func.min(t.job.c.parked_until)).where(_IS_PARKED).scalar_subquery(),
    )


def read_parkings(connection: Connection, *, of: Iterable[str] | None = None) -> list[Parking]:
    """Return what is waited for, all of it or of some subjects, the oldest first."""
    query = select(t.parking).order_by(p.since)
    if of is not None:
        query = query.where(p.subject.in_(list(of)))
    return [
        Parking(
            Subject.read(row["subject"]),
            rows.rebuilt_error(row["error"], row["error_facts"]),
            row["since"],
            row["probe_at"],
        )
        for row in connection.execute(query).mappings()
    ]
