"""Requests in, replies out: how the REST routes read bodies and write JSON."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import BodyPartReader, web

from imgoe_bot.discordsim.problems import ApiProblem, invalid_form
from imgoe_bot.discordsim.rules.drafts import Draft, described, draft_from
from imgoe_bot.discordsim.state.messages import Upload
from imgoe_bot.discordsim.untyped_json import Json, mapping, mappings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_FILE_PART = re.compile(r"files?\[?(\d*)\]?")


@dataclass(frozen=True, slots=True)
class Body:
    """A request's JSON and files.

    Attributes:
        data: the JSON object; empty when the body is none.
        items: the JSON array, for the few routes that take one.
        parts: (n, file) for each part called ``files[n]``.
    """

    data: Json
    items: list[Json]
    parts: list[tuple[int, Upload]]

    def draft(self, data: Json | None = None) -> Draft:
        """Return the message in the body, or in this inner object of it."""
        source = self.data if data is None else data
        return draft_from(source, described(source, self.parts))


async def read_body(request: web.Request) -> Body:
    """Return a JSON or multipart body; raises 50109 for malformed JSON."""
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request)
    raw = await request.read()
    return _body(_parsed(raw) if raw else {}, [])


async def _read_multipart(request: web.Request) -> Body:
    value: object = {}
    parts: list[tuple[int, Upload]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read(decode=False))
        found = _FILE_PART.fullmatch(part.name or "")
        if part.name == "payload_json":
            value = _parsed(content)
        elif found is not None:
            index = int(found[1] or 0)
            parts.append((index, Upload(part.filename or "file", content)))
    return _body(value, parts)


def _parsed(raw: bytes) -> object:
    try:
        value: object = json.loads(raw)
    except ValueError as error:
        message = "The request body contains invalid JSON."
        raise ApiProblem(400, code=50109, message=message) from error
    return value


def _body(value: object, parts: list[tuple[int, Upload]]) -> Body:
    return Body(mapping(value), mappings(value), parts)


def reply(data: object, *, status: int = 200) -> web.Response:
    """Return JSON with exactly the type discord.py parses: no charset."""
    return web.Response(
        body=json.dumps(data).encode(), status=status, content_type="application/json"
    )


def no_content() -> web.Response:
    """Return 204."""
    return web.Response(status=204)


def refusal(problem: ApiProblem) -> web.Response:
    """Return a problem as Discord writes it."""
    return reply(problem.payload(), status=problem.status)


def path_id(request: web.Request, name: str) -> int:
    """Return an id of the path; raises 50035 when it is no number."""
    return _snowflake(request.match_info[name], name)


def query_id(request: web.Request, name: str, *, default: int = 0) -> int:
    """Return an id of the query, the default without one; raises 50035 when it is no number."""
    return _snowflake(request.query.get(name, str(default)), name)


def _snowflake(raw: str, name: str) -> int:
    if not raw.isdecimal():
        message = f'Value "{raw}" is not snowflake.'
        raise invalid_form(name, code="NUMBER_TYPE_COERCE", message=message)
    return int(raw)


def query_int(request: web.Request, name: str, *, default: int, most: int) -> int:
    """Return a whole number of the query between 1 and most; raises 50035."""
    raw = request.query.get(name, str(default))
    if not raw.isdecimal() or not 1 <= int(raw) <= most:
        message = f"int value should be between 1 and {most}."
        raise invalid_form(name, code="NUMBER_TYPE_MAX", message=message)
    return int(raw)


def query_moment(request: web.Request, name: str, *, default: float) -> float:
    """Return a moment of the query (ISO 8601) in Unix seconds; raises 50035 when it is none."""
    raw = request.query.get(name)
    if raw is None:
        return default
    try:
        return datetime.fromisoformat(raw).timestamp()
    except ValueError as error:
        message = f'"{raw}" is not a valid timestamp.'
        raise invalid_form(name, code="DATE_TIME_TYPE_PARSE", message=message) from error
