"""Pictures and files in embeds and components as Discord writes them: by address, proxy and id.

Source: https://discord.com/developers/docs/components/reference#unfurled-media-item;
discord-api-docs, pull request 7611
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from imgoe_bot.discordsim.state.messages import Attachment
from imgoe_bot.discordsim.state.signed_links import LinkSigner
from imgoe_bot.discordsim.untyped_json import Payload, integer, is_mapping, is_sequence, text

LOADED, NOT_FOUND = 2, 3
"""Loading states of what a component shows."""

_FILE = 13
_HERE = "attachment://"
_MEDIA = frozenset({"media", "file"})
_PICTURES = _MEDIA | {"image", "thumbnail"}
"""Keys of the objects that stand for a picture or a file."""


@dataclass(frozen=True, slots=True)
class MessageFiles:
    """The files that a message's parts may show, where they lie, and who signs their addresses."""

    links: LinkSigner
    files: Sequence[Attachment]
    path_of: Callable[[Attachment], str]

    def resolve(self, part: object, *, key: str = "") -> object:
        """Return a part of a message with every address filled in.

        Args:
            part: an embed or a component, or something in one.
            key: what it is called in the part around it.
        """
        if isinstance(part, str):
            return self._address(part)
        if is_sequence(part):
            return [self.resolve(each) for each in part]
        if not is_mapping(part):
            return part
        found = {name: self.resolve(each, key=name) for name, each in part.items()}
        if key in _PICTURES:
            found |= {"proxy_url": self.links.proxied(text(found, "url"))}
        own = self._file(text(part, "url")) if key in _PICTURES else None
        return found | (_about_picture(own, key) if own else {}) | self._about_file(found)

    def _about_file(self, part: Payload) -> Payload:
        """Return the name and size of the file that a component of that type shows."""
        file = part.get("file")
        if integer(part, "type") != _FILE or not is_mapping(file):
            return {}
        for known in self.files:
            if str(known.id) == file.get("attachment_id"):
                return {"name": known.filename, "size": len(known.data)}
        return {}

    def _address(self, value: str) -> str:
        own = self._file(value)
        return value if own is None else self.links.sign(self.path_of(own))

    def _file(self, address: str) -> Attachment | None:
        if not address.startswith(_HERE):
            return None
        name = address.removeprefix(_HERE)
        return next((each for each in self.files if each.filename == name), None)


def _about_picture(file: Attachment, key: str) -> Payload:
    """Return the sizes of a file that is shown, and of which one where Discord tells that."""
    facts = {"width": file.width_px, "height": file.height_px, "content_type": file.content_type}
    known: Payload = {name: value for name, value in facts.items() if value is not None}
    return known | (
        {"attachment_id": str(file.id), "loading_state": LOADED} if key in _MEDIA else {}
    )


def with_failed_pictures(part: object, *, key: str = "") -> object:
    """Return a part of a message with every picture from elsewhere not found.

    Args:
        part: an embed or a component, or something in one.
        key: what it is called in the part around it.
    """
    if is_sequence(part):
        return [with_failed_pictures(each) for each in part]
    if not is_mapping(part):
        return part
    found: Payload = {name: with_failed_pictures(each, key=name) for name, each in part.items()}
    if key in _PICTURES and text(found, "url").startswith(("http://", "https://")):
        found |= {"width": 0, "height": 0, "loading_state": NOT_FOUND}
    return found


def unshown_files(files: Iterable[Attachment], parts: Iterable[object]) -> list[Attachment]:
    """Return the files that no embed or component shows: those a message lists as attachments.

    Source: https://github.com/discord/discord-api-docs/issues/8277
    """
    used = set(_texts(list(parts)))
    return [each for each in files if f"{_HERE}{each.filename}" not in used]


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif is_mapping(value):
        yield from _texts(list(value.values()))
    elif is_sequence(value):
        for each in value:
            yield from _texts(each)
