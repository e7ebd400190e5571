"""The demo's Discord: three servers, their channels, and the people in them."""

import base64
import io
import math
import struct
import wave
from dataclasses import dataclass

from PIL import Image, ImageDraw

from imgoe_bot.discordsim import (
    Channel,
    ChannelType,
    DiscordSim,
    GuildHandle,
    Permission,
    Person,
    Upload,
)
from imgoe_bot.terminal.demo.rehearsal import sample_picture

MODERATOR = Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS
_STICKER_PX = 320
_VOICE_S = 2.0
_SAMPLES_A_SECOND = 8_000
_BARS = 64


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's Discord, ready for the bot.

    Attributes:
        guild: the server where a channel is mirrored.
        photos: that channel.
        lounge: another one of it.
        moderator: who sets things up.
        member: who posts.
    """

    sim: DiscordSim
    guild: GuildHandle
    photos: Channel
    lounge: Channel
    moderator: Person
    member: Person


async def set_stage(sim: DiscordSim) -> Stage:
    """Add a server with everything Discord has, a bare one, and one that does not have the bot."""
    ada = sim.add_person("ada", display_name="Ada")
    ben = sim.add_person("ben", display_name="Ben")
    closed = sim.add_person("cleo", display_name="Cleo (DMs closed)")
    closed.dms_closed = True
    dana = sim.add_person("dana", display_name="Dana (app on her account)")
    dana.has_app = True
    guild = _add_photo_club(sim, ada, [ben, closed])
    stage = Stage(sim, guild, guild.channel("photos"), guild.channel("lounge"), ada, ben)
    await _fill(stage)
    _add_board_games(sim, ada, ben)
    _add_book_club(sim, dana, ben)
    return stage


def _add_photo_club(sim: DiscordSim, moderator: Person, members: list[Person]) -> GuildHandle:
    guild = sim.add_guild("Photo club", owner=moderator)
    guild.join(moderator, permissions=MODERATOR)
    for person in members:
        guild.join(person)
    guild.add_channel("photos", topic="Everything posted here is kept by imgoe")
    guild.add_channel("lounge", topic="Not mirrored: try /upload here")
    more = guild.add_channel("More places", type=ChannelType.CATEGORY)
    showcase = ("showcase", ChannelType.FORUM, "A forum: each picture is a post")
    clips = ("clips", ChannelType.MEDIA, "A media channel")
    for name, kind, topic in (showcase, clips):
        tags = ("landscape", "portrait")
        guild.add_channel(name, type=kind, topic=topic, parent=more, tags=tags)
    guild.add_channel("after-dark", topic="Age-restricted", nsfw=True, parent=more)
    guild.add_sticker("sun", _sticker())
    return guild


async def _fill(stage: Stage) -> None:
    """Let people have opened a forum post and a thread before the bot comes."""
    ben, showcase = stage.member, stage.guild.channel("showcase")
    picture = Upload("harbour.jpg", sample_picture(), "image/jpeg", description="A sunset")
    await ben.open_post(showcase, "Harbour at dusk", "From the pier", [picture], tags=["landscape"])
    thread = await stage.moderator.open_thread(stage.lounge, "Sunday's walk")
    await stage.moderator.say(thread, "Who comes along? ||It ends at the ice-cream parlour.||")
    await ben.say(thread, files=[_voice()])


def _add_board_games(sim: DiscordSim, moderator: Person, member: Person) -> None:
    bare = sim.add_guild("Board games", owner=moderator)
    bare.join(moderator, permissions=MODERATOR)
    bare.join(member)
    bare.add_channel("table", topic="A server of its own: try /setup")


def _add_book_club(sim: DiscordSim, owner: Person, member: Person) -> None:
    foreign = sim.add_guild("Book club (without the bot)", owner=owner, bot=False)
    foreign.join(member)
    foreign.add_channel("reading", topic="Only who has the app on the account can use it here")


def _sticker() -> bytes:
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


def _voice() -> Upload:
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
