"""What may stand in a log line."""

import asyncio
import json
import logging
from dataclasses import replace

import pytest
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, JobId, MessageId, PostId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.services.jobs.log_fields import bind_job, bind_post
from imgoe_bot.terminal import log
from tests.contracts.stores import item, post

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE." + "x1-Y_z" * 6
SECRETS = [
    ("key chv_KjMc_99aQ rejected", "chv_KjMc_99aQ"),
    (f"GET https://h.example/image/Ab/delete/{'0f' * 24} failed", "0f" * 24),
    (f"https://h.example/clip/ZfGd/delete/{'AB' * 24}", "AB" * 24),
    (f"login with {TOKEN}", TOKEN),
    ("X-API-Key: top-secret", "top-secret"),
    ("x-api-key: top-secret", "top-secret"),
    ("{'X-API-Key': 'top-secret'}", "top-secret"),
    ("[('x-api-key', 'top-secret')]", "top-secret"),
    ("/api/1/upload?format=json&key=top-secret&x=1", "top-secret"),
    ("POST /webhooks/1234/aWebhookToken.x-y", "aWebhookToken.x-y"),
    ("POST /interactions/1234/anInteractionToken/callback", "anInteractionToken"),
    ("postgresql+asyncpg://bot:top-secret@db.example/bot", "top-secret"),
]
HARMLESS = [
    "a job failed step=upload attempts=3",
    "https://host.example/image/cat.ZfGd",
    "https://host.example/image/delete/",
    "GET /channels/123456789012345678/messages",
    "sha256 " + "ab" * 32,
    "2026-05-04T12:30:15.123456Z",
    "http://127.0.0.1:8089/api/1/upload",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_are_cut_out(text: str, secret: str) -> None:
    assert secret not in log.redact(text)
    assert log.REDACTED in log.redact(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_is_left_alone(text: str) -> None:
    assert log.redact(text) == text


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_line_of_ours_or_of_a_library_holds_a_secret(
    capsys: pytest.CaptureFixture[str], as_json: bool, text: str, secret: str
) -> None:
    log.configure(level="DEBUG", as_json=as_json)

    structlog.stdlib.get_logger("ours").warning(text, value=text, nested={"deep": [text]})
    logging.getLogger("theirs").warning("%s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        structlog.stdlib.get_logger("ours").exception("it broke")
        logging.getLogger("theirs").exception("it broke")

    lines = capsys.readouterr().err
    assert "it broke" in lines
    assert secret not in lines


def test_json_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level="INFO", as_json=True)

    structlog.stdlib.get_logger("ours").info("hello", post="Ab")
    logging.getLogger("theirs").info("hello")
    structlog.stdlib.get_logger("ours").debug("not this")

    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["post"], ours["level"], ours["logger"]) == (
        "hello", "Ab", "info", "ours",
    )  # fmt: skip
    assert (theirs["event"], theirs["logger"]) == ("hello", "theirs")


@pytest.mark.parametrize("name", ["httpx", "aiosqlite", "alembic", "discord.gateway"])
def test_libraries_that_log_whole_payloads_stay_quiet(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    log.configure(level="DEBUG", as_json=False)

    logging.getLogger(name).debug("payload")

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_line_that_is_cut_leaves_no_half_of_a_secret(text: str, secret: str) -> None:
    cut = text.index(secret) + len(secret) // 2
    said = log.redact("x " * ((log.TEXT_MAX_CHARS - cut) // 2) + text)
    assert log.TEXT_MAX_CHARS - 100 < len(said) <= log.TEXT_MAX_CHARS + len(log.CUT)
    assert secret[: len(secret) // 2 - 1] not in said


async def test_the_lines_of_a_job_tell_whose_it_is_and_of_which_message_and_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure(level="INFO", as_json=True)
    job = Job(JobId(7), PostId("0123456789abcdef"), GuildId(1), Step.UPLOAD, 1, "me", item())

    async def work() -> None:
        bind_job(job)
        bind_post(replace(post(), channel_id=ChannelId(2), message_id=MessageId(3)))
        structlog.stdlib.get_logger("imgoe_bot.services").info("a job failed", job=job.id)

    await asyncio.create_task(work())
    structlog.stdlib.get_logger("imgoe_bot.services").info("something else")

    of_job, other = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    told = {name: of_job[name] for name in ("server", "channel", "message", "step", "job")}
    assert told == {"server": 1, "channel": 2, "message": 3, "step": "upload", "job": 7}
    assert of_job["file"] == item().filename
    assert "server" not in other
