"""Commands as a person's client offers and sends them."""

from collections.abc import Mapping

from imgoe_bot.discordsim.interactions.resolved import Resolved
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.commands import Command
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.messages import Message, Upload
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    as_int,
    flag,
    integer,
    mappings,
    sequence,
    text,
)

_SUB, _GROUP, _STRING, _INTEGER, _BOOLEAN, _ATTACHMENT = 1, 2, 3, 4, 5, 11
_ENTITIES = frozenset({6, 7, 8, 9, 11})
_GUILD_INSTALL, _USER_INSTALL = 0, 1


def visible(world: World, channel: Channel, user: User) -> list[Command]:
    """Return the commands a person is offered in a channel."""
    return [item for item in world.commands.values() if _offered(world, item, channel, user)]


def _offered(world: World, command: Command, channel: Channel, user: User) -> bool:
    if command.guild_id not in {None, channel.guild_id}:
        return False
    if not _installed(world, command, channel, user) or not _in_context(world, command, channel):
        return False
    if flag(command.definition, "nsfw") and not channel.nsfw:
        return False
    return channel.guild_id is None or _permitted(world, command, channel, user)


def _installed(world: World, command: Command, channel: Channel, user: User) -> bool:
    kinds = command.definition.get("integration_types")
    allowed = (_GUILD_INSTALL,) if kinds is None else sequence(kinds)
    if _USER_INSTALL in allowed and user.has_app:
        return True
    return _GUILD_INSTALL in allowed and is_installed(world, channel)


def is_installed(world: World, channel: Channel) -> bool:
    """Tell whether the app was added where the channel is, with its bot or without."""
    guild = world.guilds.get(channel.guild_id or 0)
    return has_bot(world, channel) or (guild is not None and guild.has_commands)


def has_bot(world: World, channel: Channel) -> bool:
    """Tell whether the bot is where the channel is."""
    if channel.guild_id is None:
        return world.bot.id in channel.recipient_ids
    return world.guilds[channel.guild_id].has_bot


def context_of(world: World, channel: Channel) -> int:
    """Return Discord's interaction context: 0 guild, 1 with the bot, 2 between people."""
    if channel.guild_id is not None:
        return 0
    return 1 if has_bot(world, channel) else 2


def _in_context(world: World, command: Command, channel: Channel) -> bool:
    context = context_of(world, channel)
    contexts = command.definition.get("contexts")
    if contexts is not None:
        return context in sequence(contexts)
    return context == 0 or command.definition.get("dm_permission") is not False


def _permitted(world: World, command: Command, channel: Channel, user: User) -> bool:
    held = world.permissions(channel, user.id)
    if held & Permission.ADMINISTRATOR:
        return True
    overridden = _overridden(world.guilds[channel.guild_id or 0], command, channel, user)
    if overridden is not None:
        return overridden
    needed = command.definition.get("default_member_permissions")
    return needed is None or (as_int(needed) != 0 and held & as_int(needed) == as_int(needed))


def _overridden(guild: Guild, command: Command, channel: Channel, user: User) -> bool | None:
    """Return what an administrator set for the command, None when nothing was set.

    The person's own setting goes before the roles', one grant among roles before their denials,
    and both before everybody's. A channel that is switched off is off for all.
    """

    def rule(target_id: int) -> bool | None:
        return guild.command_overrides.get((command.name, target_id))

    if rule(channel.id) is False:
        return False
    ruled = [rule(role_id) for role_id in guild.members[user.id].role_ids]
    by_role = [item for item in ruled if item is not None]
    found = [rule(user.id), any(by_role) if by_role else None, rule(guild.id)]
    return next((item for item in found if item is not None), None)


def _named(world: World, channel: Channel, user: User, name: str, kind: int) -> Command:
    for command in visible(world, channel, user):
        if command.name == name and command.type == kind:
            return command
    raise LookupError(f"no command {name!r} here")


def _head(command: Command) -> Payload:
    head: Payload = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None:
        head["guild_id"] = str(command.guild_id)
    return head


def message_menu_data(
    world: World, channel: Channel, user: User, name: str, target: Message
) -> Payload:
    """Return the ``data`` of a message menu command."""
    resolved = Resolved(world, channel, user)
    target_id = resolved.add_message(target)
    head = _head(_named(world, channel, user, name, 3))
    return head | {"target_id": target_id} | resolved.payload()


def user_menu_data(world: World, channel: Channel, user: User, name: str, target: User) -> Payload:
    """Return the ``data`` of a user menu command."""
    resolved = Resolved(world, channel, user)
    target_id = resolved.add(target)
    head = _head(_named(world, channel, user, name, 2))
    return head | {"target_id": target_id} | resolved.payload()


def slash_data(
    world: World,
    channel: Channel,
    user: User,
    line: str,
    values: Mapping[str, object],
    *,
    focused: str | None = None,
) -> Payload:
    """Return the ``data`` of a slash command.

    Args:
        world: where.
        channel: where in it.
        user: who.
        line: the command with its sub-commands, e.g. ``mirror add``.
        values: options by name.
        focused: for autocomplete, the option being typed; nothing is required then.

    Raises:
        LookupError: no such command, sub-command, option or choice; a required one is missing.
        ValueError: a value is out of the option's range.
    """
    name, *subs = line.split()
    command = _named(world, channel, user, name, 1)
    resolved = Resolved(world, channel, user)
    options = _level(command.definition, subs, values, resolved, focused)
    return _head(command) | {"options": options} | resolved.payload()


def focused_type(data: Json) -> int:
    """Return the type of the option that is being typed, text where none is."""
    for option in mappings(data.get("options")):
        if flag(option, "focused"):
            return integer(option, "type")
        if "options" in option:
            return focused_type(option)
    return _STRING


def _level(
    definition: Json,
    subs: list[str],
    values: Mapping[str, object],
    resolved: Resolved,
    focused: str | None,
) -> list[Payload]:
    offered = mappings(definition.get("options"))
    if not subs:
        return _leaf(offered, values, resolved, focused)
    for option in offered:
        if text(option, "name") == subs[0] and integer(option, "type") in {_SUB, _GROUP}:
            inner = _level(option, subs[1:], values, resolved, focused)
            return [{"name": subs[0], "type": integer(option, "type"), "options": inner}]
    raise LookupError(f"no sub-command {subs[0]!r}")


def _leaf(
    offered: list[Json], values: Mapping[str, object], resolved: Resolved, focused: str | None
) -> list[Payload]:
    names = {text(option, "name") for option in offered}
    unknown = values.keys() - names
    if unknown or any(integer(option, "type") in {_SUB, _GROUP} for option in offered):
        raise LookupError(f"no such options: {sorted(unknown)}; there are {sorted(names)}")
    sent: list[Payload] = []
    for option in offered:
        name = text(option, "name")
        if values.get(name) is not None:
            sent.append(_option(option, values[name], resolved, focused=name == focused))
        elif flag(option, "required") and focused is None:
            raise LookupError(f"option {name!r} is required")
    return sent


def _option(option: Json, value: object, resolved: Resolved, *, focused: bool) -> Payload:
    kind = integer(option, "type")
    sent: Payload = {"name": text(option, "name"), "type": kind}
    if focused:
        return sent | {"value": str(value), "focused": True}
    return sent | {"value": _coerced(option, kind, value, resolved)}


def _coerced(option: Json, kind: int, value: object, resolved: Resolved) -> object:
    name = text(option, "name")
    if kind in _ENTITIES:
        if isinstance(value, Upload) != (kind == _ATTACHMENT):
            raise TypeError(f"option {name!r} takes another kind of value")
        return resolved.add(value)
    chosen = _chosen(option, value)
    if not _fits(kind, chosen):
        raise TypeError(f"option {name!r} takes another kind of value")
    _check_range(option, chosen)
    return chosen


def _fits(kind: int, value: object) -> bool:
    if isinstance(value, bool):
        return kind == _BOOLEAN
    if isinstance(value, str):
        return kind == _STRING
    return isinstance(value, int) if kind == _INTEGER else isinstance(value, int | float)


def _chosen(option: Json, value: object) -> object:
    choices = mappings(option.get("choices"))
    for choice in choices:
        if value in (choice.get("name"), choice.get("value")):
            return choice.get("value")
    if choices:
        raise LookupError(f"{value!r} is no choice of {text(option, 'name')!r}")
    return value


def _check_range(option: Json, value: object) -> None:
    if isinstance(value, str):
        _check_between(option, len(value), low="min_length", high="max_length")
    elif isinstance(value, int | float):
        _check_between(option, value, low="min_value", high="max_value")


def _check_between(option: Json, size: float, *, low: str, high: str) -> None:
    least, most = option.get(low), option.get(high)
    too_low = isinstance(least, int | float) and size < least
    if too_low or (isinstance(most, int | float) and size > most):
        raise ValueError(f"{text(option, 'name')!r} must be between {least} and {most}")
