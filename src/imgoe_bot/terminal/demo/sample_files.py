"""The files that people post in the demo: a picture, a sticker, a voice message."""

import base64
import io
import math
import struct
import wave

from PIL import Image, ImageDraw, ImageOps

from imgoe_bot.discordsim import Upload

PICTURE_PX = (1280, 800)
_STICKER_PX = 320
_VOICE_S = 2.0
_SAMPLES_A_SECOND = 8_000
_BARS = 64


def sample_picture() -> bytes:
    """Return a JPEG of a sun over the sea, 1280 by 800 pixels."""
    width, height = PICTURE_PX
    gradient = Image.linear_gradient("L").transform(
        PICTURE_PX, Image.Transform.EXTENT, (0, 0, 256, 256)
    )
    sky = ImageOps.colorize(gradient, black=(70, 60, 140), white=(255, 187, 55))
    draw = ImageDraw.Draw(sky)
    draw.ellipse((width * 0.42, height * 0.38, width * 0.58, height * 0.64), fill=(255, 226, 138))
    draw.rectangle((0, height * 0.62, width, height), fill=(24, 62, 98))
    for row in range(12):
        y = height * (0.64 + row * 0.03)
        half = width * (0.09 - row * 0.006)
        draw.line((width / 2 - half, y, width / 2 + half, y), fill=(244, 196, 120), width=5)
    file = io.BytesIO()
    sky.save(file, "JPEG", quality=88)
    return file.getvalue()


def sample_sticker() -> bytes:
    """Return a PNG of a sun with a face."""
    size = _STICKER_PX
    image = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(image)
    centre = size / 2
    for ray in range(12):
        angle = ray * math.pi / 6
        tip = (centre + math.cos(angle) * centre * 0.95, centre + math.sin(angle) * centre * 0.95)
        draw.line((centre, centre, *tip), fill="#ffb83d", width=size // 14)
    draw.circle((centre, centre), size * 0.33, fill="#ffd54a", outline="#e59a1b", width=6)
    for side in (-1, 1):
        draw.circle(
            (centre + side * size * 0.12, centre - size * 0.07), size * 0.03, fill="#5b3d02"
        )
    box = (centre - size * 0.15, centre - size * 0.08, centre + size * 0.15, centre + size * 0.18)
    draw.arc(box, 20, 160, fill="#5b3d02", width=8)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def sample_voice() -> Upload:
    """Return two seconds of a falling hum, as a voice message."""
    file = io.BytesIO()
    count = int(_VOICE_S * _SAMPLES_A_SECOND)
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_SAMPLES_A_SECOND)
        sound.writeframes(
            struct.pack(f"<{count}h", *(_loudness_at(n / count, n) for n in range(count)))
        )
    shape = bytes(int(255 * abs(math.sin(bar * 0.7)) * (1 - bar / _BARS)) for bar in range(_BARS))
    waveform = base64.b64encode(shape).decode()
    return Upload(
        "voice-message.wav",
        file.getvalue(),
        "audio/wav",
        duration_s=_VOICE_S,
        waveform=waveform,
    )


def _loudness_at(part: float, sample: int) -> int:
    pitch_hz = 330 - 110 * part
    return int(9_000 * (1 - part) * math.sin(2 * math.pi * pitch_hz * sample / _SAMPLES_A_SECOND))
