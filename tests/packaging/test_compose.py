"""compose.yaml without a container engine: the pair of bot and host finds each other."""

import asyncio
import base64
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
PORT = 8089


def _environment(service: str, **given: str) -> dict[str, str]:
    """What the service's process gets; variables of the shell fill in ``${NAME:-default}``."""
    return {
        name: re.sub(r"\$\{(\w+):-([^}]*)\}", lambda m: given.get(m[1]) or m[2], value)
        for name, value in SERVICES[service].get("environment", {}).items()
    }


@pytest.mark.parametrize("given", [{}, {"IMGOE_HOST_PUBLIC_URL": "https://img.example"}])
def test_the_bot_trusts_the_address_that_the_host_writes_into_its_links(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name in [name for name in os.environ if name.startswith("IMGOE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IMGOE_SECRET_KEY", base64.b64encode(bytes(32)).decode())
    for name, value in _environment("bot", **given).items():
        monkeypatch.setenv(name, value)

    settings = load_settings(PluginSettings)

    assert settings.default_host_url == "https://imgoe.download"
    assert not settings.allow_private_hosts
    assert _environment("host", **given)["IMGOE_HOST_PUBLIC_URL"] in settings.own_host_urls


def test_the_default_address_leads_both_the_bot_and_this_machines_browsers_to_the_host() -> None:
    address = urlsplit(_environment("host")["IMGOE_HOST_PUBLIC_URL"])
    host = SERVICES["host"]

    assert address.hostname in host["networks"]["default"]["aliases"]  # the bot's resolver
    assert str(address.hostname).endswith(".localhost")  # a browser's
    assert address.port == PORT
    assert f"127.0.0.1:{PORT}:{PORT}" in host["ports"]
    assert f"--bind=0.0.0.0:{PORT}" in host["command"]


async def test_the_hosts_command_serves_under_the_address_that_both_know(tmp_path: Path) -> None:
    options = {"--data=/data": f"--data={tmp_path}", f"--bind=0.0.0.0:{PORT}": "--bind=0.0.0.0:0"}
    given: list[str] = SERVICES["host"]["command"]
    command = [options.get(word, word) for word in given]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "imgoe_bot", *command),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]} | _environment("host"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            said = await process.stdout.readline()
    finally:
        process.terminate()
        await process.communicate()

    assert said.decode() == "Serving http://imgoe.localhost:8089\n"
