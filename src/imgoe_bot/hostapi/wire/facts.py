"""What is known when an answer is judged: our own request, and a refusal taken apart."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """What we know of our own request when an answer is to be judged.

    Attributes:
        host: the host's base address.
        sent_bytes: bytes of the source that left; the size of the text for base64 and URL.
        size_bytes: of the file, None when unknown.
        filename: the name told to the host.
        found_mime: what the bytes are by their magic numbers; None when unknown or not ours.
        has_options: whether the request carries anything else that a host may object to.
        has_width: whether a width is among that, which hosts refuse when it exceeds the image's.
        has_key_inside: whether the key travels in the body, and so is dropped along with it.
        is_whole: whether all of it may have left, so that the host may have acted on it.
        idempotency_key: what an answer echoes whose host knows the header; None sends none.
        secrets: texts to keep out of every message.
    """

    host: str
    sent_bytes: int = 0
    size_bytes: int | None = None
    filename: str | None = None
    found_mime: str | None = None
    has_options: bool = False
    has_width: bool = False
    has_key_inside: bool = False
    is_whole: bool = False
    idempotency_key: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A host's no, taken apart.

    Attributes:
        code: the API's ``error.code``; None when the host gave none.
        message: the host's words, redacted already.
        retry_after_s: of the Retry-After header, in seconds.
        viewer_url: the page of the upload that exists already, where a host tells it.
        is_of_api: whether it is the API's own; else anything on the way may have said it.
        knows_key: whether it comes from a host that knows our Idempotency-Key.
    """

    status: int
    code: int | None = None
    message: str | None = None
    retry_after_s: float | None = None
    viewer_url: str | None = None
    is_of_api: bool = True
    knows_key: bool = False
