"""Every text in the reader's language: catalogues of words, and which one a locale asks for.

A text is named by a dotted key such as ``card.deleted``. Texts that depend on a number are a table
with the plural forms ``one`` and ``other``, chosen by the fact ``count``.
"""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import cast

import discord

ENGLISH = "en"
LOCALES = (ENGLISH, "de", "fr", "es-ES", "pt-BR", "ja")
"""The languages there are catalogues for, by Discord's codes.

Source: Discord's developer documentation, reference, "Locales".
"""

_ZERO_IS_ONE = frozenset({"fr", "pt-BR"})
_NO_PLURAL = frozenset({"ja"})

AnyLocale = str | discord.Locale | None


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; what it lacks is English.

    Attributes:
        locale: one of ``LOCALES``.
    """

    locale: str
    _texts: Mapping[str, str] = field(repr=False)
    _english: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return a text with its facts filled in.

        Args:
            key: the text's dotted name.
            facts: a value for each ``{placeholder}``; ``count`` also picks the plural form.

        Raises:
            KeyError: there is no such text, or it needs a fact that was not given.
        """
        template = self.find(key)
        if template is None:
            template = self._plural(key, facts)
        return template.format(**facts)

    def find(self, key: str) -> str | None:
        """Return a text as the catalogue has it, None when not even English has it."""
        return self._texts.get(key, self._english.get(key))

    def _plural(self, key: str, facts: Mapping[str, object]) -> str:
        if "count" not in facts:
            raise KeyError(key)
        form = self.find(f"{key}.{plural_form(self.locale, count=facts['count'])}")
        if form is not None:
            return form
        return self._english[f"{key}.{plural_form(ENGLISH, count=facts['count'])}"]


def plural_form(locale: str, *, count: object) -> str:
    """Return ``one`` or ``other``, as the language counts.

    Source: Unicode CLDR, language plural rules, cardinals (whole numbers only).
    """
    if locale in _NO_PLURAL:
        return "other"
    return "one" if count == 1 or (count == 0 and locale in _ZERO_IS_ONE) else "other"


def words_for_locale(locale: AnyLocale) -> Words:
    """Return the words for a locale of Discord's: those of its language, or English."""
    return _words(find_catalogue(locale) or ENGLISH)


def find_catalogue(locale: AnyLocale) -> str | None:
    """Return which catalogue has a locale's language (es-419 is answered in es-ES), or None."""
    language = _language(str(locale)) if locale is not None else ""
    return next((code for code in LOCALES if _language(code) == language), None)


def _language(code: str) -> str:
    return code.partition("-")[0]


@functools.cache
def _words(code: str) -> Words:
    return Words(code, read_catalogue(code), read_catalogue(ENGLISH))


@functools.cache
def read_catalogue(code: str) -> Mapping[str, str]:
    """Return one catalogue's texts by their dotted keys."""
    file = resources.files("imgoe_bot.ui") / "locales" / f"{code}.toml"
    return MappingProxyType(dict(_flat(tomllib.loads(file.read_text("utf-8")), prefix="")))


def _flat(table: Mapping[str, object], *, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(cast("Mapping[str, object]", value), prefix=f"{prefix}{name}.")
        else:
            yield prefix + name, str(value)
