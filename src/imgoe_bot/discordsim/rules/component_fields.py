"""What the fields of one component may hold, wherever it stands: buttons, menus, media, inputs.

Source: https://discord.com/developers/docs/components/reference
"""

from collections.abc import Callable, Mapping

from imgoe_bot.discordsim.problems import (
    ApiProblem,
    bad_length,
    bad_scheme,
    invalid_form,
    not_among,
    required,
    too_long,
)
from imgoe_bot.discordsim.rules.values import check_length, check_number
from imgoe_bot.discordsim.untyped_json import Json, flag, integer, mapping, mappings, text

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 12, 13, 14, 17, 18, 19
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
ENTITY_SELECTS = frozenset({5, 6, 7, 8})
SELECTS = ENTITY_SELECTS | {STRING_SELECT}
LINK_STYLE, PREMIUM_STYLE = 5, 6

CUSTOM_ID_LENGTH = 100
GALLERY_ITEMS = 10
OPTIONS = 25
TEXT_INPUT_LENGTH = 4_000
_STYLES = range(1, 7)
_INPUT_STYLES = range(1, 3)
_BUTTON_LABEL = 80
_BUTTON_URL = 512
_PLACEHOLDER = 150
_INPUT_PLACEHOLDER = 100
_OPTION_TEXT = 100
_ALT_TEXT = 1_024
_UPLOADS = 10
_LINKS = ("http", "https", "discord")
_MEDIA = ("http", "https", "attachment")
_FILES = ("attachment",)
_PICKS = {RADIO: (2, 10), CHECKBOXES: (1, 10)}
"""How many options groups in modals have: (least, most)."""


def check_fields(part: Json, path: str) -> None:
    """Refuse a component for what its own fields hold (50035); its children are left alone."""
    check = _CHECKS.get(integer(part, "type"))
    if check is not None:
        check(part, path)


def check_custom_id(part: Json, path: str) -> None:
    """Refuse a custom id that is missing or beyond 100 characters."""
    check_length(text(part, "custom_id"), f"{path}.custom_id", most=CUSTOM_ID_LENGTH)


def check_text(data: Json, name: str, most: int, path: str) -> None:
    """Refuse a text beyond this length; none at all is fine."""
    if len(text(data, name)) > most:
        raise too_long(f"{path}.{name}", most)


def _button(part: Json, path: str) -> None:
    style = integer(part, "style")
    if style not in _STYLES:
        raise not_among(f"{path}.style", _STYLES)
    if style == LINK_STYLE:
        _link(part, path)
    elif style == PREMIUM_STYLE:
        if not part.get("sku_id"):
            raise required(f"{path}.sku_id")
    else:
        check_custom_id(part, path)
        if text(part, "url"):
            raise _both(path)
    if len(text(part, "label")) > _BUTTON_LABEL:
        raise bad_length(f"{path}.label", _BUTTON_LABEL)
    if style != PREMIUM_STYLE and not (text(part, "label") or part.get("emoji")):
        raise required(f"{path}.label")


def _link(part: Json, path: str) -> None:
    url = text(part, "url")
    if not url:
        raise required(f"{path}.url")
    if len(url) > _BUTTON_URL:
        raise too_long(f"{path}.url", _BUTTON_URL)
    if _scheme(url) not in _LINKS:
        raise bad_scheme(f"{path}.url", _LINKS)
    if text(part, "custom_id"):
        raise _both(path)


def _both(path: str) -> ApiProblem:
    return invalid_form(
        f"{path}.custom_id",
        code="BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        message="A custom id and url cannot both be specified",
    )


def _select(part: Json, path: str) -> None:
    check_custom_id(part, path)
    check_text(part, "placeholder", _PLACEHOLDER, path)
    _counts(part, path, most=OPTIONS)
    defaults, most = mappings(part.get("default_values")), integer(part, "max_values", 1)
    check_length(defaults, f"{path}.default_values", least=0, most=most)


def _string_select(part: Json, path: str) -> None:
    _select(part, path)
    wanted = max(1, integer(part, "min_values", 1), integer(part, "max_values", 1))
    _options(part, path, least=wanted, most=OPTIONS)


def _counts(part: Json, path: str, *, most: int) -> None:
    for name, least in (("min_values", 0), ("max_values", 1)):
        check_number(integer(part, name, 1), f"{path}.{name}", least=least, most=most)


def _options(part: Json, path: str, *, least: int, most: int) -> None:
    options = mappings(part.get("options"))
    check_length(options, f"{path}.options", least=least, most=most)
    seen: set[str] = set()
    for index, option in enumerate(options):
        option_path = f"{path}.options.{index}"
        _option(option, option_path)
        if text(option, "value") in seen:
            raise invalid_form(
                option_path,
                code="SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                message="The specified option value is already used",
            )
        seen.add(text(option, "value"))


def _option(option: Json, path: str) -> None:
    for name in ("label", "value"):
        check_length(text(option, name), f"{path}.{name}", most=_OPTION_TEXT)
    check_text(option, "description", _OPTION_TEXT, path)


def _picks(part: Json, path: str) -> None:
    check_custom_id(part, path)
    least, most = _PICKS[integer(part, "type")]
    _options(part, path, least=least, most=most)


def _file_upload(part: Json, path: str) -> None:
    check_custom_id(part, path)
    _counts(part, path, most=_UPLOADS)


def _text_input(part: Json, path: str) -> None:
    check_custom_id(part, path)
    if integer(part, "style") not in _INPUT_STYLES:
        raise not_among(f"{path}.style", _INPUT_STYLES)
    for name, least in (("min_length", 0), ("max_length", 1)):
        length = integer(part, name, 1)
        check_number(length, f"{path}.{name}", least=least, most=TEXT_INPUT_LENGTH)
    check_text(part, "value", integer(part, "max_length", TEXT_INPUT_LENGTH), path)
    check_text(part, "placeholder", _INPUT_PLACEHOLDER, path)


def _text_display(part: Json, path: str) -> None:
    if not text(part, "content"):
        raise required(f"{path}.content")


def _gallery(part: Json, path: str) -> None:
    items = mappings(part.get("items"))
    check_length(items, f"{path}.items", most=GALLERY_ITEMS)
    for index, item in enumerate(items):
        _media(item, f"{path}.items.{index}")


def _media(part: Json, path: str) -> None:
    _shown(part, "media", _MEDIA, path)
    check_text(part, "description", _ALT_TEXT, path)


def _file(part: Json, path: str) -> None:
    _shown(part, "file", _FILES, path)


def _shown(part: Json, name: str, schemes: tuple[str, ...], path: str) -> None:
    url = text(mapping(part.get(name)), "url")
    if not url:
        raise required(f"{path}.{name}.url" if part.get(name) else f"{path}.{name}")
    if _scheme(url) not in schemes:
        raise bad_scheme(f"{path}.{name}.url", schemes)


def _scheme(url: str) -> str:
    scheme, mark, _ = url.partition("://")
    return scheme.lower() if mark else ""


def check_enabled(part: Json, path: str) -> None:
    """Refuse a disabled component: in a modal there are none."""
    if flag(part, "disabled"):
        raise invalid_form(
            f"{path}.disabled",
            code="COMPONENT_DISABLED_IN_MODAL",
            message="Modals cannot have disabled components",
        )


_CHECKS: Mapping[int, Callable[[Json, str], None]] = {
    BUTTON: _button,
    STRING_SELECT: _string_select,
    **dict.fromkeys(ENTITY_SELECTS, _select),
    TEXT_INPUT: _text_input,
    TEXT: _text_display,
    THUMBNAIL: _media,
    GALLERY: _gallery,
    FILE: _file,
    FILE_UPLOAD: _file_upload,
    RADIO: _picks,
    CHECKBOXES: _picks,
    CHECKBOX: check_custom_id,
}
