"""The reply, field by field and type by type, beside the documentation's own sample."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from imgoe_bot.hostserver import HostServer
from tests.hostserver.client import Client
from tests.hostserver.pictures import picture
from tests.hostserver.videos import video

SAMPLE = Path(__file__).parents[1] / "samples" / "documented_video_reply.json"
# Null in the sample because its upload had none; here is what stands there when there is one.
NULLABLE = {
    "description": (str, type(None)),
    "source_md5": (str, type(None)),
    "original_exifdata": (str, type(None)),
    "category_id": (int, type(None)),
    "expiration_date_gmt": (str, type(None)),
}
MEDIUM = {"filename": str, "name": str, "mime": str, "extension": str, "url": str, "size": int}


def documented() -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(SAMPLE.read_text())["reply"]
    return reply


def assert_same_shape(found: Any, sample: Any, where: str) -> None:
    if isinstance(sample, dict):
        names = list(cast(dict[str, Any], sample))
        assert list(found) == names, where
        for name in names:
            if name not in NULLABLE:
                assert_same_shape(found[name], sample[name], f"{where}.{name}")
            else:
                assert isinstance(found[name], NULLABLE[name]), f"{where}.{name}"
    else:
        assert type(found) is type(sample), where


async def test_a_videos_reply_has_the_samples_keys_order_and_types(
    client: Client, tmp_path: Path
) -> None:
    data = video(tmp_path / "a.mp4")
    name = "Badgers _ animated music video _ MrWeebl.mp4"
    answer = await client.upload(data, filename=name, mime="video/mp4", expiration="PT30M")
    assert_same_shape(answer.json, documented(), "reply")
    image, sample = answer.json["image"], documented()["image"]
    for same in ("title", "title_truncated", "title_truncated_html", "display_title", "chain"):
        assert image[same] == sample[same]
    for same in ("original_filename", "mime", "views_label", "how_long_ago", "storage_mode"):
        assert image[same] == sample[same]


async def test_a_pictures_reply_lacks_only_the_frame_and_has_a_medium(client: Client) -> None:
    answer = await client.upload(picture(size=(900, 600)), tags="a,b")
    image, sample = answer.json["image"], documented()["image"]
    assert list(image) == [name for name in sample if name != "frame"]
    assert {name: type(value) for name, value in image["medium"].items()} == MEDIUM
    assert image["tags"] == [{"name": "a"}, {"name": "b"}]
    assert image["tags_string"] == "a,b"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_documentations_own_call_works(host: HostServer, tmp_path: Path) -> None:
    path = tmp_path / "image.jpeg"
    path.write_bytes(picture())
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--fail-with-body", "-X", "POST",
        "-H", f"X-API-Key: {host.first_key}", "-H", "Content-Type: multipart/form-data",
        "-F", f"source=@{path}", f"{host.url}/api/1/upload",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert json.loads(output)["image"]["original_filename"] == "image.jpeg"
