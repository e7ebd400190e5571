"""Pictures as they come: odd camera data, sixteen bits of grey, as many pixels as phones have."""

import io
import struct
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from imgoe_bot.hostserver.options import JPEG_PIXELS, HostOptions
from tests.hostserver.client import Client

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)
NEAR = 24
SIZE = (64, 40)
Entry = tuple[int, int, int, bytes]
ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 2, 3, 4, 5, 7
SLONG, SRATIONAL, FLOAT, DOUBLE = 9, 10, 11, 12
MAKE, MODEL, ORIENTATION, X_RESOLUTION, UNIT = 0x010F, 0x0110, 0x0112, 0x011A, 0x0128
DESCRIPTION, EXIF_IFD, GPS_IFD, TITLE, TAKEN = 0x010E, 0x8769, 0x8825, 0x9C9B, 0x9003
TURNED: Entry = (ORIENTATION, SHORT, 1, struct.pack("<HH", 6, 0))


def exif(*entries: Entry, count: int | None = None, following: int = 0) -> bytes:
    """Camera data in which every entry stands as it is given; values over four bytes go behind."""
    head, values = b"", b""
    values_at = 8 + 2 + 12 * len(entries) + 4
    for tag, kind, number, value in sorted(entries):
        inline = value.ljust(4, b"\0")
        if len(value) > 4:
            inline = struct.pack("<I", values_at + len(values))
            values += value
        head += struct.pack("<HHI", tag, kind, number) + inline
    count = len(entries) if count is None else count
    directory = struct.pack("<H", count) + head + struct.pack("<I", following)
    return b"Exif\0\0II*\0\x08\0\0\0" + directory + values


ODD_EXIF = {
    "a maker as a fraction": exif(TURNED, (MAKE, RATIONAL, 1, struct.pack("<II", 1, 2))),
    "a part of nothing": exif(TURNED, (X_RESOLUTION, SRATIONAL, 1, struct.pack("<ii", 1, 0))),
    "nothing of nothing": exif(TURNED, (X_RESOLUTION, RATIONAL, 1, bytes(8))),
    "a negative fraction": exif(TURNED, (0x829A, SRATIONAL, 1, struct.pack("<ii", -1, -3))),
    "a whole number below nothing": exif(TURNED, (MODEL, SLONG, 1, struct.pack("<i", -1))),
    "a resolution in words": exif(TURNED, (X_RESOLUTION, ASCII, 6, b"often\0")),
    "no number": exif(TURNED, (MAKE, DOUBLE, 1, struct.pack("<d", float("nan")))),
    "no end": exif(TURNED, (MAKE, FLOAT, 1, struct.pack("<f", float("inf")))),
    "four thousand million letters": exif(TURNED, (MAKE, ASCII, 0xFFFFFFFF, b"\xff\xff\xff\xff")),
    "no letters": exif(TURNED, (MAKE, ASCII, 0, b"")),
    "a kind that isn't": exif(TURNED, (MAKE, 99, 1, b"abcd"), (MODEL, 0, 1, b"abcd")),
    "letters beyond ASCII": exif(TURNED, (DESCRIPTION, ASCII, 9, "Zürich\0\0".encode())),
    "letters in no code": exif(TURNED, (DESCRIPTION, ASCII, 6, b"\xff\xfe\x81\0\x01\0")),
    "a description of fractions": exif(TURNED, (DESCRIPTION, RATIONAL, 2, bytes(16))),
    "half a letter": exif(TURNED, (TITLE, 1, 5, b"\x3d\xd8\0\0\x41")),
    "a title as a number": exif(TURNED, (TITLE, LONG, 1, b"\1\0\0\0")),
    "a directory in itself": exif(TURNED, (EXIF_IFD, LONG, 1, b"\x08\0\0\0")),
    "a directory far away": exif(TURNED, (EXIF_IFD, LONG, 1, b"\xff\xff\xff\x7f")),
    "a directory before the beginning": exif(TURNED, (EXIF_IFD, SLONG, 1, b"\xff\xff\xff\xff")),
    "a directory in words": exif(TURNED, (EXIF_IFD, ASCII, 4, b"dir\0")),
    "two directories": exif(TURNED, (EXIF_IFD, LONG, 2, struct.pack("<II", 8, 8))),
    "places in words": exif(TURNED, (GPS_IFD, ASCII, 4, b"here")),
    "a directory that follows itself": exif(TURNED, following=8),
    "a moment as bytes": exif(TURNED, (TAKEN, UNDEFINED, 4, b"\xff\0\0\0")),
    "the same twice": exif(TURNED, (MAKE, ASCII, 2, b"a"), (MAKE, RATIONAL, 1, bytes(8))),
}  # fmt: skip
UNREADABLE_EXIF = {
    "nothing": b"Exif\0\0",
    "half a head": b"Exif\0\0II*",
    "a head alone": b"Exif\0\0II*\0\x08\0\0\0",
    "of neither order": b"Exif\0\0XX*\0\x08\0\0\0" + bytes(20),
    "a directory outside": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "more entries than there are": exif(count=0xFFFF),
    "a turn by fractions": exif((ORIENTATION, RATIONAL, 1, struct.pack("<II", 6, 0))),
    "a turn in words": exif((ORIENTATION, ASCII, 4, b"six\0")),
    "a turn that isn't": exif((ORIENTATION, SHORT, 1, struct.pack("<HH", 77, 0))),
    "eight turns": exif((ORIENTATION, SHORT, 8, struct.pack("<8H", *range(8)))),
}


def quarters(kind: str, exif_bytes: bytes) -> bytes:
    """A picture of four colours, red first."""
    image = Image.new("RGB", SIZE, WHITE)
    draw, (width, height) = ImageDraw.Draw(image), SIZE
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), BLUE)
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif_bytes, quality=95)
    return buffer.getvalue()


async def shown(client: Client, address: str) -> Image.Image:
    return Image.open(io.BytesIO((await client.get(address)).body))


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters."""
    plain, (width, height) = image.convert("RGB"), image.size
    points = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    found: list[Any] = [plain.getpixel(point) for point in points]
    return [tuple(colour) for colour in found]


def check_near(found: list[tuple[int, ...]], wanted: list[tuple[int, ...]]) -> None:
    pairs = zip(sum(found, ()), sum(wanted, ()), strict=True)
    assert all(abs(one - other) <= NEAR for one, other in pairs), (found, wanted)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("odd", ODD_EXIF)
async def test_what_stands_in_exif_decides_nothing_but_the_turn(
    client: Client, kind: str, odd: str
) -> None:
    image = await client.stored(quarters(kind, ODD_EXIF[odd]), filename="a.jpg")
    assert (image["width"], image["height"]) == (40, 64)
    check_near(corners(await shown(client, image["thumb"]["url"])), [BLUE, RED, WHITE, GREEN])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("odd", UNREADABLE_EXIF)
async def test_unreadable_exif_turns_nothing(client: Client, kind: str, odd: str) -> None:
    image = await client.stored(quarters(kind, UNREADABLE_EXIF[odd]), filename="a.jpg")
    assert (image["width"], image["height"]) == SIZE
    check_near(corners(await shown(client, image["thumb"]["url"])), [RED, GREEN, BLUE, WHITE])


async def test_a_turned_picture_is_turned_once_where_it_is_made_smaller(client: Client) -> None:
    sent = quarters("JPEG", ODD_EXIF["a maker as a fraction"])
    image = await client.stored(sent, filename="a.jpg", width="20")
    assert (image["width"], image["height"]) == (20, 32)
    for address in (image["url"], image["thumb"]["url"]):
        check_near(corners(await shown(client, address)), [BLUE, RED, WHITE, GREEN])


def grey16(**options: Any) -> bytes:
    """A grey picture of sixteen bits: 64 and 192 of 255, left and right."""
    image = Image.new("I;16", (640, 400), 64 * 257)
    image.paste(192 * 257, (320, 0, 640, 400))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("options", [{}, {"transparency": 0}])
async def test_sixteen_bits_of_grey_are_not_white(client: Client, options: dict[str, int]) -> None:
    sent = grey16(**options)
    image = await client.stored(sent, filename="a.png", mime="image/png")
    small = await client.stored(sent, filename="b.png", mime="image/png", width="200")
    assert (await client.get(image["url"])).body == sent
    for address in (image["thumb"]["url"], image["medium"]["url"], small["url"]):
        left, right = (64,) * 3, (192,) * 3
        found = corners(await shown(client, address))
        assert [abs(a[0] - b[0]) <= 1 for a, b in zip(found, [left, right] * 2, strict=True)]
        check_near(found, [left, right, left, right])


def phone_picture(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size, 120).save(buffer, "JPEG")
    return buffer.getvalue()


MEASURE = """
import resource, sys
from pathlib import Path
from imgoe_bot.hostserver.formats import JPEG
from imgoe_bot.hostserver.decoding.image_processor import ImageProcessor
from imgoe_bot.hostserver.decoding.images import ImageLimits
def peak_mib(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak_mib()
maker = ImageProcessor(ImageLimits(50_000_000, 100, 65_000_000))
width_px = int(sys.argv[2]) or None
media = maker.process(Path(sys.argv[1]), source=JPEG, md5="", width_px=width_px)
print(media.width_px, peak_mib() - before)
"""


@pytest.mark.parametrize(("width_px", "found_px"), [(0, 9248), (1600, 1600)])
async def test_a_jpeg_of_64_megapixels_takes_little_memory(
    tmp_path: Path, width_px: int, found_px: int
) -> None:
    path = tmp_path / "phone.jpg"
    path.write_bytes(phone_picture((9248, 6944)))
    script = ("-c", MEASURE, str(path), str(width_px))
    process = await create_subprocess_exec(sys.executable, *script, stdout=PIPE)
    told, _ = await process.communicate()
    made_px, more_mib = map(int, told.split())
    assert made_px == found_px
    assert more_mib < 120  # 64 million pixels of three bytes would be 184


async def test_what_phones_write_is_taken_and_more_is_not(client: Client) -> None:
    image = await client.stored(phone_picture((8160, 6144)), filename="a.jpg")
    assert (image["width"], image["height"]) == (8160, 6144)
    refused = await client.upload(phone_picture((10_000, 6_501)))
    assert (refused.status, refused.json["error"]["code"]) == (400, 610)


def test_a_lower_limit_of_pixels_holds_for_jpeg_too() -> None:
    lowered = HostOptions(Path("x"), pixel_limit=1_000_000)
    assert (lowered.jpeg_pixel_limit, HostOptions(Path("x")).jpeg_pixel_limit) == (
        1_000_000,
        JPEG_PIXELS,
    )
