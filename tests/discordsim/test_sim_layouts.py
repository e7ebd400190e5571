"""Which components Discord refuses, and why."""

import pytest

from imgoe_bot.discordsim import ApiProblem
from imgoe_bot.discordsim.entities import COMPONENTS_V2
from imgoe_bot.discordsim.layouts import check_components, check_modal, walk
from imgoe_bot.discordsim.wire import Json, Payload, mapping

BUTTON: Payload = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
LINK: Payload = {"type": 2, "style": 5, "label": "Go", "url": "https://host.test"}
MENU: Payload = {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a"}]}
TEXT: Payload = {"type": 10, "content": "words"}
PICTURE: Payload = {"media": {"url": "https://host.test/a.png"}}
GALLERY: Payload = {"type": 12, "items": [PICTURE]}
EMPTY_GALLERY: Payload = {"type": 12, "items": []}
FIELD: Payload = {"type": 4, "custom_id": "key", "style": 1, "label": "Key"}


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
        [row({"type": 5, "custom_id": "who"})],
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
        [section(TEXT, TEXT, TEXT), section(TEXT, accessory={"type": 11, "media": PICTURE})],
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
    ],
)
def test_wrong_layouts_are_refused_by_field(components: list[Payload], field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_components(components, flags=COMPONENTS_V2)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


@pytest.mark.parametrize(
    ("modal", "field"),
    [
        ({"title": "", "components": [row(FIELD)]}, "data.title"),
        ({"title": "x" * 46, "components": [row(FIELD)]}, "data.title"),
        ({"title": "Key", "components": []}, "data.components"),
        ({"title": "Key", "components": [label(MENU)] * 6}, "data.components"),
        ({"title": "Key", "components": [BUTTON]}, "data.components.0.type"),
        ({"title": "Key", "components": [row(BUTTON)]}, "data.components.0.components.0.type"),
        ({"title": "Key", "components": [label(BUTTON)]}, "data.components.0.component.type"),
        ({"title": "Key", "components": [label(FIELD, "")]}, "data.components.0.label"),
    ],
)
def test_wrong_modals_are_refused_by_field(modal: Payload, field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_modal(modal)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


def test_a_modal_may_hold_texts_labels_and_rows() -> None:
    files: Payload = {"type": 19, "custom_id": "files"}
    parts = [TEXT, label(FIELD), label({**MENU, "custom_id": "n"}), label(files)]
    check_modal({"title": "Key", "components": parts})


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
