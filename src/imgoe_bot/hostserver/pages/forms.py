"""What the forms and lists of the pages send, read and checked."""

from aiohttp import web

from imgoe_bot.hostserver.access.sessions import CSRF_FIELD, Session, Sessions
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.text_fields import read_text_fields
from imgoe_bot.hostserver.numbers import DIGITS, find_number

Form = dict[str, str]


async def read_form(request: web.Request) -> Form:
    """Return a form's text fields, without the space around them.

    Raises:
        Fault: the body is no form.
    """
    fields = await read_text_fields(request)
    return {name: value.strip() for name, value in fields.items()}


async def read_signed_form(request: web.Request, sessions: Sessions) -> tuple[Session, Form]:
    """Return who sends a form, and its fields.

    Raises:
        Fault: the body is no form, or carries no token of its sender's session.
    """
    form = await read_form(request)
    session = await sessions.find_with_csrf(request, form.get(CSRF_FIELD, ""))
    if session is None:
        raise Fault(Reason.FORBIDDEN)
    return session, form


async def read_admin_form(request: web.Request, sessions: Sessions) -> tuple[Session, Form]:
    """Return which admin sends a form, and its fields.

    Raises:
        Fault: the body is no form, or no admin's.
    """
    session, form = await read_signed_form(request, sessions)
    if not session.account.is_admin:
        raise Fault(Reason.FORBIDDEN)
    return session, form


def get_number(text: str) -> int:
    """Return the whole number that a form or an address names.

    Raises:
        Fault: it is none.
    """
    number = find_number(text)
    if number is None:
        raise Fault(Reason.BAD_PARAMETER)
    return number


def before_of(request: web.Request) -> int | None:
    """Return the number after which a list goes on; what is none counts as not asked."""
    return find_number(request.query.get("before", "")[:DIGITS])
