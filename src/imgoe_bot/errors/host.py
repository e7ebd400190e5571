"""The image host did not do what was asked."""

from imgoe_bot.errors.base import ImgoeError

ACCOUNT_DENIED = 401
"""The API's code for a user who may not upload. Source: API.md section 2."""


class HostError(ImgoeError):
    """The image host did not do what was asked.

    Attributes:
        host: the host's base address, without credentials.
        status: the HTTP status, None when there was no answer.
        code: the API's own ``error.code``, None when there was none.
        host_message: the host's own words, trimmed, with the key removed; may be localised.
        may_be_stored: the whole upload had left by then, so the host may have stored what it did
            not confirm, and a repeat may store it twice. False when it has surely not.
    """

    def __init__(
        self,
        *,
        host: str,
        status: int | None = None,
        code: int | None = None,
        host_message: str | None = None,
        may_be_stored: bool = False,
        **facts: object,
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
            may_be_stored=may_be_stored or None,
            **facts,
        )
        self.host = host
        self.status = status
        self.code = code
        self.host_message = host_message
        self.may_be_stored = may_be_stored


class HostUnreachable(HostError):
    """No connection, or no answer in time."""

    retryable = True


class HostBroken(HostError):
    """The host failed inside: 5xx, maintenance page, storage fault."""

    retryable = True


class HostBusy(HostError):
    """The host's flood limit is reached, or it is still busy with this very upload.

    Attributes:
        retry_after_s: seconds to wait, None when the host didn't say.
    """

    retryable = True

    def __init__(
        self,
        *,
        host: str,
        status: int | None = None,
        code: int | None = None,
        host_message: str | None = None,
        may_be_stored: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
            may_be_stored=may_be_stored,
            retry_after_s=retry_after_s,
        )
        self.retry_after_s = retry_after_s


class BudgetSpent(HostBusy):
    """We have sent the host as much as we may for now; this was not sent."""


class AwaitsApproval(HostError):
    """Somebody at the host has to approve an upload first, and has not yet."""

    retryable = True


class HostRefused(HostError):
    """The host understood and said no; a repeat will be refused too."""


class KeyRejected(HostRefused):
    """The host does not accept the API key (code 100), or denies its user uploads (code 401)."""

    @property
    def is_denied(self) -> bool:
        """Whether the host knows the key; another one of the same user would change nothing."""
        return self.code == ACCOUNT_DENIED


class DuplicateMedia(HostRefused):
    """The host has these bytes already (codes 101, 102, 103).

    Attributes:
        viewer_url: the existing upload's page, None unless the host names it.
        answer_lost: an earlier try of ours had sent it, and the host's answer never came: that
            upload may well be our own.
    """

    def __init__(
        self,
        *,
        host: str,
        status: int | None = None,
        code: int | None = None,
        host_message: str | None = None,
        viewer_url: str | None = None,
        answer_lost: bool = False,
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
            viewer_url=viewer_url,
            answer_lost=answer_lost or None,
        )
        self.viewer_url = viewer_url
        self.answer_lost = answer_lost


class IdempotencyMismatch(HostRefused):
    """The host knows another request under the same ``Idempotency-Key``; a new key is needed."""


class BadReply(HostError):
    """The host answered with something that is no reply of this API."""


class ReplyMissing(BadReply):
    """In place of the API's reply came a page, half of a reply or nothing; it may pass.

    A proxy, a challenge or a full disk makes hosts answer so, and so does what is no host at all.
    """

    retryable = True
