"""Languages over the wire: what one person sees is in theirs, what all see in the server's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import discord
import httpx
import pytest_asyncio
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str
from discord.app_commands.translator import OtherTranslationContext
from discord.ext import commands

from imgoe_bot.discordsim import DiscordSim, Permission, SimOptions
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.ui.client.translator import (
    CatalogueTranslator,
    add_translator,
    remove_translator,
    text,
)
from tests.flows.kit import DELETE_LINK, Harness, picture


@pytest_asyncio.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    """A French server with a German moderator and a Japanese member; the bot runs."""
    async with (
        HostServer(HostOptions(data_dir=tmp_path / "host")) as host,
        DiscordSim(SimOptions()) as sim,
        httpx.AsyncClient() as http,
    ):
        ada, ben = sim.add_person("ada", locale="de"), sim.add_person("ben", locale="ja")
        guild = sim.add_guild("Club photo", owner=ada, locale="fr")
        guild.join(ada, permissions=Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
        guild.join(ben)
        photos, lounge = guild.add_channel("photos"), guild.add_channel("lounge")
        harness = Harness(sim, host, guild, photos, lounge, ada, ben, tmp_path, http)
        async with harness.bot(park_for_s=0):
            yield harness


async def test_private_answers_are_in_the_persons_language(harness: Harness) -> None:
    saved = await harness.set_key()
    added = await harness.mirror()

    shown = await (await harness.ada.slash(harness.photos, "settings show")).wait_response()

    assert "Gespeichert" in saved.content
    assert "wird ab jetzt gespiegelt" in added.content
    assert shown.embeds[0]["title"] == "Einstellungen dieses Servers"
    assert saved.ephemeral


async def test_an_error_is_told_in_the_persons_language(harness: Harness) -> None:
    refused = await harness.set_key("two words")

    assert "Es wurde nichts geändert." in refused.content


async def test_a_card_is_in_the_servers_language_and_its_private_list_in_the_readers(
    harness: Harness,
) -> None:
    await harness.set_key()
    await harness.mirror()
    source = await harness.ben.say(harness.photos, files=[picture()])

    card = await harness.card_for(source)
    note = await harness.direct_message_for(harness.ben)
    clicked = await harness.ben.click(card, "Supprimer…")

    listed = await clicked.wait_response()
    assert "Conservé sur" in str(card.embeds[0]["footer"])
    assert "lien de suppression" in note.content
    assert "削除リンク" in listed.content
    assert DELETE_LINK.search(listed.content)


async def test_a_slash_commands_card_is_in_the_servers_language(harness: Harness) -> None:
    await harness.set_key()

    asked = await harness.ben.slash(harness.lounge, "upload", file=picture())

    card = await asked.wait_response()
    assert "Conservé sur" in str(card.embeds[0]["footer"])


async def test_discord_is_told_the_commands_in_every_language(harness: Harness) -> None:
    upload = next(c for c in harness.sim.world.commands.values() if c.name == "upload")

    told = cast("dict[str, str]", upload.definition["description_localizations"])
    options = cast("list[dict[str, dict[str, str]]]", upload.definition["options"])

    assert set(told) == {"de", "fr", "es-ES", "es-419", "pt-BR", "ja"}
    assert told["de"].startswith("Eine Datei aufbewahren")
    assert options[0]["description_localizations"]["ja"] == "画像または動画"


class ForeignTranslator(app_commands.Translator):
    """What another bot's author had set before."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        return None


def _bot() -> commands.Bot:
    return commands.Bot("!", intents=discord.Intents.none())


async def test_a_foreign_bots_translator_is_neither_replaced_nor_removed() -> None:
    bot, foreign = _bot(), ForeignTranslator()
    await bot.tree.set_translator(foreign)

    await add_translator(bot)
    await remove_translator(bot)

    assert bot.tree.translator is foreign


async def test_our_translator_is_taken_off_again() -> None:
    bot = _bot()
    await add_translator(bot)
    assert isinstance(bot.tree.translator, CatalogueTranslator)

    await remove_translator(bot)

    assert bot.tree.translator is None


async def test_a_foreign_bots_own_texts_are_left_alone() -> None:
    context: OtherTranslationContext = app_commands.TranslationContext(
        app_commands.TranslationContextLocation.other, None
    )
    translator = CatalogueTranslator()

    theirs = await translator.translate(locale_str("Ping"), discord.Locale.german, context)
    ours = await translator.translate(
        text("command.settings.description"), discord.Locale.german, context
    )

    assert theirs is None
    assert ours == "Der Bild-Host dieses Servers"
