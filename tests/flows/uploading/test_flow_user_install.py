"""The app on a person's account: uploads anywhere, with a key of their own."""

from imgoe_bot.discordsim import Interaction, Message
from tests.flows.kit import (
    DELETE_LINK,
    PATIENCE_S,
    Town,
    elsewhere,
    enter_key,
    eventually,
    own_key,
    picture,
)


async def _answer(asked: Interaction) -> Message:
    return await asked.wait_response(PATIENCE_S)


async def test_an_upload_elsewhere_goes_to_ones_own_host_and_answers_with_its_link(
    town: Town,
) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        key, panel = await own_key(town, lobby)

        asked = await town.ben.slash(lobby, "upload", file=picture())
        card = await _answer(asked)
        link = await town.ben.wait_for_message(lobby, lambda m: bool(DELETE_LINK.search(m.content)))

        assert key not in str((panel.content, panel.components))
        assert card.embeds[0]["title"] == "cat.png"
        assert not card.ephemeral
        assert link.ephemeral_for == town.ben.id
        await town.ben.click(link, "Delete cat.png")

        async def is_gone() -> bool:
            return await town.status(card.embeds[0]["url"]) == 404

        await eventually(is_gone)


async def test_without_a_key_of_ones_own_it_says_where_to_set_one(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)

        answer = await _answer(await town.ben.slash(lobby, "upload", file=picture()))

        assert "`/my-key` adds it" in answer.content
        assert answer.ephemeral_for == town.ben.id


async def test_a_key_the_host_does_not_take_is_not_stored(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await enter_key(town, lobby, "chv_no_such_key_at_all")

        refused = await town.ben.wait_for_message(lobby, lambda m: "does not accept" in m.content)

        assert "`/my-key` sets a new one" in refused.content
        again = await _answer(await town.ben.slash(lobby, "my-key"))
        assert "You have set no key of your own" in again.content


async def test_nobody_sends_the_bot_into_its_operators_network(town: Town) -> None:
    async with town.bot(allow_private_hosts=False):
        lobby = elsewhere(town)
        panel = await _answer(await town.ben.slash(lobby, "my-key"))
        opened = await town.ben.click(panel, "Enter a key…")
        inside = town.host.url.replace("127.0.0.1", "localhost")
        await town.ben.fill_modal(opened, {"host": inside, "key": "chv_some_key"})

        refused = await town.ben.wait_for_message(lobby, lambda m: "private network" in m.content)

        assert "Nothing was changed" in refused.content


async def test_a_removed_key_is_gone(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        _, panel = await own_key(town, lobby)

        await town.ben.click(panel, "Remove")

        await eventually(lambda: "You have set no key" in panel.content)
        answer = await _answer(await town.ben.slash(lobby, "upload", file=picture()))
        assert "`/my-key` adds it" in answer.content


async def test_it_works_in_direct_messages_and_between_two_people(town: Town) -> None:
    async with town.bot():
        await own_key(town, elsewhere(town))
        for place, colour in ((town.ben.dm, "red"), (town.ben.dm_with(town.ada), "blue")):
            name = f"{colour}.png"
            file = picture(name, colour=colour)

            card = await _answer(await town.ben.slash(place, "upload", file=file))

            assert card.embeds[0]["title"] == name


async def test_a_server_that_has_the_bot_lends_itsown_key(running: Town) -> None:
    running.ben.has_app = True
    await own_key(running, running.lounge)

    card = await _answer(await running.ben.slash(running.lounge, "upload", file=picture()))
    await running.note_for(running.ben)

    count = "SELECT count(*) FROM upload WHERE guild_id = ?"
    assert running.read_number(count, running.guild.id) == 1
    assert running.read_number(count, running.ben.id) == 0
    assert card.embeds


async def test_a_message_elsewhere_is_kept_by_the_menu_and_found_again(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        source = await town.ada.say(lobby, files=[picture("hers.png")])

        card = await _answer(await town.ben.use_menu(source, "Mirror to host"))
        assert card.embeds[0]["title"] == "hers.png"
        healed = await _answer(await town.ben.use_menu(source, "Permanent link"))
        assert str(card.embeds[0]["url"]) in healed.content
        library = await _answer(await town.ben.slash(lobby, "library"))
        assert "hers.png" in str(library.embeds)


async def test_the_same_message_is_kept_by_each_for_themselves(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        town.ada.has_app = True
        source = await town.ada.say(lobby, files=[picture("hers.png")])
        await _answer(await town.ben.use_menu(source, "Mirror to host"))
        await town.ben.wait_for_message(lobby, lambda m: bool(DELETE_LINK.search(m.content)))

        answer = await _answer(await town.ada.use_menu(source, "Mirror to host"))

        assert "`/my-key` adds it" in answer.content
        assert not [m for m in town.ada.messages(lobby) if DELETE_LINK.search(m.content)]


async def test_who_wants_nothing_copied_is_left_alone_elsewhere_too(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        await _answer(await town.ada.slash(town.ada.dm, "privacy opt-out"))
        source = await town.ada.say(lobby, files=[picture("hers.png")])

        answer = await _answer(await town.ben.use_menu(source, "Mirror to host"))

        assert "wants nothing copied" in answer.content


async def test_anybody_who_sees_a_card_elsewhere_gets_its_links_but_deletes_nothing(
    town: Town,
) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        card = await _answer(await town.ben.slash(lobby, "upload", file=picture()))

        links = await _answer(await town.ada.click(card, "Links"))
        refused = await _answer(await town.ada.click(card, "Delete…"))

        assert "cat.png" in links.content
        assert DELETE_LINK.search(refused.content) is None
        assert await town.status(card.embeds[0]["url"]) == 200


async def test_forgetting_a_person_forgets_their_key(town: Town) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        await _answer(await town.ben.slash(lobby, "upload", file=picture()))

        asked = await _answer(await town.ben.slash(lobby, "privacy forget-me"))
        await town.ben.click(asked, "Erase everything")

        rows = "SELECT count(*) FROM guild WHERE guild_id = ?"
        await eventually(lambda: town.read_number(rows, town.ben.id) == 0)
        uploads = "SELECT count(*) FROM upload WHERE guild_id = ?"
        await eventually(lambda: town.read_number(uploads, town.ben.id) == 0)
