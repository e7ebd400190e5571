"""What was asked for can't be done as asked; whoever asked acts."""

from imgoe_bot.errors.base import ImgoeError


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
    """A kind of media that is not kept: never, or not in that place.

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


class CutOff(RequestError):
    """The bot was stopped over what was asked for, and can't go on with it."""


class StaleCommand(RequestError):
    """What Discord's client knows of a command is not what the command is by now."""


class BackfillError(RequestError):
    """A backfill can't be begun or changed as asked."""


class BackfillRejected(BackfillError):
    """No message can be meant by what was asked for.

    Attributes:
        problem: ``reversed``, ``future``, ``before-server``, ``no-kinds`` or ``age-restricted``.
    """

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)
        self.problem = problem


class BackfillOverlaps(BackfillError):
    """Another one that has not ended reads some of the same messages.

    Attributes:
        backfill: its number.
    """

    def __init__(self, *, backfill: int) -> None:
        super().__init__(backfill=backfill)
        self.backfill = backfill


class BackfillNotFound(BackfillError):
    """The server has no backfill of this number.

    Attributes:
        backfill: the number.
    """

    def __init__(self, *, backfill: int) -> None:
        super().__init__(backfill=backfill)
        self.backfill = backfill


class BackfillEnded(BackfillError):
    """It has ended, so it can't be paused, resumed or cancelled any more.

    Attributes:
        backfill: its number.
        state: ``done`` or ``cancelled``.
    """

    def __init__(self, *, backfill: int, state: str) -> None:
        super().__init__(backfill=backfill, state=state)
        self.backfill = backfill
        self.state = state
