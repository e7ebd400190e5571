"""A server's options as a file: what an export holds, and what of one may come in again."""

import json
from collections.abc import Mapping

from imgoe_bot.domain.guild import SERVER
from imgoe_bot.domain.options import (
    OPTIONS,
    get_option,
    normalise,
)
from imgoe_bot.errors import SettingsRejected

EXPORT_FORMAT = "imgoe-settings-1"
EXPORT_MAX_CHARS = 20_000


def checked_value(scope_id: int, name: str, text: str) -> str:
    """Return a value as it is stored for a place.

    Raises:
        SettingsRejected: no such option, not a value of it, or it holds server-wide only.
    """
    if scope_id != SERVER and not get_option(name).per_channel:
        raise SettingsRejected(setting=name, problem="server-only")
    return normalise(name, text)


def write_export(layers: Mapping[int, Mapping[str, str]]) -> str:
    """Return every stored text as JSON, by scope and option name."""
    places = {str(scope_id): dict(layer) for scope_id, layer in layers.items() if layer}
    return json.dumps({"format": EXPORT_FORMAT, "places": places}, indent=2, sort_keys=True)


def read_export(text: str) -> dict[tuple[int, str], str]:
    """Return what an export sets, by scope and option name; unknown options are passed over.

    Raises:
        SettingsRejected: it is none, or a value in it is none of its option's.
    """
    if len(text) > EXPORT_MAX_CHARS:
        raise SettingsRejected(setting="import", problem="too-long")
    try:
        data = json.loads(text)
        places = data["places"].items() if data["format"] == EXPORT_FORMAT else None
        pairs = {
            (_read_scope(scope), str(name)): str(value)
            for scope, layer in places or ()
            for name, value in layer.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SettingsRejected(setting="import", problem="not-an-export") from error
    if places is None:
        raise SettingsRejected(setting="import", problem="not-an-export")
    known = {place: value for place, value in pairs.items() if place[1] in OPTIONS}
    return {(s, name): checked_value(s, name, value) for (s, name), value in known.items()}


def _read_scope(text: str) -> int:
    """A place's id; what Discord and the database have no room for is none."""
    scope_id = int(text)
    if not 0 <= scope_id < 2**63:
        raise ValueError("no id")
    return scope_id
