"""A Discord on loopback: REST, gateway, CDN and a chat page."""

from imgoe_bot.discordsim.entities import (
    Attachment,
    Channel,
    ChannelType,
    Message,
    Role,
    Upload,
    User,
)
from imgoe_bot.discordsim.guilds import GuildHandle
from imgoe_bot.discordsim.interaction import Interaction
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.person import Person
from imgoe_bot.discordsim.problems import ApiProblem
from imgoe_bot.discordsim.server import DiscordSim, SimOptions, UnknownRoutes

__all__ = [
    "ApiProblem",
    "Attachment",
    "Channel",
    "ChannelType",
    "DiscordSim",
    "GuildHandle",
    "Interaction",
    "Message",
    "Permission",
    "Person",
    "Role",
    "SimOptions",
    "UnknownRoutes",
    "Upload",
    "User",
]
