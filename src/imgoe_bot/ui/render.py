"""Our values become Discord messages: cards, tombstones, private notes."""

import discord

from imgoe_bot.domain.guild import GuildSettings
from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.domain.upload import Card, Upload
from imgoe_bot.ui import wording as w
from imgoe_bot.ui.failures import words_for

COLOUR = discord.Colour(0x3D7DD8)
COLOUR_FAILED = discord.Colour(0xC8553D)
COLOUR_GONE = discord.Colour(0x80848E)

MESSAGE_MAX = 2000
TITLE_MAX = 200


def card_embeds(card: Card) -> list[discord.Embed]:
    """Return the public answer to a post, an embed a file; it never holds a delete link."""
    embeds = [_upload_embed(upload) for upload in card.uploads]
    return [*embeds, _failures_embed(card)] if card.failures else embeds


def card_note(card: Card) -> str | None:
    """Return the line above the embeds, None when there is nothing to add."""
    if card.dms_closed and card.deletable:
        return "-# I can't send you direct messages: press **Delete…** for your delete link."
    return None


def _upload_embed(upload: Upload) -> discord.Embed:
    title = w.safe_name(upload.filename, limit=TITLE_MAX)
    if upload.deleted_at is not None:
        return discord.Embed(title=title, description="The copy was deleted.", colour=COLOUR_GONE)
    embed = discord.Embed(
        title=title,
        url=upload.stored.viewer_url,
        description=_facts_line(upload),
        colour=COLOUR,
    )
    if upload.stored.thumb_url and not upload.spoiler:
        embed.set_thumbnail(url=upload.stored.thumb_url)
    return embed.set_footer(text=f"Kept on {w.host_name(upload.host_url)}")


def _facts_line(upload: Upload) -> str:
    stored = upload.stored
    facts = [w.size(stored.size_bytes)]
    if stored.width_px and stored.height_px:
        facts.append(f"{stored.width_px} × {stored.height_px}")
    if stored.duration_s:
        facts.append(w.duration(stored.duration_s))
    if stored.expires_at is not None:
        facts.append(f"deleted {discord.utils.format_dt(stored.expires_at, 'R')}")
    return " · ".join(facts)


def _failures_embed(card: Card) -> discord.Embed:
    lines = [
        f"• **{w.safe_name(failed.filename)}**: {words_for(failed.error)}"
        for failed in card.failures
    ]
    return discord.Embed(
        title="Not kept",
        description=w.fit(lines, limit=2000, rest="• and {count} more"),
        colour=COLOUR_FAILED,
    )


def private_text(card: Card, *, with_links: bool) -> str:
    """Return the private list of a post's copies.

    Args:
        card: the post.
        with_links: whether the reader is the uploader and so sees the delete links.
    """
    lines = [f"Copies of what was posted in <#{card.post.channel_id}>:"]
    lines += [_private_line(upload, with_links=with_links) for upload in card.uploads]
    if with_links and card.deletable:
        lines.append("-# Whoever has a delete link can delete the copy: keep it to yourself.")
    return w.fit(lines, limit=MESSAGE_MAX, rest="and {count} more: use the buttons below.")


def _private_line(upload: Upload, *, with_links: bool) -> str:
    name = w.safe_name(upload.filename, limit=40)
    if upload.deleted_at is not None:
        return f"• ~~{name}~~ deleted"
    link = upload.stored.delete_link
    if not with_links or link is None:
        return f"• **{name}**"
    return f"• **{name}** · delete link: <{link.value}>"


def withdrawn(card: Card) -> str:
    """Return what an author is told whose message went before its copy was announced."""
    if not card.uploads:
        return "You deleted your message before I could copy it. Nothing was kept."
    return "You deleted your message before its copy was ready, so I deleted the copy too."


def key_saved(settings: GuildSettings) -> str:
    """Return the answer to a stored key; only its fingerprint is shown."""
    return (
        f"Saved: this server uploads to **{w.host_name(settings.host_url)}** "
        f"with the key ending in `{settings.key_fingerprint}`. It is stored encrypted.\n"
        "Next: `/mirror add` names a channel to keep."
    )


def settings(settings: GuildSettings, rules: tuple[MirrorRule, ...]) -> discord.Embed:
    """Return a guild's settings at a glance."""
    key = f"set, ending in `{settings.key_fingerprint}`" if settings.key_fingerprint else None
    embed = discord.Embed(title="Settings of this server", colour=COLOUR)
    embed.add_field(name="Image host", value=f"<{settings.host_url}>", inline=False)
    embed.add_field(name="API key", value=key or "none yet: `/settings key` adds one", inline=False)
    return embed.add_field(name="Mirrored channels", value=rule_list(rules), inline=False)


def rule_list(rules: tuple[MirrorRule, ...]) -> str:
    """Return the mirrored channels, a line each."""
    if not rules:
        return "none yet: `/mirror add` adds one"
    lines = [f"<#{rule.channel_id}>" for rule in rules]
    return w.fit(lines, limit=1000, rest="and {count} more")


def rule_added(channel: str, *, new: bool, missing: list[str], blind: bool) -> str:
    """Return the answer to ``/mirror add``.

    Args:
        channel: the channel's mention.
        new: False when it was mirrored already.
        missing: permissions the bot lacks there, by Discord's names.
        blind: whether Discord hides message content from this bot.
    """
    text = f"{channel} is mirrored now." if new else f"{channel} is mirrored already."
    if missing:
        names = ", ".join(f"**{w.permission(name)}**" for name in missing)
        text += f"\nI lack {names} there: grant me that in the channel's settings."
    if blind:
        text += (
            "\nDiscord hides message content from me. Whoever runs this bot has to switch on "
            "the *Message Content* intent in the developer portal; until then use `/upload`."
        )
    return text


def rule_removed(channel: str, *, removed: bool) -> str:
    """Return the answer to ``/mirror remove``."""
    if not removed:
        return f"{channel} is not mirrored."
    return f"{channel} is no longer mirrored. What was kept stays where it is."


def rules(rules: tuple[MirrorRule, ...]) -> str:
    """Return the answer to ``/mirror list``."""
    return f"Mirrored channels:\n{rule_list(rules)}"
