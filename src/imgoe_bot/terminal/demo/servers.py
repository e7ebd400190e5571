"""The demo's Discord: three servers, their channels, and the people in them."""

from dataclasses import dataclass

from imgoe_bot.discordsim import (
    Channel,
    ChannelType,
    DiscordSim,
    GuildHandle,
    Permission,
    Person,
    Upload,
)
from imgoe_bot.terminal.demo.sample_files import sample_picture, sample_sticker, sample_voice

MODERATOR = Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS


@dataclass(frozen=True, slots=True)
class DemoServers:
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


async def open_servers(sim: DiscordSim) -> DemoServers:
    """Add a server with everything Discord has, a bare one, and one that does not have the bot."""
    ada = sim.add_person("ada", display_name="Ada")
    ben = sim.add_person("ben", display_name="Ben")
    closed = sim.add_person("cleo", display_name="Cleo (DMs closed)")
    closed.dms_closed = True
    dana = sim.add_person("dana", display_name="Dana (app on her account)")
    dana.has_app = True
    guild = _add_photo_club(sim, ada, [ben, closed])
    servers = DemoServers(sim, guild, guild.channel("photos"), guild.channel("lounge"), ada, ben)
    await _fill(servers)
    _add_board_games(sim, ada, ben)
    _add_book_club(sim, dana, ben)
    return servers


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
    guild.add_sticker("sun", sample_sticker())
    return guild


async def _fill(servers: DemoServers) -> None:
    """Let people have opened a forum post and a thread before the bot comes."""
    ben, showcase = servers.member, servers.guild.channel("showcase")
    picture = Upload("harbour.jpg", sample_picture(), "image/jpeg", description="A sunset")
    await ben.open_post(showcase, "Harbour at dusk", "From the pier", [picture], tags=["landscape"])
    thread = await servers.moderator.open_thread(servers.lounge, "Sunday's walk")
    await servers.moderator.say(thread, "Who comes along? ||It ends at the ice-cream parlour.||")
    await ben.say(thread, files=[sample_voice()])


def _add_board_games(sim: DiscordSim, moderator: Person, member: Person) -> None:
    bare = sim.add_guild("Board games", owner=moderator)
    bare.join(moderator, permissions=MODERATOR)
    bare.join(member)
    bare.add_channel("table", topic="A server of its own: try /setup")


def _add_book_club(sim: DiscordSim, owner: Person, member: Person) -> None:
    foreign = sim.add_guild("Book club (without the bot)", owner=owner, bot=False)
    foreign.join(member)
    foreign.add_channel("reading", topic="Only who has the app on the account can use it here")
