"""The set-up as it is printed: typed in a fresh clone, and installed as a service."""

import base64
import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.tables import fences, read, sections
from tests.needs import missing


def _typed_in(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own document
        ["/bin/sh", "-c", script], cwd=folder, env={"PATH": "/usr/bin:/bin", "LANG": "C"},
        capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip


def _block(document: str) -> str:
    indented = read(document).replace("\n   ", "\n")
    (block,) = [each for each in fences(indented, "sh") if "cat > bot.env" in each]
    return block.partition("\nEND\n")[0] + "\nEND\n"


@pytest.mark.parametrize("document", ["README.md", "docs/operating.md"])
def test_the_printed_set_up_makes_a_private_file_with_a_key_before_anything_is_installed(
    tmp_path: Path, document: str
) -> None:
    done = _typed_in(tmp_path, _block(document))

    assert (done.returncode, done.stderr) == (0, "")
    file = tmp_path / "bot.env"
    lines = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
    assert len(base64.b64decode(lines["IMGOE_SECRET_KEY"], validate=True)) == 32
    assert file.stat().st_mode & 0o077 == 0


def test_the_set_up_typed_twice_keeps_the_first_key(tmp_path: Path) -> None:
    _typed_in(tmp_path, _block("README.md"))
    before = (tmp_path / "bot.env").read_bytes()

    again = _typed_in(tmp_path, _block("README.md"))

    assert again.returncode != 0
    assert (tmp_path / "bot.env").read_bytes() == before


def _unit() -> str:
    (unit,) = fences(sections(read("docs/operating.md"), level=2)["Running"], "ini")
    return unit


def test_the_systemd_unit_starts_at_boot_with_a_folder_it_may_write() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation says
    unit.read_string(_unit())

    assert unit.sections() == ["Unit", "Service", "Install"]
    assert unit["Install"]["WantedBy"] == "multi-user.target"
    assert unit["Unit"]["After"] == unit["Unit"]["Wants"] == "network-online.target"
    service = unit["Service"]
    assert service["Environment"] == f"IMGOE_DATA_DIR=/var/lib/{service['StateDirectory']}"
    assert service["RestartPreventExitStatus"] == "78"


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        missing("systemd", package="systemd")
    file = tmp_path / "imgoe.service"
    file.write_text(_unit().replace("/opt/imgoe_bot/.venv/bin/imgoe-bot", sys.executable))

    done = subprocess.run(  # noqa: S603 - our own document
        [program, "verify", "--man=no", str(file)],
        capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip

    said = [line for line in done.stderr.splitlines() if "imgoe.service" in line]
    assert said == []
