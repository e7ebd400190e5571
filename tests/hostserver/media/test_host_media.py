"""What becomes of each kind of media."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.hostserver.client import Client, FileList
from tests.hostserver.pictures import GPS_IFD, animation, picture, picture_with_location
from tests.hostserver.videos import LOCATION, video, video_with_location


@pytest.mark.parametrize(
    ("name", "codec", "mime"),
    [
        ("a.mp4", "libx264", "video/mp4"),
        ("a.mov", "libx264", "video/quicktime"),
        ("a.webm", "libvpx-vp9", "video/webm"),
    ],
)
async def test_a_video_gets_frame_poster_and_duration(
    client: Client, tmp_path: Path, name: str, codec: str, mime: str
) -> None:
    data = video(tmp_path / name, codec=codec, frames=60)
    image = await client.stored(data, filename=f"Badgers _ film {name}", mime=mime)
    assert len(image) == 58
    assert (image["type"], image["mime"], image["duration"]) == ("video", mime, 2)
    assert (image["width"], image["height"], image["chain"]) == (320, 240, 21)
    assert image["duration_time"] == "00:02"
    assert image["path_viewer"].startswith("/clip/")
    assert image["url_frame"] == image["frame"]["url"] == image["display_url"]
    frame = await client.get(image["frame"]["url"])
    thumb = await client.get(image["thumb"]["url"])
    assert Image.open(io.BytesIO(frame.body)).size == (320, 240)
    assert Image.open(io.BytesIO(thumb.body)).size == (320, 320)
    page = (await client.get(image["url_viewer"])).body.decode()
    assert f'property="og:video" content="{image["url"]}"' in page
    assert (await client.get(image["url_viewer"].replace("/clip/", "/video/"))).status == 200


async def test_a_video_can_be_watched_in_parts(client: Client, tmp_path: Path) -> None:
    data = video(tmp_path / "a.mp4")
    image = await client.stored(data, filename="a.mp4", mime="video/mp4")
    part = await client.get(image["url"], headers={"Range": "bytes=100-199"})
    assert (part.status, part.body) == (206, data[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(data)}"


QUICKTIME = {"movflags": "use_metadata_tags"}  # keys of any name, as cameras of Apple write them
APPLE = "com.apple.quicktime."


@pytest.mark.parametrize(
    ("name", "codec", "title", "description", "options"),
    [
        ("a.mp4", "libx264", "title", "description", None),
        ("a.mp4", "libx264", "title", "synopsis", None),
        ("a.mov", "libx264", f"{APPLE}title", f"{APPLE}description", QUICKTIME),
        ("a.webm", "libvpx-vp9", "title", "DESCRIPTION", None),
    ],
)
async def test_a_video_says_itself_what_it_is_called_and_shows(
    client: Client,
    tmp_path: Path,
    name: str,
    codec: str,
    title: str,
    description: str,
    options: dict[str, str] | None,
) -> None:
    said = {title: "The harbour", description: "Boats, \u6f01\u8239, at dawn"}
    data = video(tmp_path / name, codec=codec, metadata=said, options=options)
    image = await client.stored(data, filename=name)
    assert image["title"] == "The harbour"
    assert image["description"] == "Boats, \u6f01\u8239, at dawn"
    told = await client.stored(data, filename=name, title="Mine", description="By me")
    assert (told["title"], told["description"]) == ("Mine", "By me")


async def test_a_video_that_says_too_much_is_cut_short(client: Client, tmp_path: Path) -> None:
    said = {"title": "t" * 600_000, "description": "\u6f01" * 100_000}  # 1.2 MB as JSON
    data = video(tmp_path / "a.mp4", metadata=said)
    image = await client.stored(data, filename="a.mp4")
    assert (len(image["title"]), len(image["description"])) == (100, 10_000)


async def test_a_video_without_pictures_is_refused(
    client: Client, tmp_path: Path, files: FileList
) -> None:
    data = video(tmp_path / "a.mp4", audio_only=True)
    answer = await client.upload(data, filename="a.mp4", mime="video/mp4")
    assert (answer.status, answer.json["error"]["code"]) == (400, 600)
    assert files.names() == []


async def test_a_torn_video_is_refused_and_the_next_one_is_taken(
    client: Client, tmp_path: Path
) -> None:
    data = video(tmp_path / "a.mp4")
    torn = await client.upload(data[:40] + bytes(2000), filename="a.mp4", mime="video/mp4")
    assert torn.json["error"]["code"] == 600
    assert (await client.upload(data, filename="a.mp4", mime="video/mp4")).status == 200


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
async def test_an_animation_is_known_and_gets_a_still(client: Client, kind: str) -> None:
    image = await client.stored(animation(kind), filename="a.gif", width="10")
    assert image["is_animated"] == 1
    assert image["width"] == 64
    assert image["display_url"] == image["medium"]["url"]
    assert (image["display_width"], image["display_height"]) == (64, 48)


async def test_an_animated_png_is_an_animation_too(client: Client) -> None:
    sent = animation("PNG")
    image = await client.stored(sent, filename="a.png", mime="image/png", width="10")
    assert (image["is_animated"], image["width"]) == (1, 64)
    assert (await client.get(image["url"])).body == sent
    still = Image.open(io.BytesIO((await client.get(image["display_url"])).body))
    assert (image["display_url"], still.format) == (image["medium"]["url"], "PNG")
    assert getattr(still, "n_frames", 1) == 1


async def test_avif_is_stored_as_it_is_with_webp_previews(client: Client) -> None:
    image = await client.stored(picture("AVIF", size=(700, 500)), mime="image/avif")
    assert (image["mime"], image["extension"]) == ("image/avif", "avif")
    assert image["thumb"]["mime"] == "image/webp"
    assert (await client.get(image["url"])).headers["content-type"] == "image/avif"


async def test_bmp_is_stored_as_png(client: Client) -> None:
    image = await client.stored(picture("BMP"), filename="paint.bmp", mime="image/bmp")
    assert (image["mime"], image["filename"]) == ("image/png", "paint.png")
    assert image["source_md5"] not in (None, image["md5"])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_the_location_is_removed_without_touching_a_pixel(client: Client, kind: str) -> None:
    sent = picture_with_location(kind)
    image = await client.stored(sent, filename="tower.jpg")
    stored = (await client.get(image["url"])).body
    before, after = Image.open(io.BytesIO(sent)), Image.open(io.BytesIO(stored))
    assert before.getexif().get_ifd(GPS_IFD)
    assert not after.getexif().get_ifd(GPS_IFD)
    assert after.getexif()[0x0110] == "Box Brownie"
    assert before.tobytes() == after.tobytes()
    assert len(stored) == len(sent)
    assert b"GPSL" not in stored
    assert image["source_md5"] is not None
    assert image["description"] == "A view of the tower"
    camera = json.loads(image["original_exifdata"])
    assert camera["Make"] == "Acme"
    assert camera["DateTimeOriginal"] == "2019:07:14 12:30:00"
    assert "GPSInfo" not in camera


async def test_the_location_is_removed_from_a_segment_behind_the_pixels(client: Client) -> None:
    tagged, plain = picture_with_location("JPEG"), picture()
    start = tagged.index(b"Exif\0\0")
    length = int.from_bytes(tagged[start - 2 : start])
    segment = b"\xff\xe2" + tagged[start - 2 : start - 2 + length]  # APP2, where nobody looks
    sent = plain.removesuffix(b"\xff\xd9") + segment + b"\xff\xd9"
    latitude = b"".join(part.to_bytes(4) + (1).to_bytes(4) for part in (48, 51))
    assert latitude in sent
    stored = (await client.get((await client.stored(sent))["url"])).body
    assert latitude not in stored
    assert len(stored) == len(sent)


async def test_the_location_is_removed_from_a_video(client: Client, tmp_path: Path) -> None:
    sent = video_with_location(tmp_path / "a.mp4")
    image = await client.stored(sent, filename="a.mp4", mime="video/mp4")
    stored = (await client.get(image["url"])).body
    assert LOCATION in sent
    assert LOCATION not in stored
    assert len(stored) == len(sent)
    assert image["duration"] == 1


async def test_a_turned_picture_keeps_its_bytes_and_is_measured_as_seen(client: Client) -> None:
    image = await client.stored(picture_with_location("JPEG", orientation=6), filename="a.jpg")
    assert (image["width"], image["height"]) == (400, 600)
    stored = Image.open(io.BytesIO((await client.get(image["url"])).body))
    assert stored.getexif()[0x0112] == 6
    assert stored.size == (600, 400)


async def test_a_wanted_width_shrinks_and_never_grows(client: Client) -> None:
    small = await client.stored(picture(size=(640, 480)), width="320")
    assert (small["width"], small["height"]) == (320, 240)
    grown = await client.upload(picture(size=(640, 480)), width="641")
    assert (grown.status, grown.json["error"]["code"]) == (400, 610)


async def test_the_camera_dates_an_upload_where_an_admin_asks(client: Client) -> None:
    data = picture_with_location("JPEG")
    dated = await client.stored(data, filename="a.jpg", use_file_date="1")
    assert dated["date_gmt"] == "2019-07-14 12:30:00"
    assert "/images/2019/07/14/" in dated["url"]
