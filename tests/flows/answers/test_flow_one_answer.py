"""One post a message, whatever asks for it: the mirror, the menu, a reaction."""

from tests.flows.kit import PATIENCE_S, Harness, picture

MENU = "Mirror to host"


def _counts(harness: Harness) -> tuple[int, int]:
    """Return how many posts and uploads there are."""
    posts, uploads = "SELECT count(*) FROM post", "SELECT count(*) FROM upload"
    return harness.read_number(posts), harness.read_number(uploads)


async def test_the_menu_says_that_a_message_is_being_mirrored(running: Harness) -> None:
    running.sim.faults.delay(f"POST /channels/{running.photos.id}/messages", 1)
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)

    asked = await running.ada.use_menu(posted, MENU)

    answer = await asked.wait_response(PATIENCE_S)
    assert answer.ephemeral
    assert "being kept right now" in answer.content
    await running.card_for(posted)
    assert _counts(running) == (1, 1)


async def test_the_menu_shows_the_card_of_a_mirrored_message(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    card = await running.card_for(posted)

    shown = await (await running.ada.use_menu(posted, MENU)).wait_response(PATIENCE_S)

    assert [embed["url"] for embed in shown.embeds] == [embed["url"] for embed in card.embeds]
    assert _counts(running) == (1, 1)


async def test_a_message_kept_by_menu_is_not_kept_again_by_a_reaction_or_an_edit(
    running: Harness,
) -> None:
    await running.set_option("consent", "react")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)
    await (await running.ada.use_menu(posted, MENU)).wait_response(PATIENCE_S)

    await running.ben.react(posted, "💾")
    await running.set_option("consent", "announce")
    await running.ben.edit(posted, "edited")

    later = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])
    await running.card_for(later)
    assert _counts(running) == (2, 2)


async def test_what_was_deleted_can_be_kept_again_by_menu(running: Harness) -> None:
    posted = await running.ben.say(running.photos, files=[picture()])
    card, note = await running.card_for(posted), await running.direct_message_for(running.ben)
    await running.ben.click(note, "Delete cat.png")
    await running.ben.wait_for_message(
        running.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
    )

    shown = await (await running.ada.use_menu(posted, MENU)).wait_response(PATIENCE_S)

    assert await running.status(shown.embeds[0]["url"]) == 200
