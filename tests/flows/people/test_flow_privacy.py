"""``/privacy``: show, opt out and in, export, forget; in servers and in direct messages."""

import json
from pathlib import Path
from typing import Any, cast

from imgoe_bot.discordsim import Channel, Message, Person, Upload
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.bot_process import bot_process
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture


async def _ask(person: Person, where: Channel, command: str) -> Message:
    return await (await person.slash(where, f"privacy {command}")).wait_response()


async def _keep(harness: Harness, *colours: str) -> list[str]:
    """Post pictures, and return the addresses of their pages once all is said and done."""
    pages: list[str] = []
    await harness.set_option("dm_digest", "0s")
    for colour in colours:
        posted = await harness.ben.say(
            harness.photos, files=[picture(f"{colour}.png", colour=colour)]
        )
        pages.append(str((await harness.card_for(posted)).embeds[0]["url"]))
        await _note_about(harness, f"{colour}.png")
    return pages


async def _note_about(harness: Harness, name: str) -> None:
    await harness.ben.wait_for_message(harness.ben.dm, lambda m: name in m.content, PATIENCE_S)


async def _forget(harness: Harness) -> Message:
    asked = await _ask(harness.ben, harness.lounge, "forget-me")
    await harness.ben.click(asked, "Erase everything")
    return asked


async def _says(harness: Harness, what: str, where: Channel | None = None) -> bool:
    shown = await _ask(harness.ben, where or harness.lounge, "show")
    return what in str(shown.embeds)


def _traces(folder: Path, person: Person) -> list[str]:
    """Name the files in which a person's id stands, as text or as SQLite writes numbers."""
    forms = (str(person.id).encode(), person.id.to_bytes(8, "big"))
    return [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and any(form in file.read_bytes() for form in forms)
    ]


def _labels(message: Message) -> list[str]:
    rows = cast("list[Any]", message.components)
    return [str(part.get("label")) for row in rows for part in row["components"]]


async def test_show_names_host_amount_and_choice_to_the_person_alone(running: Harness) -> None:
    await _keep(running, "teal")

    shown = await _ask(running.ben, running.lounge, "show")

    text = str(shown.embeds)
    assert shown.ephemeral
    assert running.host.url.partition("://")[2] in text
    assert "1 copy in all servers" in text
    assert "You said nothing yet" in text
    assert "/privacy forget-me" in text


async def test_opting_out_holds_from_the_next_message_on_until_one_opts_in(
    running: Harness,
) -> None:
    out = await _ask(running.ben, running.lounge, "opt-out")
    await running.ben.say(running.photos, files=[picture("no.png")])
    hers = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])
    await running.card_for(hers)
    back = await _ask(running.ben, running.lounge, "opt-in")
    kept = await running.ben.say(running.photos, files=[picture("yes.png")])

    await running.card_for(kept)

    assert (out.ephemeral, back.ephemeral) == (True, True)
    answered = [card.reference for card in running.cards(running.photos)]
    assert [r.message_id for r in answered if r is not None] == [hers.id, kept.id]


async def test_a_choice_made_in_direct_messages_holds_in_every_server(running: Harness) -> None:
    answer = await _ask(running.ben, running.ben.dm, "opt-out")

    await running.ben.say(running.photos, files=[picture("no.png")])
    hers = await running.ada.say(running.photos, files=[picture("hers.png")])
    await running.card_for(hers)

    assert "every server" in answer.content
    assert len(running.cards(running.photos)) == 1
    assert await _says(running, "You opted out")
    assert await _says(running, "You opted out", running.ben.dm)


async def test_the_export_holds_everything_but_delete_links(running: Harness) -> None:
    (page,) = await _keep(running, "teal")
    await _ask(running.ben, running.lounge, "opt-in")

    answer = await _ask(running.ben, running.ben.dm, "export")

    (file,) = answer.attachments
    data = json.loads(file.data)
    assert data["user_id"] == str(running.ben.id)
    assert data["choices"] == {str(running.guild.id): "in"}
    assert [upload["viewer_url"] for upload in data["uploads"]] == [page]
    assert data["uploads"][0]["channel_id"] == str(running.photos.id)
    assert b"/delete/" not in file.data


async def test_the_export_holds_what_else_names_a_person(running: Harness) -> None:
    await running.ada.say(running.photos, files=[Upload("broken.png", b"words", "image/png")])
    await running.ada.wait_for_message(running.photos, lambda m: "broken.png" in str(m.embeds))

    answer = await _ask(running.ada, running.ada.dm, "export")

    data = json.loads(answer.attachments[0].data)
    assert [left["filename"] for left in data["not_kept"]] == ["broken.png"]
    assert [rule["channel_id"] for rule in data["mirrored_channels"]] == [str(running.photos.id)]
    assert [change["name"] for change in data["changes"]] == ["key", "mirror"]
    assert data["own_key"] == []


async def test_forget_me_asks_first_and_then_erases_copies_cards_and_rows(running: Harness) -> None:
    pages = await _keep(running, "teal", "gold")
    hers = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])
    card = await running.card_for(hers)

    asked = await _ask(running.ben, running.lounge, "forget-me")
    assert "2 copies" in asked.content
    assert [await running.status(page) for page in pages] == [200, 200]
    await running.ben.click(asked, "Erase everything")

    async def nothing_left() -> bool:
        return await _says(running, "Nothing is kept of you")

    await eventually(nothing_left)
    assert [await running.status(page) for page in pages] == [404, 404]
    assert running.cards(running.photos) == [card]
    assert await running.status(card.embeds[0]["url"]) == 200
    assert _labels(asked) == []
    assert await _says(running, "You opted out")


async def test_no_byte_of_the_database_names_who_was_forgotten(running: Harness) -> None:
    """Deleted rows, their pages, the journal and the history of settings included."""
    await _keep(running, "teal", "gold", "navy")
    running.ben.dms_closed = True
    closed = await running.ben.say(running.photos, files=[picture("closed.png", colour="pink")])
    told = await running.card_for(closed)
    await running.ben.wait_for_message(
        running.photos, lambda m: m is told and "direct messages" in m.content, PATIENCE_S
    )
    folder = running.folder / "bot"
    assert _traces(folder, running.ben)

    await _forget(running)

    await eventually(lambda: _traces(folder, running.ben) == [])
    await running.ben.say(running.photos, files=[picture("later.png")])
    hers = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])
    await running.card_for(hers)
    assert _traces(folder, running.ben) == []


async def test_a_moderator_who_is_forgotten_leaves_rules_and_history_without_a_name(
    running: Harness,
) -> None:
    folder = running.folder / "bot"
    assert _traces(folder, running.ada)

    asked = await _ask(running.ada, running.lounge, "forget-me")
    await running.ada.click(asked, "Erase everything")

    await eventually(lambda: _traces(folder, running.ada) == [])
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)
    assert card.embeds[0]["title"] == "cat.png"


async def test_who_is_forgotten_is_taken_off_the_lists_of_members(running: Harness) -> None:
    """A list that named nobody else keeps nobody from then on, not everybody."""
    await running.set_option("not_users", f"<@{running.ben.id}> <@{running.ada.id}>")
    await running.set_option("not_users", "none")
    await running.set_option("only_users", f"<@{running.ben.id}>")

    await _forget(running)

    await eventually(lambda: _traces(running.folder / "bot", running.ben) == [])
    hers = await running.ada.say(running.photos, files=[picture()])
    await running.observed(hers)
    assert running.cards(running.photos) == []


async def test_an_erasure_waits_for_a_host_that_is_away(harness: Harness) -> None:
    folder = harness.folder / "away"
    async with harness.bot():
        async with HostServer(HostOptions(data_dir=folder)) as host:
            port = int(host.url.rpartition(":")[2])
            await harness.set_key(host.first_key, host=host.url)
            await harness.mirror()
            (page,) = await _keep(harness, "teal")
        answer = await _forget(harness)
        await harness.ben.wait_for_message(
            harness.lounge,
            lambda m: m is answer and "1 post is being erased" in m.content,
            PATIENCE_S,
        )
        assert await _says(harness, "1 post is being erased")

        async with HostServer(HostOptions(data_dir=folder, port=port)):
            await eventually(lambda: _traces(harness.folder / "bot", harness.ben) == [])
            assert await harness.status(page) == 404


async def test_an_erasure_survives_a_kill(harness: Harness) -> None:
    remove = f"DELETE /channels/{harness.photos.id}/messages/*"
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.set_key()
        await harness.mirror()
        pages = await _keep(harness, "teal", "gold")
        harness.sim.faults.delay(remove, 30)
        await _forget(harness)
        await eventually(lambda: any(call.startswith("DELETE ") for call in harness.sim.calls))
        await first.kill()
    harness.sim.faults.clear()

    async with bot_process(harness):
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await eventually(lambda: _traces(harness.folder / "bot", harness.ben) == [])

    assert [await harness.status(page) for page in pages] == [404, 404]
    assert harness.cards(harness.photos) == []


async def test_the_button_of_an_earlier_process_still_forgets(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await _keep(harness, "teal")
        asked = await _ask(harness.ben, harness.lounge, "forget-me")

    async with harness.bot():
        await harness.ben.click(asked, "Erase everything")

        await eventually(lambda: _traces(harness.folder / "bot", harness.ben) == [])


async def test_a_copy_that_another_person_shares_stays_theirs(running: Harness) -> None:
    """The host takes the same bytes once; erasing one person's record leaves the other's copy."""
    (page,) = await _keep(running, "teal")
    again = await running.ada.say(running.photos, files=[picture("same.png", colour="teal")])
    card = await running.card_for(again)
    shared = str(card.embeds[0]["url"])

    await _forget(running)

    await eventually(lambda: _traces(running.folder / "bot", running.ben) == [])
    assert await running.status(shared) == 200
    assert await running.status(page) == (200 if page == shared else 404)


async def test_a_copy_that_ones_own_two_posts_share_is_deleted_with_them(running: Harness) -> None:
    (page, same) = await _keep(running, "teal", "teal")

    await _forget(running)

    await eventually(lambda: _traces(running.folder / "bot", running.ben) == [])
    assert [await running.status(page), await running.status(same)] == [404, 404]


async def test_who_has_nothing_is_forgotten_at_once(running: Harness) -> None:
    asked = await _forget(running)

    await running.ben.wait_for_message(
        running.lounge, lambda m: m is asked and "is erased" in m.content, PATIENCE_S
    )


async def test_privacy_answers_in_the_persons_language(running: Harness) -> None:
    running.ben.user.locale = "de"

    shown = await _ask(running.ben, running.lounge, "show")

    assert shown.embeds[0]["title"] == "Deine Daten und dieser Bot"
