"""The chat page's fault panel: bad days at the press of a button, to watch the bot through them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from imgoe_bot.discordsim.controls.faults import Faults
from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload

_SENDING = "POST /channels/*/messages"
_ANY = "* *"
_SLOW_S = 2.0


@dataclass(frozen=True, slots=True)
class FaultContext:
    """Where a fault is let loose: by whom and in which channel."""

    world: World
    faults: Faults
    person: Person
    channel: Channel


@dataclass(frozen=True, slots=True)
class Fault:
    """One button of the panel.

    Attributes:
        name: its name in requests.
        group: the heading it stands under.
        label: what the button says.
        hint: what will happen, for somebody new to Discord's inside.
        act: lets it happen.
    """

    name: str
    group: str
    label: str
    hint: str
    act: Callable[[FaultContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Lasting:
    """A fault that stays until it is taken back.

    Attributes:
        is_on: tells whether it holds now, where somebody is.
        end: takes it back.
    """

    is_on: Callable[[FaultContext], bool]
    end: Callable[[FaultContext], None]


async def _drop(at: FaultContext) -> None:
    await at.faults.drop_sockets(resumable=True)


async def _forget(at: FaultContext) -> None:
    await at.faults.drop_sockets(resumable=False)


async def _reconnect(at: FaultContext) -> None:
    at.faults.ask_to_reconnect()


async def _backwards(at: FaultContext) -> None:
    at.faults.reorder_events()


async def _twice(at: FaultContext) -> None:
    at.faults.duplicate_events()


async def _limit(at: FaultContext) -> None:
    at.faults.next_statuses(_SENDING, [429, 429, 429])


async def _break(at: FaultContext) -> None:
    at.faults.next_statuses(_SENDING, [502, 500])


async def _slow(at: FaultContext) -> None:
    at.faults.delay(_ANY, _SLOW_S)


async def _expire(at: FaultContext) -> None:
    at.faults.expire_links()


async def _blind(at: FaultContext) -> None:
    at.faults.fail_all_previews()


async def _lose(at: FaultContext) -> None:
    at.faults.fail_next_previews()


async def _mute(at: FaultContext) -> None:
    _revoke(at, Permission.SEND_MESSAGES)


async def _hide(at: FaultContext) -> None:
    _revoke(at, Permission.VIEW_CHANNEL)


def _revoke(at: FaultContext, permission: Permission) -> None:
    if at.channel.guild_id is None:
        raise LookupError("Open a channel of a server first: direct messages know no rights.")
    at.faults.revoke(at.channel, permission)


async def _close(at: FaultContext) -> None:
    at.person.dms_closed = True


async def _heal(at: FaultContext) -> None:
    at.faults.clear()
    for channel in at.world.channels.values():
        if at.world.bot.id in channel.overwrites:
            at.faults.restore(channel)
    at.person.dms_closed = False


FAULTS = (
    Fault("drop", "Connection", "Cut the connection", "The bot may resume where it was", _drop),
    Fault("forget", "Connection", "End the session", "The bot must sign in anew", _forget),
    Fault("reconnect", "Connection", "Ask to reconnect", "Opcode 7: the bot resumes", _reconnect),
    Fault("backwards", "Connection", "Swap two events", "The next two come reversed", _backwards),
    Fault("twice", "Connection", "Send events twice", "Each event arrives two times", _twice),
    Fault("limit", "Requests", "Rate limit", "The bot's next 3 posts get 429", _limit),
    Fault("break", "Requests", "Server errors", "The bot's next 2 posts get 5xx", _break),
    Fault("slow", "Requests", "Slow answers", "Each request takes 2 seconds", _slow),
    Fault("expire", "Files", "Expire file links", "All links so far stop working", _expire),
    Fault("lose", "Files", "Lose a picture", "The next one from elsewhere isn't loaded", _lose),
    Fault("blind", "Files", "Blind previews", "None from elsewhere is loaded", _blind),
    Fault("mute", "This channel", "Silence the bot", "It may read here, not write", _mute),
    Fault("hide", "This channel", "Lock the bot out", "It no longer sees this channel", _hide),
    Fault("close-dms", "You", "Close your DMs", "The bot can't write to you", _close),
    Fault("heal", "Afterwards", "All well again", "Undoes all that lasts, opens your DMs", _heal),
)


def _denied(at: FaultContext) -> Permission:
    overwrite = at.channel.overwrites.get(at.world.bot.id)
    return Permission.NONE if overwrite is None else overwrite.deny


def _restore(at: FaultContext) -> None:
    at.faults.restore(at.channel)


def _open(at: FaultContext) -> None:
    at.person.dms_closed = False


LASTING = {
    "twice": Lasting(lambda at: at.faults.copies > 1, lambda at: at.faults.duplicate_events(1)),
    "slow": Lasting(lambda at: at.faults.delay_of(_ANY) > 0, lambda at: at.faults.delay(_ANY, 0)),
    "blind": Lasting(
        lambda at: at.world.active_faults.all_previews_fail,
        lambda at: at.faults.fail_all_previews(failing=False),
    ),
    "mute": Lasting(lambda at: bool(_denied(at) & Permission.SEND_MESSAGES), _restore),
    "hide": Lasting(lambda at: bool(_denied(at) & Permission.VIEW_CHANNEL), _restore),
    "close-dms": Lasting(lambda at: at.person.dms_closed, _open),
}
"""What stays on, by name; the button of one that is on takes it back."""


def fault_buttons() -> list[Payload]:
    """Return the panel's buttons in their order."""
    return [
        {
            "name": one.name,
            "group": one.group,
            "label": one.label,
            "hint": one.hint,
            "lasting": one.name in LASTING,
        }
        for one in FAULTS
    ]


def lasting_on(at: FaultContext) -> list[str]:
    """Return the names of the lasting faults that are on, where somebody is."""
    return [name for name, fault in LASTING.items() if fault.is_on(at)]


async def toggle_fault(name: str, at: FaultContext) -> None:
    """Let a fault happen, or end one that lasts; raises LookupError when there is no such one."""
    if name in lasting_on(at):
        LASTING[name].end(at)
        return
    for fault in FAULTS:
        if fault.name == name:
            await fault.act(at)
            return
    raise LookupError(f"no fault {name!r}")
