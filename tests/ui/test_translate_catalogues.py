"""Every language says everything, with the same facts, within Discord's limits."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest

from imgoe_bot import errors
from imgoe_bot.ui.formatting import size
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import (
    ENGLISH,
    LOCALES,
    find_catalogue,
    plural_form,
    read_catalogue,
    words_for_locale,
)

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "src/imgoe_bot/ui").rglob("*.py"), *(ROOT / "cogs").glob("*.py")]
FORMS = ("one", "other")
OTHERS = [code for code in LOCALES if code != ENGLISH]


def _base(key: str) -> str:
    """A plural text's name without its form."""
    head, _, form = key.rpartition(".")
    return head if form in FORMS else key


def _facts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_exactly_the_texts_of_english(code: str) -> None:
    assert {_base(key) for key in read_catalogue(code)} == {
        _base(key) for key in read_catalogue(ENGLISH)
    }


@pytest.mark.parametrize("code", LOCALES)
def test_a_language_has_exactly_the_plural_forms_it_uses(code: str) -> None:
    used = {plural_form(code, count=count) for count in range(101)}
    forms: dict[str, set[str]] = {}
    for key in read_catalogue(code):
        if _base(key) != key:
            forms.setdefault(_base(key), set()).add(key.rpartition(".")[2])

    assert forms
    assert {key: found for key, found in forms.items() if found != used} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_a_text_states_the_same_facts_in_every_language(code: str) -> None:
    english = {_base(key): _facts(text) for key, text in read_catalogue(ENGLISH).items()}

    differing = {
        key: _facts(text)
        for key, text in read_catalogue(code).items()
        if _facts(text) != english[_base(key)]
    }

    assert differing == {}


@pytest.mark.parametrize("code", LOCALES)
def test_no_text_is_blank_and_the_code_marks_balance(code: str) -> None:
    marks = ("text.gap", "text.thousands")
    texts = {key: text for key, text in read_catalogue(code).items() if key not in marks}

    assert [key for key, text in texts.items() if not text.strip()] == []
    assert [key for key, text in texts.items() if text.count("`") % 2] == []
    assert [key for key, text in texts.items() if text.count("**") % 2] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_text_names_the_same_commands_in_every_language(code: str) -> None:
    def commands(text: str) -> set[str]:
        return {part for part in text.split("`")[1::2] if part.startswith("/")}

    english = {_base(key): commands(text) for key, text in read_catalogue(ENGLISH).items()}

    assert {
        key: commands(text)
        for key, text in read_catalogue(code).items()
        if commands(text) != english[_base(key)]
    } == {}


@pytest.mark.parametrize("code", LOCALES)
def test_what_discord_limits_fits_in_every_language(code: str) -> None:
    limits = {"description": 100, "modal.title": 45, "modal.label": 45, "button": 80}

    too_long = {
        key: len(text)
        for key, text in read_catalogue(code).items()
        if (kind := _limited(key)) is not None and len(text) > limits[kind]
    }

    assert too_long == {}


def _limited(key: str) -> str | None:
    """Which of Discord's limits a text falls under."""
    group, _, rest = key.partition(".")
    if group == "command" or rest.endswith("_help"):
        return "description"
    if group == "modal":
        return "modal.title" if rest.endswith(".title") else "modal.label"
    return "button" if key in ("card.open", "card.delete") else None


def _named() -> Iterator[tuple[str, bool]]:
    """Every key that code names; with True for the fixed start of a key made at run time."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _takes_key(node.func):
                yield from _keys(node.args[0])


def _takes_key(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        holds_words = function.attr in ("words", "_words")
        return holds_words or (function.attr == "find" and _takes_key(function.value))
    if isinstance(function, ast.Call):
        return _takes_key(function.func)
    return isinstance(function, ast.Name) and function.id in ("words", "text", "words_for_locale")


def _keys(argument: ast.expr) -> Iterator[tuple[str, bool]]:
    if isinstance(argument, ast.JoinedStr):
        argument = argument.values[0]
        if isinstance(argument, ast.Constant):
            yield str(argument.value), True
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value, False


def test_every_key_that_code_names_exists() -> None:
    known = {_base(key) for key in read_catalogue(ENGLISH)}

    exact = {key for key, begins in _named() if not begins}
    starts = {key for key, begins in _named() if begins}

    assert exact - known == set()
    assert {start for start in starts if not any(key.startswith(start) for key in known)} == set()


def test_every_text_is_used() -> None:
    exact = {key for key, begins in _named() if not begins}
    starts = tuple(key for key, begins in _named() if begins)

    unused = {_base(key) for key in read_catalogue(ENGLISH)} - exact

    assert {key for key in unused if not key.startswith(starts)} == set()


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("de", "de"),
        ("fr", "fr"),
        ("es-ES", "es-ES"),
        ("es-419", "es-ES"),
        ("pt-BR", "pt-BR"),
        ("ja", "ja"),
        (discord.Locale.german, "de"),
        (discord.Locale.latin_american_spanish, "es-ES"),
        ("ko", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_locale_is_answered_in_its_language_or_in_english(
    locale: str | discord.Locale | None, code: str
) -> None:
    assert words_for_locale(locale).locale == code


def test_a_language_without_a_catalogue_is_not_found() -> None:
    assert find_catalogue("ko") is None


@pytest.mark.parametrize(
    ("locale", "count", "form"),
    [
        ("en", 0, "other"),
        ("en", 1, "one"),
        ("en", 2, "other"),
        ("de", 0, "other"),
        ("es-ES", 0, "other"),
        ("fr", 0, "one"),
        ("fr", 1, "one"),
        ("fr", 2, "other"),
        ("pt-BR", 0, "one"),
        ("ja", 1, "other"),
    ],
)
def test_numbers_pick_the_plural_form_of_the_language(locale: str, count: int, form: str) -> None:
    assert plural_form(locale, count=count) == form


def test_a_count_picks_the_form_and_stands_in_the_text() -> None:
    words = words_for_locale("de")

    assert "1 Option " in words("option.done.reset", place="p", count=1)
    assert "2 Optionen " in words("option.done.reset", place="p", count=2)


def test_a_text_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        words_for_locale("de")("no.such.text")
    with pytest.raises(KeyError):
        words_for_locale("de")("no.such.text", count=1)


def test_braces_in_a_persons_file_name_stay_as_they_are() -> None:
    assert "{host}" in words_for_locale("en")("private.file", file="{host}.png")


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "1.5 MB"), ("de", "1,5 MB"), ("fr", "1,5 Mo"), ("ja", "1.5 MB")],
)
def test_a_size_is_written_as_in_the_language(locale: str, said: str) -> None:
    assert size(1_500_000, words_for_locale(locale)) == said


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("en", "The permission **Manage Server** is missing for that."),
        ("de", "Dafür fehlt die Berechtigung **Server verwalten**."),
        ("fr", "Il manque pour cela la permission **Gérer le serveur**."),
        ("es-ES", "Para eso falta el permiso **Gestionar servidor**."),
        ("pt-BR", "Falta a permissão **Gerenciar servidor** para isso."),
        ("ja", "この操作には **サーバー管理** の権限が必要です。"),
    ],
)
def test_an_error_is_told_in_the_readers_language(locale: str, says: str) -> None:
    assert error_text(errors.NotAllowed(needs="manage_guild"), words_for_locale(locale)) == says
