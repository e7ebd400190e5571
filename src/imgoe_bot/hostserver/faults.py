"""What the host refuses, and how each refusal reads in the API's two languages.

A fault carries the code of the compatible error body and the truthful HTTP status; ``problems``
decides which of the two a client sees. A message never holds a path, a key or a client's bytes.
Source: design/API.md §2 (codes), §4 (statuses).
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of the API's table of errors: its code, the truthful status, its words.

    Attributes:
        is_beyond: whether it is about what Chevereto does not have, so that every client is told
            the truthful status.
    """

    code: int
    status: int
    message: str
    is_beyond: bool = False


class Reason(Enum):
    """Every reason for which the host refuses a request."""

    NO_KEY = FaultKind(100, 401, "API key is missing")
    BAD_KEY = FaultKind(100, 401, "Invalid API key")
    BAD_VERSION = FaultKind(110, 404, "Invalid API version")
    BAD_ACTION = FaultKind(120, 404, "Invalid API action")
    BAD_BASE64 = FaultKind(120, 422, "Invalid base64 string")
    BAD_METHOD = FaultKind(130, 405, "This request method can't carry the source")
    WRONG_METHOD = FaultKind(130, 405, "This address doesn't take this request method")
    EMPTY_SOURCE = FaultKind(130, 422, "Empty upload source")
    FLOODING = FaultKind(130, 429, "Flooding detected, too many uploads in a short time")
    DUPLICATE = FaultKind(101, 409, "Duplicated upload")
    BAD_BODY = FaultKind(400, 400, "The request body can't be read")
    TOO_SLOW = FaultKind(400, 408, "The request body comes too slowly")
    BAD_PARAMETER = FaultKind(400, 422, "A parameter is not valid")
    TOO_LARGE = FaultKind(400, 413, "File is larger than the limit")
    TOO_MANY_PIXELS = FaultKind(610, 413, "Image has more pixels than the limit")
    TOO_MANY_FRAMES = FaultKind(610, 413, "Animation has more frames than the limit")
    TOO_LONG = FaultKind(610, 413, "Video is longer than the limit")
    URL_SOURCES_OFF = FaultKind(403, 403, "URL uploads are disabled")
    URL_SOURCE_FAILED = FaultKind(400, 422, "The URL can't be fetched")
    UNSUPPORTED = FaultKind(610, 415, "File is no image or video of an accepted format")
    BROKEN_IMAGE = FaultKind(425, 422, "Image can't be decoded")
    BROKEN_VIDEO = FaultKind(600, 422, "Video can't be decoded")
    ENLARGING = FaultKind(610, 422, "Width is larger than the image")
    OVER_QUOTA = FaultKind(401, 413, "Storage quota is used up")
    STORAGE_FULL = FaultKind(104, 507, "Storage can't take the file now")
    NO_FREE_NAME = FaultKind(666, 503, "No free name for the file")
    UNAVAILABLE = FaultKind(104, 503, "The storage can't be used now")
    NOT_FOUND = FaultKind(404, 404, "Not found")
    FORBIDDEN = FaultKind(403, 403, "Not allowed")
    BAD_IDEMPOTENCY_KEY = FaultKind(
        400, 400, "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once", True
    )
    UNDER_WAY = FaultKind(130, 409, "The first request with this Idempotency-Key goes on", True)
    KEY_REUSED = FaultKind(400, 422, "This Idempotency-Key came with another request", True)
    DELETED = FaultKind(404, 410, "The upload of this Idempotency-Key was deleted", True)


class Fault(Exception):
    """A request is refused; whoever sent it, or the operator for 503 and 507, acts.

    Attributes:
        kind: the row of the table of errors.
        detail: a sentence more precise than the kind's own message, None when that says it all.
        retry_after_s: seconds until a repeat may succeed, None when time won't help.
        existing_url: the viewer page of the upload that a duplicate repeats.
    """

    def __init__(
        self,
        reason: Reason,
        detail: str | None = None,
        *,
        retry_after_s: int | None = None,
        existing_url: str | None = None,
    ) -> None:
        self.reason = reason
        self.kind = reason.value
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.existing_url = existing_url
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence for the client."""
        return self.detail or self.kind.message
