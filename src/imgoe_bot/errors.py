"""Every error imgoe_bot raises, by cause.

    ImgoeError
    ├── ConfigError
    ├── RequestError
    │   ├── MediaRejected
    │   │   ├── EmptyMedia
    │   │   ├── UnsupportedMedia
    │   │   ├── MediaTooLarge
    │   │   └── MediaSkipped
    │   ├── QuotaReached
    │   │   └── QuotaPending ↻
    │   ├── SettingsRejected
    │   ├── KeyMissing
    │   ├── NotAllowed
    │   ├── UploadNotFound
    │   ├── UnderWay
    │   └── StaleCommand
    ├── SourceError
    │   ├── SourceGone
    │   ├── SourceBlocked
    │   └── SourceUnreachable ↻
    ├── DirectMessagesHalted ↻
    ├── DiscordRefused
    ├── HostError
    │   ├── HostUnreachable ↻
    │   ├── HostBroken ↻
    │   ├── HostBusy ↻
    │   │   └── BudgetSpent ↻
    │   ├── AwaitsApproval ↻
    │   ├── HostRefused
    │   │   ├── KeyRejected
    │   │   └── DuplicateMedia
    │   └── BadReply
    │       └── ReplyMissing ↻
    ├── StoreError ↻
    │   ├── StaleWrite
    │   ├── SchemaTooNew
    │   └── StoreClosed
    └── InternalError ↻

↻ marks what a later try may cure (``retryable``). Facts are attributes; no class holds a sentence
for a person: ``ui.failures`` words them for whoever can act, ``cli`` for the terminal. No
attribute ever holds a key, a token or a delete link, so any of these may be logged.
"""

from typing import ClassVar

ACCOUNT_DENIED = 401
"""The API's code for a user who may not upload. Source: API.md section 2."""


class ImgoeError(Exception):
    """Base of all errors of this package.

    Attributes:
        retryable: whether the same call may succeed later without anybody changing anything.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        self._facts = {name: value for name, value in facts.items() if value is not None}
        super().__init__(self._facts)

    @property
    def facts(self) -> dict[str, object]:
        """What is known, as this class's constructor takes it; safe to store and to log."""
        return dict(self._facts)

    def __str__(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self._facts.items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


class ConfigError(ImgoeError):
    """A process setting is missing or malformed; the operator acts.

    Attributes:
        setting: the environment variable or option, as the operator writes it.
        problem: what is wrong with it and what to do next, one line.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(setting=setting, problem=problem)
        self.setting = setting
        self.problem = problem


class RequestError(ImgoeError):
    """What was asked for can't be done as asked; whoever asked acts."""


class MediaRejected(RequestError):
    """The bytes offered can't be uploaded.

    Attributes:
        filename: the name the person gave the file, None when there is none.
    """

    def __init__(self, *, filename: str | None = None, **facts: object) -> None:
        super().__init__(filename=filename, **facts)
        self.filename = filename


class EmptyMedia(MediaRejected):
    """The file has no bytes."""


class UnsupportedMedia(MediaRejected):
    """The bytes are no image or video that the host accepts.

    Attributes:
        found: what the bytes are by their magic numbers, e.g. ``text/html``; None when unknown.
        code: the API's own ``error.code``, None when no host was asked.
        host_message: the host's own words, as ``HostError`` has them.
    """

    def __init__(
        self,
        *,
        filename: str | None = None,
        found: str | None = None,
        code: int | None = None,
        host_message: str | None = None,
    ) -> None:
        super().__init__(filename=filename, found=found, code=code, host_message=host_message)
        self.found = found
        self.code = code
        self.host_message = host_message


class MediaTooLarge(MediaRejected):
    """The file is larger than a limit on the way.

    Attributes:
        size_bytes: the file's size, None when the reader stopped before its end.
        limit_bytes: the limit it broke, None when the host didn't say.
        code: the API's own ``error.code``, None when no host was asked.
        host_message: the host's own words, as ``HostError`` has them.
    """

    def __init__(
        self,
        *,
        filename: str | None = None,
        size_bytes: int | None = None,
        limit_bytes: int | None = None,
        code: int | None = None,
        host_message: str | None = None,
    ) -> None:
        super().__init__(
            filename=filename,
            size_bytes=size_bytes,
            limit_bytes=limit_bytes,
            code=code,
            host_message=host_message,
        )
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes
        self.code = code
        self.host_message = host_message


class MediaSkipped(MediaRejected):
    """A kind of thing that is not kept: never, or not in that place.

    Attributes:
        reason: ``voice`` or ``animation``; or, where the place says so, ``spoiler``, ``nsfw`` or
            ``kind``.
    """

    def __init__(self, *, filename: str | None = None, reason: str) -> None:
        super().__init__(filename=filename, reason=reason)
        self.reason = reason


class QuotaReached(RequestError):
    """The person or the guild has used up what a day allows.

    Attributes:
        whose: ``person`` or ``guild``.
        limit: what a day allows.
        unit: ``files`` or ``bytes``.
    """

    def __init__(self, *, whose: str, limit: int, unit: str) -> None:
        super().__init__(whose=whose, limit=limit, unit=unit)
        self.whose = whose
        self.limit = limit
        self.unit = unit


class QuotaPending(QuotaReached):
    """Uploads under way may use up what a day allows; it is known in a moment."""

    retryable = True


class SettingsRejected(RequestError):
    """A setting's value is not valid.

    Attributes:
        setting: its name as the person sees it.
        problem: a short machine word for the reason, e.g. ``not-an-interval``.
        meant: values that the person may have meant, the likeliest first.
    """

    def __init__(self, *, setting: str, problem: str, meant: tuple[str, ...] = ()) -> None:
        super().__init__(setting=setting, problem=problem, meant=meant or None)
        self.setting = setting
        self.problem = problem
        self.meant = meant


class KeyMissing(RequestError):
    """The guild has no API key for its host yet."""

    def __init__(self, *, host_url: str) -> None:
        super().__init__(host_url=host_url)
        self.host_url = host_url


class NotAllowed(RequestError):
    """The actor lacks a right.

    Attributes:
        needs: the missing permission by Discord's name, e.g. ``manage_guild``; one that is missing
            elsewhere than it is asked for as ``send_messages:CHANNEL_ID``; a missing role as
            ``role:ID``.
    """

    def __init__(self, *, needs: str) -> None:
        super().__init__(needs=needs)
        self.needs = needs


class UploadNotFound(RequestError):
    """No such upload, or none that the actor may see."""


class UnderWay(RequestError):
    """The message is being kept already, and its answer is on its way."""


class StaleCommand(RequestError):
    """What Discord's client knows of a command is not what the command is by now."""


class SourceError(ImgoeError):
    """The bytes could not be read from where they are."""


class SourceGone(SourceError):
    """The source was deleted or its link expired for good.

    Attributes:
        site: whose address a person typed; None when it was a file, or Discord's.
    """

    def __init__(self, *, site: str | None = None) -> None:
        super().__init__(site=site)
        self.site = site


class SourceBlocked(SourceError):
    """The source's address is one we do not connect to.

    Attributes:
        reason: ``private-address``, ``scheme``, ``redirect``, ``compressed``, ``not-an-address``,
            ``not-discord`` or ``other-host``; of a file ``permission`` or ``not-a-file``.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class SourceUnreachable(SourceError):
    """The source did not answer, or broke off.

    Attributes:
        status: the HTTP status, None when there was no answer.
        site: whose address a person typed; None when Discord was asked.
        reason: ``unknown-name`` when no site of that name was found; None for anything else.
    """

    retryable = True

    def __init__(
        self, *, status: int | None = None, site: str | None = None, reason: str | None = None
    ) -> None:
        super().__init__(status=status, site=site, reason=reason)
        self.status = status
        self.site = site
        self.reason = reason


class DirectMessagesHalted(ImgoeError):
    """Discord takes no direct messages of this bot, whoever they are to.

    Attributes:
        reason: ``too-fast`` or ``quarantined``.
    """

    retryable = True

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class DiscordRefused(ImgoeError):
    """Discord takes something of one post or person not at all, and no permission mends it.

    Attributes:
        code: Discord's own error code, such as 200000 of automatic moderation.
    """

    def __init__(self, *, code: int) -> None:
        super().__init__(code=code)
        self.code = code


class HostError(ImgoeError):
    """The image host did not do what was asked.

    Attributes:
        host: the host's base address, without credentials.
        status: the HTTP status, None when there was no answer.
        code: the API's own ``error.code``, None when there was none.
        host_message: the host's own words, trimmed, with the key removed; may be localised.
    """

    def __init__(
        self,
        *,
        host: str,
        status: int | None = None,
        code: int | None = None,
        host_message: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(host=host, status=status, code=code, host_message=host_message, **facts)
        self.host = host
        self.status = status
        self.code = code
        self.host_message = host_message


class HostUnreachable(HostError):
    """No connection, or no answer in time.

    Attributes:
        may_be_stored: the whole upload had left by then, so the host may have stored what it did
            not confirm, and a repeat may store it twice. False when it has surely not.
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
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
            may_be_stored=may_be_stored or None,
        )
        self.may_be_stored = may_be_stored


class HostBroken(HostError):
    """The host failed inside: 5xx, maintenance page, storage fault."""

    retryable = True


class HostBusy(HostError):
    """The host's flood limit is reached.

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
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
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


class BadReply(HostError):
    """The host answered with something that is no reply of this API."""


class ReplyMissing(BadReply):
    """In place of the API's reply came a page, half of a reply or nothing; it may pass.

    A proxy, a challenge or a full disk makes hosts answer so, and so does what is no host at all.

    Attributes:
        may_be_stored: the answer was a success by its status, so the host may have stored what it
            did not confirm, and a repeat may store it twice.
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
    ) -> None:
        super().__init__(
            host=host,
            status=status,
            code=code,
            host_message=host_message,
            may_be_stored=may_be_stored or None,
        )
        self.may_be_stored = may_be_stored


class StoreError(ImgoeError):
    """The bot's own database did not do what was asked: it is away, locked, full or read-only."""

    retryable = True


class StaleWrite(StoreError):
    """Somebody else changed the row meanwhile; read again and repeat."""

    retryable = False


class StoreClosed(StoreError):
    """The process is about to end, and has closed its database."""

    retryable = False


class SchemaTooNew(StoreError):
    """The database was written by a newer version of imgoe_bot.

    Attributes:
        found: the database's revision.
    """

    retryable = False

    def __init__(self, *, found: str) -> None:
        super().__init__(found=found)
        self.found = found


class InternalError(ImgoeError):
    """Something broke that no code of ours foresaw: a bug.

    Attributes:
        kind: the foreign exception's class; its text may hold anything and is not kept.
    """

    retryable = True

    def __init__(self, *, kind: str) -> None:
        super().__init__(kind=kind)
        self.kind = kind
