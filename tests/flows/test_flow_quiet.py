"""What nobody asked to be kept costs the database nothing."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from tests.flows.kit import Town, picture

WORDS = 100


@contextmanager
def _statements() -> Generator[list[str]]:
    """Count what the bot of this process asks of its database; looks at the queue left out."""
    asked: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if not statement.startswith(("UPDATE job", "SELECT job", "BEGIN")):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _keep_one(town: Town, name: str) -> None:
    """Have something kept: events come in order, so those before it were dealt with by then."""
    posted = await town.ben.say(town.photos, files=[picture(name)])
    await town.card_for(posted)
    await town.note_for(town.ben)


async def _talk(town: Town) -> None:
    elsewhere = town.sim.add_guild("Chat club", owner=town.ada)
    elsewhere.join(town.ben)
    chat = elsewhere.add_channel("chat")
    for place in (town.lounge, chat):
        await town.ben.say(place, "a first word")
        await town.ben.say(place, files=[picture("nobody keeps this.png")])
        said = [await town.ben.say(place, f"word {number}") for number in range(WORDS)]
        await town.ben.edit(said[0], "another word")
        await town.ben.delete(said[1])


async def test_talk_in_channels_that_are_not_mirrored_starts_no_transaction(
    running: Town,
) -> None:
    await _keep_one(running, "warm.png")
    with _statements() as alone:
        await _keep_one(running, "alone.png")
    with _statements() as amid_talk:
        await _talk(running)
        await _keep_one(running, "amid talk.png")

    assert len(amid_talk) - len(alone) < WORDS / 2


async def test_a_start_after_which_nothing_was_missed_writes_no_mark_anew(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        await _keep_one(town, "before.png")
    marked: list[int] = []

    def note(_c: object, _u: object, statement: str, given: tuple[int, ...], *_: object) -> None:
        if statement.startswith("INSERT INTO seen"):
            marked.append(given[0])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        async with town.bot():
            await town.mirror(town.lounge)
            await town.observed(await town.ben.say(town.lounge, "after the start"))
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert set(marked) == {town.lounge.id}
