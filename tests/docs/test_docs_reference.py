"""What we write of settings, errors, terminal commands, make targets and permissions is so."""

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

import discord
import pytest
import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from imgoe_bot import errors
from imgoe_bot.errors import ImgoeError
from imgoe_bot.settings.environment import variable_name
from imgoe_bot.settings.fields import PluginSettings, Settings
from imgoe_bot.terminal.cli import app
from imgoe_bot.terminal.doctor import INVITE_PERMISSIONS
from imgoe_bot.ui.access.permissions import NEEDED_BY_OPTIONS, NEEDED_TO_MIRROR
from tests.docs.tables import ROOT, code, fences, read, rows, sections

DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if path.is_file()
)
VARIABLE = re.compile(r"\bIMGOE_[A-Z_]*[A-Z]\b(?![_*])")
GROUPING = {
    "ImgoeError", "RequestError", "MediaRejected", "BackfillError", "SourceError", "HostError",
}  # fmt: skip


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    return str(field.default) or "empty"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("The bot and the plug-in", PluginSettings), ("The bot of its own, besides", Settings)],
)
def test_every_setting_is_listed_with_its_default_and_meaning(
    heading: str, kind: type[PluginSettings]
) -> None:
    inherited = {} if kind is PluginSettings else PluginSettings.model_fields
    own = {name: f for name, f in kind.model_fields.items() if name not in inherited}

    listed = rows(sections(read("docs/settings.md"), level=2)[heading])

    found = [(code(name), code(default), meaning) for name, default, meaning in listed]
    assert sorted(found) == sorted(
        (variable_name(name), _default(field), str(field.description))
        for name, field in own.items()
    )


def test_the_tree_of_errors_is_that_of_the_code() -> None:
    source = ast.get_docstring(ast.parse(Path(errors.__file__).read_text())) or ""
    drawn = textwrap.dedent(source.split("\n\n")[1])
    assert fences(read("docs/errors.md"), "text") == [f"{drawn}\n"]


def test_every_error_has_a_row_that_says_who_acts() -> None:
    named = {code(row[0]) for row in rows(read("docs/errors.md")) if row[0].startswith("`")}
    raised = {kind.__name__ for kind in vars(errors).values() if _is_error(kind)}
    assert named == raised - GROUPING


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, ImgoeError)


def test_errors_said_to_be_cured_by_a_later_try_are_the_retryable_ones() -> None:
    listed = {code(row[0]): row[-1] for row in rows(read("docs/errors.md"))}
    by_waiting = {name for name, who in listed.items() if who == "a later try"}
    retryable = {
        name for name in listed if getattr(getattr(errors, name, None), "retryable", False)
    }
    assert by_waiting == retryable - {"InternalError"}


def test_every_command_of_the_terminal_is_listed() -> None:
    listed = rows(sections(read("docs/operating.md"), level=2)["Commands of the terminal"])
    known = _names_in(app)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        known += [f"{group.name} {name}" for name in _names_in(group.typer_instance)]
    assert sorted(code(row[0]) for row in listed) == sorted(f"imgoe-bot {name}" for name in known)


def _names_in(commands: typer.Typer) -> list[str]:
    return [each.name or _name_of(each.callback) for each in commands.registered_commands]


def _name_of(callback: Any) -> str:  # typer's own type is as wide
    return str(callback.__name__)


def test_every_make_target_that_a_document_names_exists() -> None:
    known = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", read(document), re.MULTILINE))
        assert {first or second for first, second in named} <= known, document


def test_every_variable_that_a_document_names_exists() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "compose.yaml"]
    used = {name for file in files for name in VARIABLE.findall(file.read_text())}
    known = {variable_name(name) for name in Settings.model_fields}
    for document in DOCUMENTS:
        assert set(VARIABLE.findall(read(document))) <= known | used, document


def test_the_invite_asks_for_what_the_bot_needs_and_no_more() -> None:
    names = (*NEEDED_TO_MIRROR, *NEEDED_BY_OPTIONS, "send_messages_in_threads")
    needed = discord.Permissions(**dict.fromkeys(names, True)).value
    asked = re.findall(r"&permissions=(\d+)", read("README.md"))
    assert asked == [str(needed)]
    assert needed == INVITE_PERMISSIONS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document: str) -> None:
    text = re.sub(r"^```.*?^```", "", read(document), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    links = [a or b for a, b in found if "://" not in (a or b)]
    assert [link for link in links if not _leads(document, link)] == []


def _leads(document: str, link: str) -> bool:
    path, _, fragment = link.partition("#")
    target = (ROOT / document).parent / path if path else ROOT / document
    return target.exists() and (not fragment or fragment in _anchors(target.read_text()))


def _anchors(markdown: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_the_readmes_example_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = [
        block for block in fences(read("README.md"), "python") if "import asyncio" in block
    ]
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  # our own document
    assert "/image/Demo." in capsys.readouterr().out
