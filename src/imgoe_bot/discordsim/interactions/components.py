"""Buttons, menus and modals as a person's client sends them."""

from collections.abc import Mapping, Sequence

from imgoe_bot.discordsim.interactions.resolved import Resolved
from imgoe_bot.discordsim.rules.component_fields import (
    BUTTON,
    CHECKBOX,
    ENTITY_SELECTS,
    FILE_UPLOAD,
    LABEL,
    LINK_STYLE,
    RADIO,
    ROW,
    SELECTS,
    TEXT_INPUT,
)
from imgoe_bot.discordsim.rules.layouts import walk
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    flag,
    integer,
    mapping,
    mappings,
    sequence,
    text,
)


def click_data(message: Message, label_or_custom_id: str) -> Payload:
    """Return the ``data`` of a pressed button; raises LookupError when it can't be pressed."""
    for part in walk(message.components):
        names = {text(part, "label"), text(part, "custom_id")} - {""}
        if integer(part, "type") != BUTTON or label_or_custom_id not in names:
            continue
        if flag(part, "disabled") or integer(part, "style") == LINK_STYLE:
            raise LookupError(f"button {label_or_custom_id!r} can't be pressed")
        return {"component_type": BUTTON, "custom_id": text(part, "custom_id"), "id": part["id"]}
    raise LookupError(f"no button {label_or_custom_id!r}; there are {_buttons(message)}")


def _buttons(message: Message) -> list[str]:
    parts = walk(message.components)
    return [text(part, "label") for part in parts if integer(part, "type") == BUTTON]


def select_data(
    world: World,
    channel: Channel,
    message: Message,
    custom_id: str,
    values: Sequence[object],
    user: User,
) -> Payload:
    """Return the ``data`` of a used select menu; raises LookupError for what it doesn't offer."""
    resolved = Resolved(world, channel, user)
    for part in walk(message.components):
        if text(part, "custom_id") == custom_id and _is_select(part):
            chosen = _chosen(part, values, resolved)
            head: Payload = {
                "component_type": integer(part, "type"),
                "custom_id": custom_id,
                "id": part["id"],
                "values": chosen,
            }
            return head | resolved.payload()
    raise LookupError(f"no select menu {custom_id!r}")


def _is_select(part: Json) -> bool:
    return integer(part, "type") in SELECTS


def _chosen(part: Json, values: Sequence[object], resolved: Resolved) -> list[str]:
    required = part.get("required") is not False
    least = integer(part, "min_values", 1) if required else 0
    most = integer(part, "max_values", 1)
    if flag(part, "disabled") or not least <= len(values) <= most:
        raise LookupError(f"{text(part, 'custom_id')!r} takes {least} to {most} values")
    if integer(part, "type") in ENTITY_SELECTS | {FILE_UPLOAD}:
        return [resolved.add(value) for value in values]
    return [_option(part, value) for value in values]


def _option(part: Json, value: object) -> str:
    for option in mappings(part.get("options")):
        if value in (option.get("label"), option.get("value")):
            return text(option, "value")
    raise LookupError(f"{value!r} is no option of {text(part, 'custom_id')!r}")


def modal_data(
    world: World, channel: Channel, modal: Json, values: Mapping[str, object], user: User
) -> Payload:
    """Return the ``data`` of a modal that was filled in and sent.

    Raises:
        LookupError: a name is no field, a required field is empty, a text has a wrong length.
    """
    resolved = Resolved(world, channel, user)
    fields = mappings(modal.get("components"))
    left = dict(values)
    parts = [_submitted(item, left, resolved) for item in fields]
    if left:
        raise LookupError(f"the modal has no fields {sorted(left)}")
    head: Payload = {"custom_id": text(modal, "custom_id"), "components": parts}
    return head | resolved.payload()


def _submitted(item: Json, left: dict[str, object], resolved: Resolved) -> Payload:
    kind = integer(item, "type")
    shell: Payload = {"type": kind, "id": item.get("id")}
    if kind == ROW:
        inner = [_field(part, text(part, "label"), left, resolved) for part in _inner(item)]
        return shell | {"components": inner}
    if kind == LABEL:
        part = mapping(item.get("component"))
        return shell | {"component": _field(part, text(item, "label"), left, resolved)}
    return shell


def _inner(item: Json) -> list[Json]:
    return mappings(item.get("components"))


def _field(part: Json, label: str, left: dict[str, object], resolved: Resolved) -> Payload:
    custom_id = text(part, "custom_id")
    given = left.pop(custom_id, left.pop(label, None))
    kind = integer(part, "type")
    sent: Payload = {"type": kind, "custom_id": custom_id, "id": part.get("id")}
    if kind == TEXT_INPUT:
        return sent | {"value": _text_value(part, label, given)}
    if kind == CHECKBOX:
        default = flag(part, "default")
        return sent | {"value": default if given is None else bool(given)}
    if kind == RADIO:
        return sent | {"value": _radio_value(part, label, given)}
    return sent | {"values": _values(part, given, resolved)}


def _text_value(part: Json, label: str, given: object) -> str:
    value = text(part, "value") if given is None else str(given)
    if not value and part.get("required") is not False:
        raise LookupError(f"{label!r} is required")
    low, high = integer(part, "min_length", 0), integer(part, "max_length", 4000)
    if value and not low <= len(value) <= high:
        raise LookupError(f"{label!r} takes {low} to {high} characters")
    return value


def _radio_value(part: Json, label: str, given: object) -> str | None:
    if given is not None:
        return _option(part, given)
    defaults = [option for option in mappings(part.get("options")) if flag(option, "default")]
    if not defaults and part.get("required") is not False:
        raise LookupError(f"{label!r} is required")
    return text(defaults[0], "value") if defaults else None


def _values(part: Json, given: object, resolved: Resolved) -> list[str]:
    if given is None:
        chosen: Sequence[object] = _defaults(part)
    else:
        chosen = [given] if isinstance(given, str) else sequence(given)
    return _chosen(part, chosen, resolved)


def _defaults(part: Json) -> list[object]:
    options = mappings(part.get("options"))
    return [option.get("value") for option in options if flag(option, "default")]
