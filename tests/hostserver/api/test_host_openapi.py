"""The API, its OpenAPI document and docs/host-api.md say the same; no request makes a 500."""

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks

from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.hostserver.api.openapi import openapi

DOCUMENT = Path(__file__).parents[3] / "docs/host-api.md"
WAIT_S = 20
SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
SCHEMATHESIS: Any = schemathesis  # generic over what it never tells
CHECKS: Any = checks


@dataclass(frozen=True, slots=True)
class Running:
    """A host in a thread of its own, for tests that are not asynchronous."""

    url: str
    key: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    options = HostOptions(
        tmp_path_factory.mktemp("host"), per_key_per_minute=0, per_address_per_minute=0
    )
    started: list[Running] = []
    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with HostServer(options) as host:
            started.append(Running(host.url, str(host.first_key)))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(WAIT_S)
    yield started[0]
    loops[0].call_soon_threadsafe(stop.set)
    thread.join(WAIT_S)


schema: Any = SCHEMATHESIS.openapi.from_dict(openapi("http://127.0.0.1", "Test"))


@schema.parametrize()  # type: ignore[untyped-decorator]  # schemathesis types none of its own
@settings(max_examples=25, deadline=None, database=None, suppress_health_check=SLOW)
def test_no_request_makes_the_host_fail(case: Any, running: Running) -> None:
    case.call_and_validate(
        base_url=running.url,
        headers={"X-API-Key": running.key},
        checks=[SCHEMATHESIS.checks.not_a_server_error, CHECKS.response_schema_conformance],
    )


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z]+ /[^`]*)`", DOCUMENT.read_text(), re.MULTILINE))


async def test_the_document_names_every_route_and_no_other(host: HostServer) -> None:
    assert documented() == set(host.routes())


async def test_every_operation_of_the_openapi_document_is_a_route(host: HostServer) -> None:
    paths: dict[str, dict[str, object]] = openapi("http://x", "x")["paths"]  # type: ignore[assignment]  # a plain JSON object
    routes = set(host.routes())
    for path, operations in paths.items():
        for method in operations:
            if method == "parameters":
                continue
            generic = "/api/{version}/{action}" if path == "/api/1/upload" else path
            assert f"{method.upper()} {generic}" in routes
