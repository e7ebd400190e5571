"""What Discord does not let the bot do."""

from imgoe_bot.errors.base import ImgoeError


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
