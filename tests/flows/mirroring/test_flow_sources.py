"""What is looked for in a message, and which messages are passed over."""

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Message, Upload
from imgoe_bot.discordsim.payloads.messages import attachment_path
from imgoe_bot.discordsim.untyped_json import Payload
from tests.flows.kit import Harness, eventually, picture

VOICE = Upload("voice-message.ogg", b"OggS", "audio/ogg", duration_s=2.0, waveform="AAAA")


def _titles(harness: Harness) -> list[object]:
    return [card.embeds[0].get("title") for card in harness.cards(harness.photos)]


def _preview(harness: Harness, shown: Message) -> dict[str, object]:
    """Return the preview of a link to a picture that stands on Discord's CDN."""
    path = harness.sim.world.links.sign(attachment_path(shown.attachments[0]))
    return {"type": "image", "url": path, "thumbnail": {"url": path, "proxy_url": path}}


async def test_a_sticker_is_kept_under_its_name(running: Harness) -> None:
    sticker = running.guild.add_sticker("wave", picture().data)

    posted = await running.ben.say(running.photos, sticker_ids=[sticker.id])

    assert (await running.card_for(posted)).embeds[0]["title"] == "wave.png"


async def test_ten_files_and_stickers_get_one_card_that_leaves_none_out(running: Harness) -> None:
    await running.set_option("layout", "embed")
    wave = running.guild.add_sticker("wave", picture().data)
    dance = running.guild.add_sticker("dance", b"{}", format=3)
    files = [picture(f"{n}.png", colour=f"#0000{n}0") for n in range(10)]

    posted = await running.ben.say(running.photos, files=files, sticker_ids=[wave.id, dance.id])

    card = await running.card_for(posted)
    *shown, rest, failures = card.embeds
    assert [embed["title"] for embed in shown] == [f"{n}.png" for n in range(8)]
    assert [name for name in ("8.png", "9.png", "wave.png") if name not in str(rest)] == []
    assert "dance.json" in str(failures)


async def test_what_is_never_kept_is_said_once_a_server(running: Harness) -> None:
    lottie = running.guild.add_sticker("dance", b"{}", format=3)

    first = await running.ben.say(running.photos, sticker_ids=[lottie.id])
    said = str((await running.card_for(first)).embeds)
    await running.ben.say(running.photos, sticker_ids=[lottie.id])
    voice = await running.ben.say(running.photos, files=[VOICE])
    told = str((await running.card_for(voice)).embeds)

    assert "• **dance.json** is an animation that image hosts do not take." in said
    assert "A voice message is never kept" in told
    assert len(running.cards(running.photos)) == 2


async def test_previews_are_kept_where_the_server_wants_them(running: Harness) -> None:
    shown = await running.ada.say(running.lounge, files=[picture("far.png")])
    await running.set_option("sources", "attachments, embeds")
    posted = await running.ben.say(running.photos, "look at this")

    running.sim.unfurl(posted, [_preview(running, shown)])

    assert (await running.card_for(posted)).embeds[0]["title"] == "far.png"


async def test_previews_are_left_alone_unless_they_are_asked_for(running: Harness) -> None:
    shown = await running.ada.say(running.lounge, files=[picture("far.png")])
    posted = await running.ben.say(running.photos, "look at this")

    running.sim.unfurl(posted, [_preview(running, shown)])
    later = await running.ben.say(running.photos, files=[picture("own.png", colour="red")])
    await running.card_for(later)

    assert _titles(running) == ["own.png"]


async def test_webhooks_and_bots_are_kept_by_choice_only(running: Harness) -> None:
    webhook = running.guild.add_webhook(running.photos, "camera")
    before = await webhook.say("Bark!", [picture("before.png")])
    await running.observed(before)
    await running.set_option("bots", "on")

    posted = await webhook.say("Bark!", [picture("after.png", colour="red")])

    assert (await running.card_for(posted)).embeds[0]["title"] == "after.png"
    assert _titles(running) == ["after.png"]
    deliveries = "SELECT count(*) FROM job WHERE step = 'deliver'"
    assert running.read_number(deliveries) == 0, "nobody can write to a webhook"


async def test_two_mirrors_never_copy_each_other(harness: Harness) -> None:
    """Another imgoe_bot is told by the buttons below its cards."""
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("bots", "on")
        await harness.set_option("sources", "attachments, embeds")
        webhook = harness.guild.add_webhook(harness.photos, "other mirror")
        posted = await harness.ben.say(harness.lounge, files=[picture("far.png")])
        card = await webhook.say(embeds=[_preview(harness, posted)])
        before = await harness.ada.slash(harness.photos, "why", message=_link(harness, card))
        told = (await before.wait_response()).content

        card.components = [_row("imgoe:links:0123456789abcdef")]
        again = await harness.ada.slash(harness.photos, "why", message=_link(harness, card))

        assert "✓ It is not the answer of a bot like me" in told
        assert "✗ It is not the answer of a bot like me" in (await again.wait_response()).content


def _layout(harness: Harness, far: Message) -> list[Payload]:
    """Return a layout with a picture in each place there is for one, the last one hidden."""
    link = harness.sim.world.links.sign(attachment_path(far.attachments[0]))
    words: list[Payload] = [{"type": 10, "content": "words"}]
    thumbnail: Payload = {"type": 11, "media": {"url": "attachment://side.png"}}
    items = [{"media": {"url": "attachment://own.png"}}, {"media": {"url": link}}]
    hidden: Payload = {"type": 12, "items": [{"media": {"url": "attachment://hidden.png"}}]}
    return [
        {"type": 12, "items": items},
        {"type": 9, "components": words, "accessory": thumbnail},
        {"type": 13, "file": {"url": "attachment://file.png"}},
        {"type": 17, "spoiler": True, "components": [hidden]},
    ]


LAYOUT_TITLES = ["own.png", "far.png", "side.png", "file.png", "hidden.png"]


async def _post_layout(harness: Harness, channel: Channel) -> Message:
    colours = {"own": "red", "side": "green", "file": "blue", "hidden": "black"}
    files = [picture(f"{name}.png", colour=colour) for name, colour in colours.items()]
    far = await harness.ada.say(harness.lounge, files=[picture("far.png")])
    webhook = harness.guild.add_webhook(channel, "album")
    return await webhook.say(files=files, layout=_layout(harness, far))


async def test_every_picture_of_a_bots_layout_is_kept(running: Harness) -> None:
    await running.set_option("layout", "embed")
    await running.set_option("bots", "on")

    posted = await _post_layout(running, running.photos)

    card = await running.card_for(posted)
    assert [embed["title"] for embed in card.embeds] == LAYOUT_TITLES
    assert ["thumbnail" in embed for embed in card.embeds] == [True] * 4 + [False]


async def test_a_forwarded_layout_is_kept_though_a_bot_made_it(running: Harness) -> None:
    await running.set_option("layout", "embed")
    original = await _post_layout(running, running.lounge)

    posted = await running.ben.forward(original, running.photos)

    card = await running.card_for(posted)
    assert [embed["title"] for embed in card.embeds] == LAYOUT_TITLES


async def test_a_picture_that_an_embed_brings_along_is_kept(running: Harness) -> None:
    await running.set_option("bots", "on")
    await running.set_option("sources", "embeds")
    webhook = running.guild.add_webhook(running.photos, "camera")
    embed = {"title": "Bark!", "image": {"url": "attachment://dog.png"}}

    posted = await webhook.say(files=[picture("dog.png")], embeds=[embed])

    assert (await running.card_for(posted)).embeds[0]["title"] == "dog.png"


async def test_a_forwarded_card_is_not_kept_again(running: Harness) -> None:
    await running.set_option("layout", "gallery")
    card = await running.card_for(await running.ben.say(running.photos, files=[picture()]))

    forwarded = await running.ben.forward(card, running.photos)

    await running.observed(forwarded)
    asked = await running.ben.slash(running.photos, "why", message=_link(running, forwarded))
    assert "✗ It is not the answer of a bot like me" in (await asked.wait_response()).content


def _link(harness: Harness, message: Message) -> str:
    return f"https://discord.com/channels/{harness.guild.id}/{message.channel_id}/{message.id}"


def _row(custom_id: str) -> dict[str, object]:
    button = {"type": 2, "style": 2, "label": "Links", "custom_id": custom_id}
    return {"type": 1, "components": [button]}


@pytest.mark.parametrize(
    ("keyword", "passed_over", "kept"),
    [("#keep", "a cat", "a cat #KEEP"), ("été", "hiver", "Été")],
)
async def test_only_messages_with_the_keyword_are_kept(
    running: Harness, keyword: str, passed_over: str, kept: str
) -> None:
    await running.set_option("keyword", keyword)
    await running.observed(await running.ben.say(running.photos, passed_over, files=[picture()]))

    posted = await running.ben.say(running.photos, kept, files=[picture("b.png", colour="red")])

    await running.card_for(posted)
    assert _titles(running) == ["b.png"]


async def test_a_keyword_added_by_an_edit_counts(running: Harness) -> None:
    await running.set_option("keyword", "#keep")
    posted = await running.ben.say(running.photos, "a cat", files=[picture()])
    await running.observed(posted)

    await running.ben.edit(posted, "a cat #keep")

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_only_who_has_the_role_is_mirrored(running: Harness) -> None:
    role = running.guild.add_role("Photographers")
    await running.set_option("role", f"<@&{role.id}>")
    await running.observed(await running.ben.say(running.photos, files=[picture("before.png")]))
    running.guild.set_roles(running.ben, [role])

    posted = await running.ben.say(running.photos, files=[picture("after.png", colour="red")])

    await running.card_for(posted)
    assert _titles(running) == ["after.png"]


async def test_of_what_was_missed_only_that_of_who_has_the_role_is_kept_and_each_asked_for_once(
    harness: Harness,
) -> None:
    role = harness.guild.add_role("Photographers")
    harness.guild.set_roles(harness.ben, [role])
    gone = harness.sim.add_person("gone")
    harness.guild.join(gone, roles=[role])
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("role", f"<@&{role.id}>")
        await harness.keep_picture("before.png")
    theirs = await harness.ada.say(harness.photos, files=[picture("ada.png", colour="navy")])
    left = await gone.say(harness.photos, files=[picture("gone.png", colour="green")])
    harness.guild.leave(gone)
    colours = ("red", "blue", "pink")
    missed = [await harness.ben.say(harness.photos, files=[picture(colour=c)]) for c in colours]

    async with harness.bot():
        for message in missed:
            await harness.card_for(message)
        told = await (await harness.ada.use_menu(theirs, "Why?")).wait_response()

    assert "✗ Its author has the role asked for" in told.content
    posts = "SELECT count(*) FROM post WHERE message_id = ?"
    assert harness.read_number(posts, theirs.id) == harness.read_number(posts, left.id) == 0
    asked = f"GET /guilds/{harness.guild.id}/members/{harness.ben.id}"
    assert harness.sim.calls.count(asked) == 1


async def test_why_knows_the_roles_of_an_author_whose_message_came_without_them(
    running: Harness,
) -> None:
    role = running.guild.add_role("Photographers")
    running.guild.set_roles(running.ben, [role])
    await running.set_option("role", f"<@&{role.id}>")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(posted)

    told = await (await running.ada.use_menu(posted, "Why?")).wait_response()

    assert "✓ Its author has the role asked for" in told.content


@pytest.mark.parametrize("name", ["only_users", "not_users"])
async def test_posts_are_kept_or_left_by_who_wrote_them(running: Harness, name: str) -> None:
    named, other = running.ben, running.ada
    await running.set_option(name, f"<@{named.id}>")
    left, kept = (other, named) if name == "only_users" else (named, other)

    before = await left.say(running.photos, files=[picture("before.png")])
    await running.observed(before)
    posted = await kept.say(running.photos, files=[picture("after.png", colour="red")])

    await running.card_for(posted)
    asked = await running.ada.slash(running.photos, "why", message=_link(running, before))
    told = (await asked.wait_response()).content
    assert _titles(running) == ["after.png"]
    assert [line for line in told.splitlines() if line.startswith("✗ Its author")]


async def test_members_named_in_an_option_are_shown_as_mentions(running: Harness) -> None:
    people = f"<@{running.ben.id}>, {running.ada.id}"
    setting = {"name": "not_users", "value": people}

    answer = await (
        await running.ada.slash(running.photos, "settings set", **setting)
    ).wait_response()

    assert f"<@{running.ada.id}>, <@{running.ben.id}>" in answer.content


async def test_what_is_over_the_servers_own_limit_is_named(running: Harness) -> None:
    await running.set_option("max_size", "1 KB")
    large = Upload("large.png", picture().data + b"\0" * 2000, "image/png")

    posted = await running.ben.say(running.photos, files=[large, picture("small.png")])

    text = str((await running.card_for(posted)).embeds)
    assert "small.png" in text
    assert "large.png" in text
    assert len(_stored(running)) == 1


async def test_kinds_that_are_not_wanted_are_passed_over(running: Harness) -> None:
    await running.set_option("kinds", "video")
    await running.observed(await running.ben.say(running.photos, files=[picture()]))
    await running.set_option("kinds", "image")

    posted = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])

    await running.card_for(posted)
    assert _titles(running) == ["b.png"]


async def test_spoilers_are_refused_where_the_server_wants_none(running: Harness) -> None:
    await running.set_option("spoilers", "refuse")
    hidden = Upload("plot.png", picture(colour="red").data, "image/png", spoiler=True)

    posted = await running.ben.say(running.photos, files=[hidden, picture("open.png")])

    await running.card_for(posted)
    assert _titles(running) == ["open.png"]


async def test_age_restricted_channels_are_refused_where_the_server_wants_none(
    running: Harness,
) -> None:
    await running.set_option("nsfw", "refuse")
    running.guild.edit_channel(running.photos, nsfw=True)
    await running.observed(await running.ben.say(running.photos, files=[picture("before.png")]))
    running.guild.edit_channel(running.photos, nsfw=False)

    posted = await running.ben.say(running.photos, files=[picture("after.png", colour="red")])

    await running.card_for(posted)
    assert _titles(running) == ["after.png"]


@pytest.mark.parametrize("kind", [ChannelType.FORUM, ChannelType.MEDIA])
async def test_the_first_message_of_a_post_is_kept_too(running: Harness, kind: ChannelType) -> None:
    forum = running.guild.add_channel("gallery", type=kind)
    await running.mirror(forum)

    post, _ = await running.ben.open_post(forum, "Dusk", files=[picture("dusk.png")])

    card = await running.ben.wait_for_message(post, lambda m: bool(m.embeds))
    assert card.embeds[0]["title"] == "dusk.png"


async def test_a_custom_emoji_saves_a_message(running: Harness) -> None:
    await running.set_option("consent", "react")
    await running.set_option("save_emoji", "<:keep:123456789012345678>")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)

    await running.ben.react(posted, "keep:123456789012345678")

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_messages_deleted_in_bulk_take_their_copies_along(running: Harness) -> None:
    await running.set_option("on_delete", "delete")
    posted = [
        await running.ben.say(running.photos, files=[picture(f"{colour}.png", colour=colour)])
        for colour in ("red", "blue")
    ]
    cards = [await running.card_for(message) for message in posted]
    viewers = [str(card.embeds[0]["url"]) for card in cards]

    await running.ada.delete_many(posted)

    async def are_gone() -> bool:
        return [await running.status(viewer) for viewer in viewers] == [404, 404]

    await eventually(are_gone)


def _stored(harness: Harness) -> list[str]:
    files = (harness.folder / "host" / "images").rglob("*")
    return [str(f) for f in files if f.is_file() and ".th." not in f.name and ".md." not in f.name]
