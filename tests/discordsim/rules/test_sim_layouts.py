"""Which components Discord refuses, and why."""

import pytest

from imgoe_bot.discordsim import ApiProblem
from imgoe_bot.discordsim.rules.layouts import check_components, check_modal, walk
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2
from imgoe_bot.discordsim.untyped_json import Json, Payload, mapping

BUTTON: Payload = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
LINK: Payload = {"type": 2, "style": 5, "label": "Go", "url": "https://host.test"}
MENU: Payload = {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a"}]}
TEXT: Payload = {"type": 10, "content": "words"}
NOTHING: Payload = {}
PICTURE: Payload = {"media": {"url": "https://host.test/a.png"}}
GALLERY: Payload = {"type": 12, "items": [PICTURE]}
EMPTY_GALLERY: Payload = {"type": 12, "items": []}
FILES: Payload = {"type": 19, "custom_id": "files"}
OPTIONS: list[Payload] = [{"label": name, "value": name} for name in ("a", "b")]
RADIO: Payload = {"type": 21, "custom_id": "one", "options": OPTIONS}
FIELD: Payload = {"type": 4, "custom_id": "key", "style": 1, "label": "Key"}
WHO: Payload = {"type": 5, "custom_id": "who"}


def menu(**option: str) -> Payload:
    return {**MENU, "options": [{"label": "a", "value": "a", **option}]}


def row(*parts: Payload) -> Payload:
    return {"type": 1, "components": list(parts)}


def button(number: int) -> Payload:
    return {**BUTTON, "custom_id": f"b{number}"}


def section(*texts: Payload, accessory: Payload = LINK) -> Payload:
    return {"type": 9, "components": list(texts), "accessory": accessory}


def container(*parts: Payload) -> Payload:
    return {"type": 17, "components": list(parts)}


def label(part: Payload, text: str = "Key") -> Payload:
    return {"type": 18, "label": text, "component": part}


@pytest.mark.parametrize(
    "components",
    [
        [],
        [row(BUTTON, LINK)],
        [row(*map(button, range(5)))],
        [row(MENU)],
        [row({**WHO, "max_values": 2, "default_values": [{"id": "1", "type": "user"}]})],
        [row({**MENU, "options": OPTIONS, "min_values": 0, "max_values": 2})],
        [row({**LINK, "url": "discord://-/channels/1"})],
        [row({"type": 2, "style": 2, "emoji": {"name": "🗑"}, "custom_id": "x"})],
    ],
)
def test_ordinary_rows_are_taken(components: list[Payload]) -> None:
    check_components(components, flags=0)


@pytest.mark.parametrize(
    ("components", "field"),
    [
        ([row(button(n)) for n in range(6)], "components"),
        ([TEXT], "components.0.type"),
        ([row()], "components.0.components"),
        ([row(*map(button, range(6)))], "components.0.components"),
        ([row(MENU, BUTTON)], "components.0.components"),
        ([row(BUTTON, BUTTON)], "components"),
        ([row({**BUTTON, "custom_id": ""})], "components.0.components.0.custom_id"),
        ([row({**BUTTON, "custom_id": "x" * 101})], "components.0.components.0.custom_id"),
        ([row({**BUTTON, "label": "x" * 81})], "components.0.components.0.label"),
        ([row({**BUTTON, "label": ""})], "components.0.components.0.label"),
        ([row({**LINK, "url": ""})], "components.0.components.0.url"),
        ([row({**MENU, "options": []})], "components.0.components.0.options"),
        ([row(FIELD)], "components.0.components.0.type"),
        ([row({**BUTTON, "style": 9})], "components.0.components.0.style"),
        ([row({**BUTTON, "url": "https://host.test"})], "components.0.components.0.custom_id"),
        ([row({**LINK, "custom_id": "x"})], "components.0.components.0.custom_id"),
        ([row({**LINK, "url": "ftp://host.test"})], "components.0.components.0.url"),
        ([row({**LINK, "url": "https://host.test" + "/x" * 256})], "components.0.components.0.url"),
        ([row({**BUTTON, "style": 6})], "components.0.components.0.sku_id"),
        ([row(menu(label="x" * 200))], "components.0.components.0.options.0.label"),
        ([row(menu(label=""))], "components.0.components.0.options.0.label"),
        ([row(menu(value="x" * 101))], "components.0.components.0.options.0.value"),
        ([row(menu(description="x" * 101))], "components.0.components.0.options.0.description"),
        ([row({**MENU, "options": OPTIONS[:1] * 2})], "components.0.components.0.options.1"),
        ([row({**MENU, "max_values": 2})], "components.0.components.0.options"),
        ([row({**MENU, "max_values": 26})], "components.0.components.0.max_values"),
        ([row({**MENU, "max_values": 0})], "components.0.components.0.max_values"),
        ([row({**MENU, "placeholder": "x" * 200})], "components.0.components.0.placeholder"),
        (
            [row({**WHO, "default_values": [{"id": "1"}] * 2})],
            "components.0.components.0.default_values",
        ),
    ],
)
def test_wrong_rows_are_refused_by_field(components: list[Payload], field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_components(components, flags=0)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


@pytest.mark.parametrize(
    "components",
    [
        [container(TEXT, GALLERY, {"type": 14}, row(BUTTON))],
        [section(TEXT, TEXT, TEXT), section(TEXT, accessory={"type": 11, **PICTURE})],
        [{"type": 12, "items": [PICTURE] * 10}],
        [{"type": 13, "file": {"url": "attachment://a.txt"}}],
    ],
)
def test_layouts_are_taken_with_the_flag(components: list[Payload]) -> None:
    check_components(components, flags=COMPONENTS_V2)


@pytest.mark.parametrize(
    ("components", "field"),
    [
        ([{"type": 12, "items": [PICTURE] * 11}], "components.0.items"),
        ([EMPTY_GALLERY], "components.0.items"),
        ([container(container(TEXT))], "components.0.components.0.type"),
        ([section(TEXT, TEXT, TEXT, TEXT)], "components.0.components"),
        ([section(TEXT, accessory=TEXT)], "components.0.accessory.type"),
        ([{"type": 10, "content": ""}], "components.0.content"),
        ([BUTTON], "components.0.type"),
        ([TEXT] * 41, "components"),
        ([{"type": 10, "content": "x" * 4001}], "components"),
        ([container()], "components.0.components"),
        ([{**container(TEXT), "accent_color": 1 << 24}], "components.0.accent_color"),
        (
            [{"type": 12, "items": [{"media": {"url": "file:///a.png"}}]}],
            "components.0.items.0.media.url",
        ),
        ([{"type": 12, "items": [NOTHING]}], "components.0.items.0.media"),
        (
            [{"type": 12, "items": [{**PICTURE, "description": "x" * 1025}]}],
            "components.0.items.0.description",
        ),
        ([section(TEXT, accessory={"type": 11})], "components.0.accessory.media"),
        ([section(TEXT, accessory={**LINK, "url": "x"})], "components.0.accessory.url"),
        ([{"type": 13, "file": {"url": "https://host.test/a"}}], "components.0.file.url"),
    ],
)
def test_wrong_layouts_are_refused_by_field(components: list[Payload], field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_components(components, flags=COMPONENTS_V2)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


def modal(*parts: Payload, **changes: object) -> Payload:
    return {"title": "Key", "custom_id": "keys", "components": list(parts), **changes}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (modal(row(FIELD), title=""), "data.title"),
        (modal(row(FIELD), title="x" * 46), "data.title"),
        (modal(row(FIELD), custom_id=""), "data.custom_id"),
        (modal(row(FIELD), custom_id="x" * 101), "data.custom_id"),
        (modal(), "data.components"),
        (modal(*[label(MENU)] * 6), "data.components"),
        (modal(BUTTON), "data.components.0.type"),
        (modal(row(BUTTON)), "data.components.0.components.0.type"),
        (modal(label(BUTTON)), "data.components.0.component.type"),
        (modal(label(FIELD, "")), "data.components.0.label"),
        (modal(label(FIELD, "x" * 46)), "data.components.0.label"),
        (modal({**label(FIELD), "description": "x" * 101}), "data.components.0.description"),
        (modal(row({**FIELD, "label": ""})), "data.components.0.components.0.label"),
        (modal(row({**FIELD, "label": "x" * 46})), "data.components.0.components.0.label"),
        (modal(label({**FIELD, "custom_id": ""})), "data.components.0.component.custom_id"),
        (modal(label({**FIELD, "style": 3})), "data.components.0.component.style"),
        (modal(label({**FIELD, "max_length": 9999})), "data.components.0.component.max_length"),
        (modal(label({**FIELD, "max_length": 0})), "data.components.0.component.max_length"),
        (modal(label({**FIELD, "min_length": -1})), "data.components.0.component.min_length"),
        (
            modal(label({**FIELD, "value": "abc", "max_length": 2})),
            "data.components.0.component.value",
        ),
        (
            modal(label({**FIELD, "placeholder": "x" * 101})),
            "data.components.0.component.placeholder",
        ),
        (modal(label({**FILES, "max_values": 11})), "data.components.0.component.max_values"),
        (modal(label({**FILES, "min_values": 0})), "data.components.0.component.min_values"),
        (modal(label({**MENU, "disabled": True})), "data.components.0.component.disabled"),
        (modal(label({**RADIO, "options": OPTIONS[:1]})), "data.components.0.component.options"),
        (modal(TEXT, {"type": 10}), "data.components.1.content"),
    ],
)
def test_wrong_modals_are_refused_by_field(wrong: Payload, field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_modal(wrong)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


def test_a_modal_may_hold_texts_labels_and_rows() -> None:
    optional = {**FILES, "required": False, "min_values": 0}
    check_modal(modal(TEXT, label(FIELD), label(MENU), label(optional), label(RADIO)))


def test_walking_finds_parts_in_labels_and_accessories() -> None:
    found = list(walk([container(section(TEXT)), label(FIELD)]))
    assert [part["type"] for part in found] == [17, 9, 10, 2, 18, 4]


def _field(problem: ApiProblem) -> str:
    path: list[str] = []
    level: Json = problem.errors
    while "_errors" not in level:
        (name,) = level
        path.append(name)
        level = mapping(level[name])
    return ".".join(path)
