"""Every scenario of ``make chaos``, by its name in the table."""

from benchmarks import chaos_clocks as clocks
from benchmarks import chaos_commands as commands
from benchmarks import chaos_discord as discord
from benchmarks import chaos_histories as histories
from benchmarks import chaos_host_faults as faults
from benchmarks import chaos_kills as kills
from benchmarks import chaos_neighbours as neighbours
from benchmarks import chaos_sessions as sessions
from benchmarks import chaos_stores as stores
from benchmarks import chaos_troubles as troubles
from benchmarks.chaos_databases import ENGINES, POSTGRES, SQLITE
from benchmarks.chaos_stage import Scenario

CLOCK_OFF_S = 600.0
LATE_S = 20.0
COMMANDS = TERMINATED = 20
SIX_MINUTES_S = (10.0, 20.0, 30.0, 60.0, 120.0, 120.0)
THREE_HOURS_S = (60.0, 540.0, 1_200.0, 1_800.0, 3_600.0, 3_600.0)
_FILE, _SERVER = (SQLITE,), (POSTGRES,)
_ASKING_NOT = "a host that can't be asked"


def scenarios(kill_count: int) -> tuple[Scenario, ...]:
    """Return every scenario, with so many kills in each campaign of them."""
    return (*_missed(kill_count), *_uploads(kill_count), *_host(), *_discord())


def _missed(kill_count: int) -> tuple[Scenario, ...]:
    """Return what may cost a message."""
    return (
        Scenario("kills", kills.kills(kill_count), ENGINES, size=str(kill_count)),
        Scenario("one message more, right after the start", kills.newest_first, ENGINES),
        Scenario("1,200 messages missed", kills.missed(1200), ENGINES),
        Scenario("two bursts of 50", kills.burst, ENGINES),
        Scenario("session forgotten", sessions.lost(sessions.forget), ENGINES),
        Scenario("forgotten, and posted right after", sessions.forgotten_and_answered, ENGINES),
        Scenario("session resumed", sessions.lost(sessions.drop), _FILE),
        Scenario("opcode 7", sessions.lost(sessions.ask_to_reconnect), _FILE),
        Scenario("events twice and in reverse", sessions.doubled_and_reordered, ENGINES),
        Scenario("server late", sessions.late, ENGINES),
        Scenario("server away in the middle", sessions.outage, ENGINES),
        Scenario("file locked for 4 s", stores.locked(4), _FILE),
        Scenario("file locked for 7 s", stores.locked(7), _FILE),
        Scenario("file locked for 20 s", stores.locked(20), _FILE),
        Scenario("no write succeeds for 8 s", stores.takes_no_writes(8), _FILE),
        Scenario("disk full for 8 s", stores.full(8), _FILE),
        Scenario("folder read-only at a start", stores.read_only_at_start, _FILE),
        Scenario("PostgreSQL killed, back after 6 s", stores.stopped(6), _SERVER),
        Scenario("PostgreSQL silent for 8 s", stores.held(8), _SERVER),
        Scenario("connections cut ten times", stores.cut(10), _SERVER),
        Scenario("clock 10 minutes behind", clocks.shifted(-CLOCK_OFF_S), ENGINES),
        Scenario("clock 10 minutes ahead", clocks.shifted(CLOCK_OFF_S), ENGINES),
        Scenario("clock ahead, put right", clocks.put_right(CLOCK_OFF_S), _FILE),
        Scenario("clock behind, put right", clocks.put_right(-CLOCK_OFF_S), _FILE),
        Scenario("history: 500", histories.closed(histories.refused(500, times=6)), _FILE),
        Scenario("history: 403", histories.closed(histories.refused(403, times=2)), ENGINES),
        Scenario(
            "history: 404 without a code",
            histories.closed(histories.refused(404, times=2, coded=False)),
            _FILE,
        ),
        Scenario("history: 20 s late", histories.closed(histories.hanging(20)), _FILE),
        Scenario("second page: 403", histories.broken_off(403), ENGINES),
        Scenario("second page: 500", histories.broken_off(500), _FILE),
    )


def _uploads(kill_count: int) -> tuple[Scenario, ...]:
    """Return what may cost an upload, or make two of it."""
    return (
        Scenario(
            f"kills, {_ASKING_NOT}",
            kills.kills(kill_count),
            ENGINES,
            size=str(kill_count),
            knows_keys=False,
        ),
        Scenario("asked to end", kills.terminated(TERMINATED), ENGINES, size=str(TERMINATED)),
        Scenario(
            f"asked to end, {_ASKING_NOT}",
            kills.terminated(TERMINATED),
            _FILE,
            size=str(TERMINATED),
            knows_keys=False,
        ),
        Scenario("commands, kills", commands.killed(COMMANDS), ENGINES, size=str(COMMANDS)),
        Scenario(
            f"commands, kills, {_ASKING_NOT}",
            commands.killed(COMMANDS),
            _FILE,
            size=str(COMMANDS),
            knows_keys=False,
        ),
        Scenario("a neighbour's host hangs", neighbours.one_hangs, _FILE),
    )


def _host() -> tuple[Scenario, ...]:
    """Return what a host, or the way to it, does for a while."""
    answers = {**faults.AFTER_STORING, **faults.INSTEAD, **faults.CODED, **faults.CONNECTIONS}
    troubled = {name: troubles.answering(fault) for name, fault in answers.items()}
    troubled |= {"connection refused": troubles.closed, "no HTTP": troubles.garbled}
    return (
        *(
            Scenario(f"host: {name}", troubles.for_a_while(trouble), _FILE)
            for name, trouble in troubled.items()
        ),
        *(
            Scenario(
                f"host: {name}, {_ASKING_NOT}",
                troubles.for_a_while(troubles.answering(fault)),
                _FILE,
                knows_keys=False,
            )
            for name, fault in (faults.AFTER_STORING | faults.CONNECTIONS).items()
        ),
        Scenario(
            f"host: answers {LATE_S:.0f} s late",
            troubles.for_a_while(troubles.answering(faults.late(LATE_S)), for_s=LATE_S),
            _FILE,
        ),
        *(
            Scenario(
                f"host: {name}",
                troubles.for_a_while(troubles.answering(fault), period_s=period_s),
                _FILE,
            )
            for name, (fault, period_s) in faults.PERIODS_S.items()
        ),
        Scenario("host: name not found", troubles.name_unknown, _FILE),
        Scenario("host: no TLS", troubles.without_tls, _FILE),
        Scenario("host: another address while it is away", troubles.address_changed, _FILE),
        Scenario("host: away for 6 minutes", troubles.away(SIX_MINUTES_S), ENGINES),
        Scenario("host: away for 3 hours", troubles.away(THREE_HOURS_S), ENGINES),
    )


def _discord() -> tuple[Scenario, ...]:
    """Return what Discord does for a while."""
    return (
        *(
            Scenario(name, troubles.for_a_while(trouble, for_s=troubles.CDN_S), _FILE)
            for name, trouble in troubles.CDN.items()
        ),
        Scenario("Discord: 429 to every post", discord.through(discord.refusing(429)), _FILE),
        Scenario(
            "Discord: 500, 502 and 503", discord.through(discord.refusing(500, 502, 503)), _FILE
        ),
        Scenario(
            "Discord: 5xx and 429 to everything",
            discord.through(discord.refusing(500, 429, 502, pattern=discord.ANY)),
            _FILE,
        ),
        Scenario("Discord: answers lost", discord.through(discord.losing_answers()), _FILE),
        Scenario("Discord: drops, and answers lost", discord.through(discord.dropping), _FILE),
        Scenario("Discord: no right to post", discord.through(discord.may_not_post), _FILE),
    )
