"""Which place an option's value comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imgoe_bot.domain.options import DEFAULTS, normalise, shown
from imgoe_bot.errors import SettingsRejected


@dataclass(frozen=True, slots=True)
class OptionInForce:
    """One option's value where somebody looks.

    Attributes:
        text: the value as it is stored.
        scope_id: the place that sets it, 0 for the server; None when it is the default.
    """

    name: str
    text: str
    scope_id: int | None


def explain(layers: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[OptionInForce, ...]:
    """Return every option's value and where it is inherited from, in the order of ``OPTIONS``.

    Args:
        layers: a scope and what it sets itself, outermost first: server, category, channel, thread.
    """
    held = {name: OptionInForce(name, text, None) for name, text in shown(DEFAULTS).items()}
    for scope_id, layer in layers:
        held |= {
            name: OptionInForce(name, text, scope_id)
            for name, text in layer.items()
            if _is_value(name, text)
        }
    return tuple(held.values())


def _is_value(name: str, text: str) -> bool:
    """Whether this version knows what another one may have stored; else it is not in force."""
    try:
        return normalise(name, text) == text
    except SettingsRejected:
        return False
