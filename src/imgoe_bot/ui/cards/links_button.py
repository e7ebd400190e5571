"""The Links button of a card: every address of its copies, ready to be pasted elsewhere."""

import html
import re
from collections.abc import Callable, Sequence
from typing import Self

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import MESSAGE_MAX, Match, text_file
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale


class LinksButton(LastingButton, template=r"imgoe:links:(?P<id>[0-9a-f]{16})"):
    """On a card: shows whoever presses it the addresses of its copies, privately."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, post_id: PostId, *, label: str = "…") -> None:
        self._post_id = post_id
        super().__init__(f"imgoe:links:{post_id}", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(PostId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Answer privately; what does not fit is attached as a file."""
        actor = actor_of(interaction)
        card = await services_of(interaction.client).uploads.get_card(actor, self._post_id)
        words = words_for_locale(interaction.locale)
        text, files = links_message(card, words)
        await interaction.followup.send(text, files=files, ephemeral=True)


def linked(card: Card) -> list[Upload]:
    """Return the copies that there is something to link of."""
    live = [upload for upload in card.uploads if upload.deleted_at is None]
    return [upload for upload in live if upload.stored.approved]


def links_message(card: Card, words: Words) -> tuple[str, list[discord.File]]:
    """Return the addresses by format, and a file of them all where they are too many."""
    uploads = linked(card)
    if not uploads:
        return words("links.none"), []
    blocks = [_block(words(f"links.{name}"), uploads, form) for name, form in _forms()]
    whole = "\n".join(blocks)
    if len(whole) <= MESSAGE_MAX:
        return whole, []
    text = fmt.fit(blocks, limit=MESSAGE_MAX, rest=lambda _: words("links.more"))
    plain = "\n\n".join(
        words(f"links.{name}") + "\n" + "\n".join(map(form, uploads)) for name, form in _forms()
    )
    return text, [text_file(plain, "links.txt")]


def _block(title: str, uploads: Sequence[Upload], form: Callable[[Upload], str]) -> str:
    lines = "\n".join(map(form, uploads))
    return f"**{title}**\n```\n{lines}\n```"


def _forms() -> tuple[tuple[str, Callable[[Upload], str]], ...]:
    return (
        ("direct", lambda upload: upload.stored.url),
        ("viewer", lambda upload: upload.stored.viewer_url),
        ("markdown", markdown),
        ("html", as_html),
        ("bbcode", bbcode),
    )


def markdown(upload: Upload) -> str:
    """Return a picture, or a link to a video, as Markdown."""
    mark = "" if _is_video(upload) else "!"
    name = re.sub(r"[\[\]\\]", r"\\\g<0>", _name(upload))
    target = _target(upload).replace("(", "%28").replace(")", "%29")
    return f"{mark}[{name}]({target})"


def as_html(upload: Upload) -> str:
    """Return a picture, or a video with its controls, as HTML."""
    url, name = html.escape(upload.stored.url), html.escape(_name(upload))
    if _is_video(upload):
        return f'<video src="{url}" title="{name}" controls></video>'
    return f'<img src="{url}" alt="{name}">'


def bbcode(upload: Upload) -> str:
    """Return a picture, or a link to a video, as BBCode."""
    url = _target(upload).replace("[", "%5B").replace("]", "%5D")
    if _is_video(upload):
        return f"[url={url}]{re.sub('[][]', '', _name(upload))}[/url]"
    return f"[img]{url}[/img]"


def _target(upload: Upload) -> str:
    return upload.stored.viewer_url if _is_video(upload) else upload.stored.url


def _is_video(upload: Upload) -> bool:
    return upload.stored.mime.startswith("video/")


def _name(upload: Upload) -> str:
    """A file's name on one line that does not end a code block."""
    return fmt.plain_name(upload.filename).replace("`", "'")
