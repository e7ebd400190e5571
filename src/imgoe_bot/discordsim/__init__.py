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
from imgoe_bot.discordsim.faults import Faults
from imgoe_bot.discordsim.guilds import GuildHandle, Webhook
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
    "Faults",
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
    "Webhook",
]
