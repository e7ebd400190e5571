"""An upload's viewer page without a socket: whether anybody can see it, and what it leads to."""

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from imgoe_bot.hostapi.wire.facts import Sent
from imgoe_bot.hostapi.wire.responses import REDIRECTS, Response, refused

PAGE_BYTES = 512 * 1024
"""How much of a page is read; what it tells stands at its beginning."""

NOT_SHOWN = frozenset({401, 403, 404, 410})

_VIDEO_ENDS = (".mp4", ".m4v", ".mov", ".webm")


@dataclass(frozen=True, slots=True)
class Published:
    """An upload that anybody can see, as its page tells it.

    Attributes:
        picture_url: an image itself, or a video's still; None where the page tells none, as the
            embedded host does of what is not safe for work.
        video_url: a video itself; None for an image, and where the page tells none.

    Source: The Open Graph protocol, ogp.me, ``og:image`` and ``og:video``.
    """

    picture_url: str | None = None
    video_url: str | None = None


def parse_page(response: Response, *, url: str, sent: Sent) -> Published | None:
    """Read the response to a look at an upload's page; None: it is shown to nobody yet.

    Args:
        response: what came back; its body may be cut.
        url: where it came from, for addresses that are not whole.
        sent: what we know of the request.

    Raises:
        HostError: it is neither that page nor a refusal to show it.

    Source: app/legacy/routes/image.php of Chevereto 4.2 (403 while it waits, a redirect to the
        sign-in of a private site); the embedded host answers 404.
    """
    if response.status in NOT_SHOWN or response.status in REDIRECTS:
        return None
    is_html = response.headers.get("content-type", "").lower().startswith("text/html")
    found = read_viewer(response.body, url=url) if response.status == 200 and is_html else None
    if found is None:
        raise refused(response, sent=sent)
    return found


def read_viewer(body: bytes, *, url: str) -> Published | None:
    """Read an upload's page; None when it is another page in the same place.

    Chevereto shows maintenance and consent under every address, with 200 and a cover of its own as
    ``og:image``. So that counts only beside what just the page of one upload has; a link to its
    oEmbed tells the page, but not whose the picture is.

    Source: content/legacy/themes/Peafowl/head.php of Chevereto 4.2, app/web.php of Chevereto Free
        1.6; the embedded host's ``viewer.html``.
    """
    head = _Head()
    try:
        head.feed(body.decode(errors="replace"))
    except (AssertionError, ValueError):  # what the library makes of some broken marks
        return None
    if not (head.is_of_one_upload or head.has_oembed):
        return None
    picture = _absolute(head.facts.get("og:image"), url) if head.is_of_one_upload else None
    video = _absolute(head.facts.get("og:video"), url)
    if picture is not None and _is_video(picture):  # Chevereto names the video itself there
        return Published(video_url=video or picture)
    return Published(picture, video)


def moved_page(response: Response, *, address: str) -> str | None:
    """Return where an upload's page has moved to, None when it did not, or leads elsewhere.

    Chevereto leads from an address with the id alone, or with an older title, to the present one.

    Source: app/legacy/routes/image.php of Chevereto 4.2.
    """
    target = _absolute(response.headers.get("location"), address)
    has_moved = response.status in REDIRECTS and target not in (None, address)
    return target if has_moved and target and _id_in(target) == _id_in(address) else None


class _Head(HTMLParser):
    """What a page tells to programs.

    Attributes:
        facts: by property, the first of each.
        has_oembed: whether it links what its provider says of it (oembed.com).
        has_image_src: whether it links one picture as what it is about.
    """

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, str] = {}
        self.has_oembed = False
        self.has_image_src = False

    @property
    def is_of_one_upload(self) -> bool:
        """Whether it has what only the page of one upload has."""
        return self.has_image_src or bool(self.facts.keys() & {"og:image:width", "og:video"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag tells; called by the parser."""
        found = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.facts.setdefault(found.get("property", ""), found.get("content", ""))
        elif tag == "link":
            self.has_oembed |= found.get("type") == "application/json+oembed"
            self.has_image_src |= found.get("rel") == "image_src"


def _absolute(text: str | None, base: str) -> str | None:
    """Return a whole http(s) address, None where the text is empty or none of the web."""
    try:
        target = urljoin(base, text or "")
        is_web = urlsplit(target).scheme in ("http", "https") and bool(urlsplit(target).hostname)
    except ValueError:
        return None
    return target if text and is_web else None


def _is_video(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(_VIDEO_ENDS)


def _id_in(url: str) -> str:
    """Return the id at the end of a viewer's address, behind the title if there is one."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2].rpartition(".")[2]
