"""The command tree in every language: names stay English, what explains them is translated."""

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.translate import ENGLISH, find_catalogue, words_for_locale


def text(key: str) -> locale_str:
    """Return a description or choice name, in English until Discord asks for another language."""
    return locale_str(words_for_locale(ENGLISH)(key), key=key)


class CatalogueTranslator(app_commands.Translator):
    """Translates what ``text`` made; everything else is left as it is."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text in a language we speak, None for English and all others."""
        key = string.extras.get("key")
        code = find_catalogue(locale)
        if key is None or code in (None, ENGLISH):
            return None
        return words_for_locale(code).find(str(key))


async def add_translator(bot: AnyBot) -> None:
    """Let a bot's command tree use our catalogues, unless it has a translator already."""
    if bot.tree.translator is None:
        await bot.tree.set_translator(CatalogueTranslator())


async def remove_translator(bot: AnyBot) -> None:
    """Take our translator off again, and only ours."""
    if isinstance(bot.tree.translator, CatalogueTranslator):
        await bot.tree.set_translator(None)
