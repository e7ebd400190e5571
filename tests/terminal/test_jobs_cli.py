"""``imgoe-bot jobs``: looked at and mended beside a bot, in its database."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imgoe_bot.adapters.store import open_engine
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import Job, Sending
from imgoe_bot.domain.parking import Parking, subject_of
from imgoe_bot.errors import EndedByOperator, HostBroken
from imgoe_bot.settings.environment import make_secret_key
from imgoe_bot.terminal.cli import app
from tests.contracts.stores import HOST, NOW, Stores, item, post

AWAY = HostBroken(host=HOST, status=503)
SECRET = "key-of-the-sending"


@pytest.fixture
def file(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copied = tmp_path / "imgoe_bot.sqlite3"
    shutil.copy(migrated_file, copied)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IMGOE_SECRET_KEY", make_secret_key())
    return copied


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, ["jobs", *words])
    assert result.exit_code == 0, result.output
    return result.output


def _listed(*words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in _run("list", "--json", *words).splitlines()]


async def _fill(file: Path) -> PostId:
    """Leave a post with one file given up, one parked, and one under way."""
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    stores = Stores(engine)
    owner = post()
    await stores.posts.add(owner, [item(n, filename=f"{n}.png") for n in range(3)])
    dead, parked, sent = await stores.claim()
    await stores.jobs.finish_upload(dead, None, AWAY)
    await _park(stores, parked)
    sending = Sending(SECRET, HOST, "…abcd", "2.png", 500, NOW)
    await stores.jobs.note_sending(sent, sending)
    await stores.database.close()
    return owner.id


async def _park(stores: Stores, job: Job) -> None:
    subject = subject_of(AWAY, job)
    assert subject is not None
    await stores.jobs.park(job, Parking(subject, AWAY, NOW, NOW), until=NOW)


def test_jobs_are_listed_by_what_is_asked_for_without_keys(file: Path) -> None:
    asyncio.run(_fill(file))

    states = {str(each["file"]): each["state"] for each in _listed() if each["file"]}
    shown = _run("show", "3")

    assert states == {"0.png": "dead", "1.png": "parked", "2.png": "leased"}
    assert [each["file"] for each in _listed("--state", "parked")] == ["1.png"]
    assert [each["file"] for each in _listed("--error", "HostBroken", "--older-than", "1h")] == [
        "0.png",
        "1.png",
    ]
    assert _listed("--server", "5") == _listed("--host", "https://other.example") == []
    assert "0.png" in _run("list")
    assert "sent bytes: 500" in shown
    assert SECRET not in shown


def test_what_was_given_up_is_tried_again_and_cancelled_for_good(file: Path) -> None:
    asyncio.run(_fill(file))

    assert "1 of 1 tried again" in _run("retry", "1")
    again = _listed("--state", "ready")
    _run("cancel", "--yes", "--older-than", "1h", "--state", "ready")
    _run("cancel", "2", "3")
    ended = {str(each["file"]): each["error"] for each in _listed("--state", "dead")}

    assert [each["file"] for each in again] == ["0.png"]
    assert ended == dict.fromkeys(("0.png", "1.png", "2.png"), EndedByOperator.__name__)
    assert [each["step"] for each in _listed("--state", "ready")] == ["announce"]


def test_nothing_is_changed_where_nothing_was_named(file: Path) -> None:
    asyncio.run(_fill(file))

    unnamed = CliRunner().invoke(app, ["jobs", "cancel"])
    refused = CliRunner().invoke(app, ["jobs", "cancel", "--state", "dead"], input="n\n")
    unknown = CliRunner().invoke(app, ["jobs", "show", "99"])

    assert unnamed.exit_code == 2
    assert refused.exit_code == 1
    assert unknown.exit_code == 1
    assert len(_listed("--state", "dead")) == 1


def test_what_was_on_its_way_when_it_was_cancelled_is_listed_as_an_orphan_until_forgotten(
    file: Path,
) -> None:
    asyncio.run(_fill(file))
    _run("cancel", "3")

    def listed(*words: str) -> list[dict[str, object]]:
        result = CliRunner().invoke(app, ["orphans", "list", "--json", *words])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.output.splitlines()]

    (orphan,) = listed("--host", HOST)
    elsewhere = listed("--server", "5")
    forgotten = CliRunner().invoke(app, ["orphans", "forget", str(orphan["id"])])

    assert orphan["probable_url"] == f"{HOST}/images/2026/05/04/2.png"
    assert elsewhere == []
    assert "forgot 1 of 1" in forgotten.output
    assert "There is none." in CliRunner().invoke(app, ["orphans"]).output
    assert listed() == []
