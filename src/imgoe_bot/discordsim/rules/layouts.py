"""Which components may stand where, how many and how long: messages, Components V2, modals.

Source: https://discord.com/developers/docs/components/reference
"""

from collections.abc import Collection, Iterable, Sequence

from imgoe_bot.discordsim.problems import bad_length, invalid_form, too_large, too_small
from imgoe_bot.discordsim.rules.component_fields import (
    BUTTON,
    CHECKBOX,
    CHECKBOXES,
    CONTAINER,
    FILE,
    FILE_UPLOAD,
    GALLERY,
    LABEL,
    RADIO,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT,
    TEXT_INPUT,
    THUMBNAIL,
    check_custom_id,
    check_enabled,
    check_fields,
    check_text,
)
from imgoe_bot.discordsim.rules.values import check_length
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2
from imgoe_bot.discordsim.untyped_json import Json, integer, mapping, mappings, text

ROWS = 5
BUTTONS_A_ROW = 5
LAYOUT_COMPONENTS = 40
LAYOUT_TEXT = 4_000
SECTION_TEXTS = 3
MODAL_ITEMS = 5
MODAL_TITLE = 45
LABEL_DESCRIPTION = 100
COLOURS = 0xFFFFFF

_IN_CONTAINER = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR})
_IN_LAYOUT = _IN_CONTAINER | {CONTAINER}
_IN_ROW = SELECTS | {BUTTON}
_IN_MODAL = frozenset({ROW, TEXT, LABEL})
_IN_LABEL = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
_CHILDREN = {ROW: _IN_ROW, CONTAINER: _IN_CONTAINER, SECTION: frozenset({TEXT})}
_ACCESSORIES = frozenset({BUTTON, THUMBNAIL})
_EMPTYABLE = SELECTS | {FILE_UPLOAD, CHECKBOXES}


def walk(components: Iterable[Json]) -> Iterable[Json]:
    """Yield every component, parents before their children."""
    for part in components:
        yield part
        yield from walk(mappings(part.get("components")))
        for single in ("component", "accessory"):
            if single in part:
                yield from walk([mapping(part[single])])


def check_components(components: Sequence[Json], *, flags: int) -> None:
    """Refuse a message's components where Discord would (50035)."""
    v2 = bool(flags & COMPONENTS_V2)
    top = _IN_LAYOUT if v2 else frozenset({ROW})
    if not v2 and len(components) > ROWS:
        raise bad_length("components", ROWS)
    for index, part in enumerate(components):
        _check(part, top, f"components.{index}")
    _check_custom_ids(components)
    if v2:
        _check_totals(list(walk(components)))


def check_references(components: Sequence[Json], names: Collection[str]) -> None:
    """Refuse components that show a file which the message does not have, or does not name.

    Source: discord-api-docs, issue 7529.
    """
    for part in walk(components):
        for item in [*mappings(part.get("items")), part]:
            for shown in ("media", "file"):
                url = text(mapping(item.get(shown)), "url")
                name = url.removeprefix("attachment://")
                if name != url and name not in names:
                    raise invalid_form(
                        "components",
                        code="UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                        message=f"Referenced attachment not found: {url}",
                    )


def check_modal(data: Json) -> None:
    """Refuse a modal where Discord would (50035)."""
    check_length(text(data, "title"), "data.title", most=MODAL_TITLE)
    check_custom_id(data, "data")
    items = mappings(data.get("components"))
    check_length(items, "data.components", most=MODAL_ITEMS)
    for index, item in enumerate(items):
        _check_modal_item(item, f"data.components.{index}")
    _check_custom_ids(items)


def _check_modal_item(item: Json, path: str) -> None:
    kind = _kind_among(item, _IN_MODAL, path)
    if kind == ROW:
        for index, part in enumerate(mappings(item.get("components"))):
            _check_input(part, frozenset({TEXT_INPUT}), f"{path}.components.{index}")
            _check_label(part, f"{path}.components.{index}")
    elif kind == LABEL:
        _check_input(mapping(item.get("component")), _IN_LABEL, f"{path}.component")
        _check_label(item, path)
        check_text(item, "description", LABEL_DESCRIPTION, path)
    else:
        check_fields(item, path)


def _check_input(part: Json, allowed: frozenset[int], path: str) -> None:
    kind = _kind_among(part, allowed, path)
    check_fields(part, path)
    check_enabled(part, path)
    optional = part.get("required") is False
    if kind in _EMPTYABLE and not optional and integer(part, "min_values", 1) < 1:
        raise too_small(f"{path}.min_values", 1)


def _check_label(item: Json, path: str) -> None:
    check_length(text(item, "label"), f"{path}.label", most=MODAL_TITLE)


def _check(part: Json, allowed: frozenset[int], path: str) -> None:
    kind = _kind_among(part, allowed, path)
    children = mappings(part.get("components"))
    for index, child in enumerate(children):
        _check(child, _CHILDREN.get(kind, frozenset()), f"{path}.components.{index}")
    if kind == ROW:
        _check_row(children, path)
    if kind == SECTION:
        _check_section(part, children, path)
    if kind == CONTAINER:
        _check_container(part, children, path)
    check_fields(part, path)


def _kind_among(part: Json, allowed: frozenset[int], path: str) -> int:
    kind = integer(part, "type")
    if kind not in allowed:
        choices = ", ".join(map(str, sorted(allowed)))
        message = f'Value of field "type" must be one of ({choices}).'
        raise invalid_form(f"{path}.type", code="UNION_TYPE_CHOICES", message=message)
    return kind


def _check_row(children: Sequence[Json], path: str) -> None:
    menus = sum(integer(child, "type") in SELECTS for child in children)
    if not 1 <= len(children) <= BUTTONS_A_ROW or (menus and len(children) > 1):
        raise bad_length(f"{path}.components", 1 if menus else BUTTONS_A_ROW)


def _check_section(part: Json, children: Sequence[Json], path: str) -> None:
    check_length(children, f"{path}.components", most=SECTION_TEXTS)
    accessory = mapping(part.get("accessory"))
    _kind_among(accessory, _ACCESSORIES, f"{path}.accessory")
    check_fields(accessory, f"{path}.accessory")


def _check_container(part: Json, children: Sequence[Json], path: str) -> None:
    if not children:
        raise bad_length(f"{path}.components", LAYOUT_COMPONENTS)
    if integer(part, "accent_color") > COLOURS:
        raise too_large(f"{path}.accent_color", COLOURS)


def _check_custom_ids(components: Sequence[Json]) -> None:
    found: set[str] = set()
    for part in walk(components):
        custom_id = text(part, "custom_id")
        if custom_id and custom_id in found:
            raise invalid_form(
                "components",
                code="COMPONENT_CUSTOM_ID_DUPLICATED",
                message="Component custom id cannot be duplicated",
            )
        found.add(custom_id)


def _check_totals(parts: Sequence[Json]) -> None:
    if len(parts) > LAYOUT_COMPONENTS:
        raise bad_length("components", LAYOUT_COMPONENTS)
    if sum(len(text(part, "content")) for part in parts) > LAYOUT_TEXT:
        raise invalid_form(
            "components",
            code="COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            message=f"Components displayable text size exceeds maximum size of {LAYOUT_TEXT}",
        )
