"""A Discord on loopback: REST, gateway, CDN and a chat page."""

from imgoe_bot.discordsim.controls.faults import Faults
from imgoe_bot.discordsim.controls.guilds import GuildHandle
from imgoe_bot.discordsim.controls.interaction import Interaction
from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.controls.webhook import Webhook
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import ApiProblem
from imgoe_bot.discordsim.serving.options import SimOptions
from imgoe_bot.discordsim.serving.server import DiscordSim, UnknownRoutes
from imgoe_bot.discordsim.state.channels import Channel, ChannelType
from imgoe_bot.discordsim.state.guilds import Role
from imgoe_bot.discordsim.state.messages import Attachment, Message, Upload
from imgoe_bot.discordsim.state.users import User

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
