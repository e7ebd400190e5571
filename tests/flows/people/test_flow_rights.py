"""Who may do what: every command by every kind of person, shown by Discord or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Channel, Interaction, Message, Permission, Person, Role
from imgoe_bot.discordsim.interactions import commands as known
from imgoe_bot.discordsim.untyped_json import mappings, text
from tests.flows.kit import PATIENCE_S, Harness, picture

REFUSED = ("The permission **Manage Server** is missing", "Only members with the role")


class Rank(IntEnum):
    """What a person needs for a command, and has."""

    MEMBER = 0
    UPLOADER = 1
    MANAGER = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True)
class Act:
    """One way to use a command.

    Attributes:
        needs: the least that gets it done.
        options: what it is given.
        form: what is entered in the form it opens; None when it opens none.
    """

    needs: Rank
    options: Callable[[Harness], Mapping[str, object]] = field(default=lambda _: {})
    form: Callable[[Harness], Mapping[str, object]] | None = None


def _lounge(harness: Harness) -> Mapping[str, object]:
    return {"channel": harness.lounge}


def _bots_on(_: Harness) -> Mapping[str, object]:
    return {"name": "bots", "value": "on"}


def _first(_: Harness) -> Mapping[str, object]:
    return {"number": 1}


def _unique() -> Callable[[Harness], Mapping[str, object]]:
    return lambda _: {"file": picture()}


ACTS: Mapping[str, Act] = {
    "upload": Act(Rank.UPLOADER, _unique()),
    "upload-many": Act(Rank.UPLOADER, form=lambda _: {"files": [picture()]}),
    "mirror add": Act(Rank.MANAGER, _lounge),
    "mirror pause": Act(Rank.MANAGER, _lounge),
    "mirror resume": Act(Rank.MANAGER, _lounge),
    "mirror retry": Act(Rank.MANAGER, _lounge),
    "mirror test": Act(Rank.MANAGER, _lounge),
    "mirror list": Act(Rank.MANAGER),
    "mirror remove": Act(Rank.MANAGER, _lounge),
    "backfill start": Act(Rank.MANAGER, _lounge),
    "backfill list": Act(Rank.MANAGER),
    "backfill pause": Act(Rank.MANAGER, _first),
    "backfill resume": Act(Rank.MANAGER, _first),
    "backfill cancel": Act(Rank.MANAGER, _first),
    "setup": Act(Rank.MANAGER),
    "settings key": Act(
        Rank.MANAGER,
        form=lambda harness: {"host": harness.host.url, "key": "chv_another_key_of_it"},
    ),
    "settings show": Act(Rank.MANAGER),
    "settings set": Act(Rank.MANAGER, _bots_on),
    "settings reset": Act(Rank.MANAGER, lambda _: {"name": "bots"}),
    "settings export": Act(Rank.MANAGER),
    "settings import": Act(Rank.MANAGER, _unique()),
    "settings history": Act(Rank.MANAGER),
    "my-key": Act(Rank.MEMBER),
    "library": Act(Rank.MEMBER),
    "library-export": Act(Rank.MEMBER, lambda _: {"format": "json"}),
    "stats": Act(Rank.MEMBER),
    "status": Act(Rank.MANAGER),
    "privacy show": Act(Rank.MEMBER),
    "privacy opt-out": Act(Rank.MEMBER),
    "privacy opt-in": Act(Rank.MEMBER),
    "privacy export": Act(Rank.MEMBER),
    "privacy forget-me": Act(Rank.MEMBER),
    "help": Act(Rank.MEMBER),
    "why": Act(Rank.MEMBER, lambda harness: {"message": "https://example.com"}),
}
WIDER: Mapping[str, Act] = {
    "library": Act(Rank.MANAGER, lambda _: {"whose": "server"}),
    "library-export": Act(Rank.MANAGER, lambda _: {"whose": "server", "format": "csv"}),
    "stats": Act(Rank.MANAGER, lambda _: {"whose": "server"}),
}
"""The same commands, asked for more than one's own."""

MENUS: Mapping[str, Rank] = {
    "Mirror to host": Rank.UPLOADER,
    "Permanent link": Rank.MEMBER,
    "Why?": Rank.MEMBER,
}
KINDS = [
    pytest.param(Rank.ADMINISTRATOR, id="administrator"),
    pytest.param(Rank.MANAGER, id="manager"),
    pytest.param(Rank.UPLOADER, id="allowed role"),
    pytest.param(Rank.MEMBER, id="member"),
]


@dataclass
class Hall:
    """A harness whose commands everybody is shown, as if an administrator had overridden them."""

    harness: Harness
    role: Role
    message: Message

    def join(self, rank: Rank) -> Person:
        """Add a person of a rank."""
        person = self.harness.sim.add_person(f"{rank.name.lower()}-of-it")
        permissions = {
            Rank.MANAGER: Permission.MANAGE_GUILD,
            Rank.ADMINISTRATOR: Permission.ADMINISTRATOR,
        }.get(rank, Permission.NONE)
        self.harness.guild.join(person, permissions=permissions)
        if rank is Rank.UPLOADER:
            self.harness.guild.set_roles(person, [self.role])
        return person


@pytest_asyncio.fixture
async def hall(running: Harness) -> Hall:
    role = running.guild.add_role("Uploaders")
    asked = await running.ada.slash(
        running.photos, "settings set", name="uploaders", value=f"<@&{role.id}>"
    )
    await asked.wait_response()
    message = await running.ada.say(running.lounge, files=[picture(colour="red")])
    return Hall(running, role, message)


async def _outcome(person: Person, asked: Interaction, act: Act | None, harness: Harness) -> str:
    """Return all that a person is told, having filled in the form if one opens."""
    await asked.wait_acknowledged(PATIENCE_S)
    if asked.modal is not None and act is not None and act.form is not None:
        asked = await person.fill_modal(asked, act.form(harness))
    answer = await asked.wait_response(PATIENCE_S)
    return f"{answer.content} {answer.embeds}"


def _is_refused(told: str) -> bool:
    return any(words in told for words in REFUSED)


def _names(harness: Harness) -> set[str]:
    """Return every slash command Discord knows, with its sub-commands, and every menu."""
    names: set[str] = set()
    for command in harness.sim.world.commands.values():
        options = mappings(command.definition.get("options", ()))
        inner = [text(option, "name") for option in options if option["type"] == 1]
        names.update([f"{command.name} {name}" for name in inner] or [command.name])
    return names


async def test_every_command_has_its_row(running: Harness) -> None:
    assert _names(running) == {*ACTS, *MENUS}


@pytest.mark.parametrize("rank", KINDS)
async def test_each_command_is_done_for_whoever_may_and_refused_to_all_others(
    hall: Hall, rank: Rank
) -> None:
    """Also where Discord's own check was lifted."""
    harness, person = hall.harness, hall.join(rank)
    for name in {name.split()[0] for name in ACTS}:
        harness.guild.override_command(name, allowed=True)

    wrong: list[str] = []
    for name, act in [*ACTS.items(), *WIDER.items()]:
        asked = await person.slash(harness.lounge, name, **act.options(harness))
        told = await _outcome(person, asked, act, harness)
        if _is_refused(told) is (rank >= act.needs):
            wrong.append(f"/{name} {dict(act.options(harness))}: {told}")

    assert wrong == []


@pytest.mark.parametrize("rank", KINDS)
async def test_each_menu_is_done_for_whoever_may_and_refused_to_all_others(
    hall: Hall, rank: Rank
) -> None:
    person = hall.join(rank)

    for name, needs in MENUS.items():
        asked = await person.use_menu(hall.message, name)
        told = await _outcome(person, asked, None, hall.harness)
        assert _is_refused(told) is (rank < needs), f"{name}: {told}"


@pytest.mark.parametrize("rank", KINDS)
async def test_discord_offers_what_may_be_used_and_nothing_else(hall: Hall, rank: Rank) -> None:
    person = hall.join(rank)

    offered = {
        c.name for c in known.visible(hall.harness.sim.world, hall.harness.lounge, person.user)
    }

    managed = {name.split()[0] for name, act in ACTS.items() if act.needs is Rank.MANAGER}
    assert bool(managed & offered) is (rank >= Rank.MANAGER)
    assert offered >= {name.split()[0] for name in ACTS} - managed


async def test_an_administrator_of_another_server_changes_and_sees_nothing_of_this_one(
    hall: Hall,
) -> None:
    """By any command, also where what it is given names places, roles and messages of this one."""
    harness = hall.harness
    eve = harness.sim.add_person("eve")
    other = harness.sim.add_guild("Elsewhere", owner=eve)
    desk = other.add_channel("desk")
    note = await eve.say(desk, files=[picture("note.png")])
    card = await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))
    before = [harness.read_number(count, harness.guild.id) for count in COUNTS]

    told: list[str] = []
    for name, act in [*ACTS.items(), *WIDER.items(), *_reaching_over(hall)]:
        options = {**act.options(harness)}
        if isinstance(options.get("channel"), Channel):  # Discord offers one's own only
            options["channel"] = desk
        asked = await eve.slash(desk, name, **options)
        told.append(await _outcome(eve, asked, act, harness))
    told += [await _outcome(eve, await eve.use_menu(note, name), None, harness) for name in MENUS]

    for secret in ("cat.png", str(card.embeds[0]["url"]), str(harness.ben.id), str(harness.ada.id)):
        assert secret not in str(told)
    assert [harness.read_number(count, harness.guild.id) for count in COUNTS] == before
    assert await harness.status(card.embeds[0]["url"]) == 200


def _reaching_over(hall: Hall) -> list[tuple[str, Act]]:
    """Commands that are given ids of this server."""
    harness = hall.harness
    link = f"https://discord.com/channels/{harness.guild.id}/{harness.lounge.id}/{hall.message.id}"

    def given(**options: object) -> Act:
        return Act(Rank.MANAGER, lambda _: options)

    return [
        ("why", given(message=link)),
        ("settings set", given(name="log_channel", value=str(harness.photos.id))),
        ("settings set", given(name="role", value=str(hall.role.id))),
    ]


COUNTS = (
    "SELECT version FROM guild WHERE guild_id = ?",
    "SELECT count(*) FROM option_value WHERE guild_id = ?",
    "SELECT count(*) FROM mirror_rule WHERE guild_id = ?",
    "SELECT count(*) FROM upload WHERE guild_id = ? AND deleted_at IS NULL",
)
