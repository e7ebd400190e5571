"""An upload's link as people paste it."""

import html
from collections.abc import Callable, Mapping
from urllib.parse import quote

from imgoe_bot.hostapi import UploadReply
from imgoe_bot.terminal.standard_streams import plain
from imgoe_bot.terminal.upload.arguments import LinkFormat


def link(reply: UploadReply, style: LinkFormat) -> str:
    """Return an upload's link. What a moderator has to look at first has only its page."""
    page = _address(reply.viewer_url or reply.url or "")
    file = _address(reply.url or reply.viewer_url or "")
    if style in (LinkFormat.DIRECT, LinkFormat.VIEWER):
        return file if style is LinkFormat.DIRECT else page
    shown = file if reply.url and not reply.is_video else None
    return _MARKUP[style](plain(reply.title or reply.filename or "file"), page, shown)


def delete_line(reply: UploadReply) -> str:
    """Return the line that tells the delete link, for who asked to see it."""
    secret = reply.delete_link
    return (
        "delete: the host gave no link" if secret is None else f"delete: {plain(secret.reveal())}"
    )


def _address(url: str) -> str:
    """Quote what would end a link in one of the markups, or steer a terminal."""
    scheme, colon, rest = url.partition("://")
    site, slash, path = rest.partition("/")
    return f"{plain(scheme)}{colon}{plain(site)}{slash}{quote(path, safe='!#$%&*+,/:;=?@~')}"


def _markdown(title: str, page: str, shown: str | None) -> str:
    name = "".join(f"\\{letter}" if letter in "\\[]`*_<>!" else letter for letter in title)
    return f"[![{name}]({shown})]({page})" if shown else f"[{name}]({page})"


def _html(title: str, page: str, shown: str | None) -> str:
    name = html.escape(title)
    picture = f'<img src="{html.escape(shown)}" alt="{name}">' if shown else name
    return f'<a href="{html.escape(page)}">{picture}</a>'


def _bbcode(title: str, page: str, shown: str | None) -> str:
    name = title.replace("[", "(").replace("]", ")")
    return f"[url={page}]{f'[img]{shown}[/img]' if shown else name}[/url]"


_MARKUP: Mapping[LinkFormat, Callable[[str, str, str | None], str]] = {
    LinkFormat.MARKDOWN: _markdown,
    LinkFormat.HTML: _html,
    LinkFormat.BBCODE: _bbcode,
}
