"""The examples of docs/host-client.md run as printed, against the embedded host."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from imgoe_bot import errors
from imgoe_bot.hostapi.probing.tiny_files import tiny_file
from imgoe_bot.hostserver import HostOptions, HostServer

PAGE = Path(__file__).parents[2] / "docs" / "host-client.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
PRINTED = [
    r"http\S+ http\S+ http\S+\ndeleted: True\n",
    r"(\d+ bytes sent\n)+\w+\n",
    r"the key is not accepted\n",
    r"True \w+\n",
    r"key: True expiry kept: True\n.*image/png.*tried: \(\)\n"
    r"moderated: False\n.* public: True left: \(\)\n",
]


@pytest_asyncio.fixture
async def embedded_host(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(data_dir=tmp_path / "host")) as server:
        yield server


@pytest.mark.parametrize(("example", "printed"), list(zip(EXAMPLES, PRINTED, strict=True)))
async def test_an_example_runs_and_prints_what_one_expects(
    embedded_host: HostServer, tmp_path: Path, example: str, printed: str
) -> None:
    (tmp_path / "kitten.png").write_bytes(tiny_file("image/png"))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        example,
        cwd=tmp_path,
        env={
            **os.environ,
            "IMGOE_HOST": embedded_host.url,
            "IMGOE_KEY": embedded_host.first_key or "",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaints = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, complaints.decode()) == (0, "")
    assert re.fullmatch(printed, told.decode())


def test_the_errors_in_the_table_exist() -> None:
    table = PAGE.read_text().partition("## Errors")[2].partition("```")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    for row in rows:
        names = re.findall(r"`([A-Z]\w+)`", row.split("|")[1])
        kinds = [getattr(errors, name) for name in names]
        assert {kind.retryable for kind in kinds} == {row.split("|")[3].strip() == "yes"}
