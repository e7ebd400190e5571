"""The app on a person's account: uploads anywhere, with a key of their own."""

from imgoe_bot.discordsim import Interaction, Message
from tests.flows.kit import (
    DELETE_LINK,
    PATIENCE_S,
    Harness,
    channel_without_bot,
    enter_key,
    eventually,
    picture,
    set_own_key,
)


async def _answer(asked: Interaction) -> Message:
    return await asked.wait_response(PATIENCE_S)


async def test_an_upload_elsewhere_goes_to_ones_own_host_and_answers_with_its_link(
    harness: Harness,
) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        key, panel = await set_own_key(harness, lobby)

        asked = await harness.ben.slash(lobby, "upload", file=picture())
        card = await _answer(asked)
        link = await harness.ben.wait_for_message(
            lobby, lambda m: bool(DELETE_LINK.search(m.content))
        )

        assert key not in str((panel.content, panel.components))
        assert card.embeds[0]["title"] == "cat.png"
        assert not card.ephemeral
        assert link.ephemeral_for == harness.ben.id
        await harness.ben.click(link, "Delete cat.png")

        async def is_gone() -> bool:
            return await harness.status(card.embeds[0]["url"]) == 404

        await eventually(is_gone)


async def test_without_a_key_of_ones_own_it_says_where_to_set_one(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)

        answer = await _answer(await harness.ben.slash(lobby, "upload", file=picture()))

        assert "`/my-key` adds it" in answer.content
        assert answer.ephemeral_for == harness.ben.id


async def test_a_key_the_host_does_not_take_is_not_stored(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await enter_key(harness, lobby, "chv_no_such_key_at_all")

        refused = await harness.ben.wait_for_message(
            lobby, lambda m: "does not accept" in m.content
        )

        assert "`/my-key` sets a new one" in refused.content
        again = await _answer(await harness.ben.slash(lobby, "my-key"))
        assert "You have set no key of your own" in again.content


async def test_nobody_sends_the_bot_into_its_operators_network(harness: Harness) -> None:
    async with harness.bot(allow_private_hosts=False):
        lobby = channel_without_bot(harness)
        panel = await _answer(await harness.ben.slash(lobby, "my-key"))
        opened = await harness.ben.click(panel, "Enter a key…")
        inside = harness.host.url.replace("127.0.0.1", "localhost")
        await harness.ben.fill_modal(opened, {"host": inside, "key": "chv_some_key"})

        refused = await harness.ben.wait_for_message(
            lobby, lambda m: "private network" in m.content
        )

        assert "Nothing was changed" in refused.content


async def test_a_removed_key_is_gone(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        _, panel = await set_own_key(harness, lobby)

        await harness.ben.click(panel, "Remove")

        await eventually(lambda: "You have set no key" in panel.content)
        answer = await _answer(await harness.ben.slash(lobby, "upload", file=picture()))
        assert "`/my-key` adds it" in answer.content


async def test_it_works_in_direct_messages_and_between_two_people(harness: Harness) -> None:
    async with harness.bot():
        await set_own_key(harness, channel_without_bot(harness))
        for place, colour in ((harness.ben.dm, "red"), (harness.ben.dm_with(harness.ada), "blue")):
            name = f"{colour}.png"
            file = picture(name, colour=colour)

            card = await _answer(await harness.ben.slash(place, "upload", file=file))

            assert card.embeds[0]["title"] == name


async def test_a_server_that_has_the_bot_lends_itsown_key(running: Harness) -> None:
    running.ben.has_app = True
    await set_own_key(running, running.lounge)

    card = await _answer(await running.ben.slash(running.lounge, "upload", file=picture()))
    await running.direct_message_for(running.ben)

    count = "SELECT count(*) FROM upload WHERE guild_id = ?"
    assert running.read_number(count, running.guild.id) == 1
    assert running.read_number(count, running.ben.id) == 0
    assert card.embeds


async def test_a_message_elsewhere_is_kept_by_the_menu_and_found_again(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        source = await harness.ada.say(lobby, files=[picture("hers.png")])

        card = await _answer(await harness.ben.use_menu(source, "Mirror to host"))
        assert card.embeds[0]["title"] == "hers.png"
        healed = await _answer(await harness.ben.use_menu(source, "Permanent link"))
        assert str(card.embeds[0]["url"]) in healed.content
        library = await _answer(await harness.ben.slash(lobby, "library"))
        assert "hers.png" in str(library.embeds)


async def test_the_same_message_is_kept_by_each_for_themselves(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        harness.ada.has_app = True
        source = await harness.ada.say(lobby, files=[picture("hers.png")])
        await _answer(await harness.ben.use_menu(source, "Mirror to host"))
        await harness.ben.wait_for_message(lobby, lambda m: bool(DELETE_LINK.search(m.content)))

        answer = await _answer(await harness.ada.use_menu(source, "Mirror to host"))

        assert "`/my-key` adds it" in answer.content
        assert not [m for m in harness.ada.messages(lobby) if DELETE_LINK.search(m.content)]


async def test_who_wants_nothing_copied_is_left_alone_elsewhere_too(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        await _answer(await harness.ada.slash(harness.ada.dm, "privacy opt-out"))
        source = await harness.ada.say(lobby, files=[picture("hers.png")])

        answer = await _answer(await harness.ben.use_menu(source, "Mirror to host"))

        assert "wants nothing copied" in answer.content


async def test_anybody_who_sees_a_card_elsewhere_gets_its_links_but_deletes_nothing(
    harness: Harness,
) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        card = await _answer(await harness.ben.slash(lobby, "upload", file=picture()))

        links = await _answer(await harness.ada.click(card, "Links"))
        refused = await _answer(await harness.ada.click(card, "Delete…"))

        assert "cat.png" in links.content
        assert DELETE_LINK.search(refused.content) is None
        assert await harness.status(card.embeds[0]["url"]) == 200


async def test_forgetting_a_person_forgets_their_key(harness: Harness) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        await _answer(await harness.ben.slash(lobby, "upload", file=picture()))

        asked = await _answer(await harness.ben.slash(lobby, "privacy forget-me"))
        await harness.ben.click(asked, "Erase everything")

        rows = "SELECT count(*) FROM guild WHERE guild_id = ?"
        await eventually(lambda: harness.read_number(rows, harness.ben.id) == 0)
        uploads = "SELECT count(*) FROM upload WHERE guild_id = ?"
        await eventually(lambda: harness.read_number(uploads, harness.ben.id) == 0)
