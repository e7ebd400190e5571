"""The errors Discord answers with: HTTP status, its own code, its message.

They are replies of the simulated service, not failures of this program: a route raises one, the
server writes it as ``{code, message[, errors]}``. A person's call raises them too, because a
person's client would be refused in the same way.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from imgoe_bot.discordsim.untyped_json import Payload


class ApiProblem(Exception):
    """One refusal of the simulated Discord.

    Attributes:
        status: HTTP status.
        code: Discord's own error code, 0 for a general one.
        message: Discord's English message.
        errors: which field is wrong, for 50035; empty otherwise.
    """

    def __init__(
        self, status: int, *, code: int, message: str, errors: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(f"{status} (error code: {code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = dict(errors or {})

    def payload(self) -> Payload:
        """Return the JSON body."""
        body: Payload = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


_UNKNOWN = {
    10002: "Unknown Application",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10011: "Unknown Role",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10060: "Unknown sticker",
    10062: "Unknown interaction",
    10063: "Unknown application command",
}
_FORBIDDEN = {
    20026: "This action cannot be performed because the bot has been flagged",
    40003: "You are opening direct messages too fast",
    50001: "Missing Access",
    50003: "Cannot execute action on this channel type",
    50005: "Cannot edit a message authored by another user",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    90001: "Reaction was blocked",
    160002: "You cannot reply without permission to read message history",
    200000: "Message was blocked by automatic moderation",
    200001: "Title was blocked by automatic moderation",
}
_REFUSED = {
    20028: "The channel you are writing has hit the write rate limit",
    20029: "The write action you are performing on the server has hit the write rate limit",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50006: "Cannot send an empty message",
    50008: "Cannot send messages in a non-text channel",
    50016: "Provided too few or too many messages to delete. Must provide at least 2 and fewer "
    "than 100 messages to delete",
    50024: "Cannot execute action on this channel type",
    50021: "Cannot execute action on a system message",
    50081: "Cannot use this sticker",
    50034: "A message provided was too old to bulk delete",
    50083: "Tried to perform an operation on an archived thread, such as editing a message or "
    "adding a user to the thread",
    30003: "Maximum number of pins reached for the channel (50)",
    40094: "This interaction has reached the maximum number of follow up messages",
    160004: "A thread has already been created for this message",
    160014: "You cannot forward a message whose content you cannot read",
}
_STATUS_OF = {40005: HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


def problem(code: int) -> ApiProblem:
    """Return the refusal with this code of Discord's.

    Raises:
        KeyError: the code is none that this Discord uses.
    """
    if code in _UNKNOWN:
        return ApiProblem(HTTPStatus.NOT_FOUND, code=code, message=_UNKNOWN[code])
    if code in _FORBIDDEN:
        status = _STATUS_OF.get(code, HTTPStatus.FORBIDDEN)
        return ApiProblem(status, code=code, message=_FORBIDDEN[code])
    status = _STATUS_OF.get(code, HTTPStatus.BAD_REQUEST)
    return ApiProblem(status, code=code, message=_REFUSED[code])


def unauthorized() -> ApiProblem:
    """Return the refusal of a missing or wrong bot token."""
    return ApiProblem(HTTPStatus.UNAUTHORIZED, code=0, message="401: Unauthorized")


def invalid_webhook_token() -> ApiProblem:
    """Return the refusal of an interaction token that is wrong or older than 15 minutes."""
    return ApiProblem(HTTPStatus.UNAUTHORIZED, code=50027, message="Invalid Webhook Token")


def invalid_form(field: str, *, code: str, message: str) -> ApiProblem:
    """Return 50035 for one field.

    Args:
        field: dotted path of the field, e.g. ``embeds.0.title``.
        code: Discord's word for the fault, e.g. ``BASE_TYPE_MAX_LENGTH``.
        message: Discord's sentence for it.
    """
    errors: Payload = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return ApiProblem(
        HTTPStatus.BAD_REQUEST, code=50035, message="Invalid Form Body", errors=errors
    )


def required(field: str) -> ApiProblem:
    """Return 50035 for a field that is missing or empty."""
    return invalid_form(field, code="BASE_TYPE_REQUIRED", message="This field is required")


def too_long(field: str, most: int) -> ApiProblem:
    """Return 50035 for a text of more characters than this."""
    message = f"Must be {most} or fewer in length."
    return invalid_form(field, code="BASE_TYPE_MAX_LENGTH", message=message)


def bad_length(field: str, most: int, *, least: int = 1) -> ApiProblem:
    """Return 50035 for a text or list of a wrong length."""
    message = f"Must be between {least} and {most} in length."
    return invalid_form(field, code="BASE_TYPE_BAD_LENGTH", message=message)


def too_large(field: str, most: int) -> ApiProblem:
    """Return 50035 for a number above this."""
    message = f"int value should be less than or equal to {most}."
    return invalid_form(field, code="NUMBER_TYPE_MAX", message=message)


def too_small(field: str, least: int) -> ApiProblem:
    """Return 50035 for a number below this."""
    message = f"int value should be greater than or equal to {least}."
    return invalid_form(field, code="NUMBER_TYPE_MIN", message=message)


def not_among(field: str, choices: Iterable[object]) -> ApiProblem:
    """Return 50035 for a value that is none of these."""
    listed = ", ".join(map(str, choices))
    return invalid_form(
        field, code="BASE_TYPE_CHOICES", message=f"Value must be one of ({listed})."
    )


def bad_scheme(field: str, schemes: Iterable[str]) -> ApiProblem:
    """Return 50035 for an address of another kind than these."""
    listed = ", ".join(f"'{scheme}'" for scheme in schemes)
    return invalid_form(
        field, code="URL_TYPE_INVALID_SCHEME", message=f"Scheme must be one of ({listed})."
    )
