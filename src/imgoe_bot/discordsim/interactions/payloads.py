"""An interaction as Discord writes it: to the bot, beside its answers, and as a callback's reply.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from imgoe_bot.discordsim.interactions.commands import context_of, is_installed
from imgoe_bot.discordsim.interactions.interaction import (
    CallbackType,
    InteractionState,
    InteractionType,
)
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.guilds import member_payload
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.rules.messages import file_limit
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, copied_mapping, mappings, text


def create_payload(world: World, interaction: InteractionState) -> Payload:
    """Return what INTERACTION_CREATE carries."""
    channel, user = interaction.channel, interaction.user
    payload: Payload = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": copied_mapping(interaction.data),
        "channel_id": str(channel.id),
        "channel": channel_payload(world, channel) | _permissions(world, channel, user),
        "attachment_size_limit": file_limit(world, channel),
        "locale": user.locale,
        "entitlements": [],
        "app_permissions": str(int(world.permissions(channel, world.bot.id))),
        "context": context_of(world, channel),
        "authorizing_integration_owners": _owners(world, interaction),
    }
    if interaction.source is not None:
        payload["message"] = message_payload(world, interaction.source)
    return payload | _caller(world, interaction)


def _permissions(world: World, channel: Channel, user: User) -> Payload:
    return {"permissions": str(int(world.permissions(channel, user.id)))}


def _owners(world: World, interaction: InteractionState) -> Payload:
    by_guild = is_installed(world, interaction.channel)
    owners: Payload = {"0": str(interaction.channel.guild_id or 0)} if by_guild else {}
    return owners | ({"1": str(interaction.user.id)} if interaction.user.has_app else {})


def _caller(world: World, interaction: InteractionState) -> Payload:
    guild_id = interaction.channel.guild_id
    if guild_id is None:
        return {"user": user_payload(interaction.user)}
    guild = world.guild(guild_id)
    member = member_payload(world.member(guild_id, interaction.user.id))
    return {
        "guild_id": str(guild_id),
        "guild": {"id": str(guild_id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member | _permissions(world, interaction.channel, interaction.user),
    }


def metadata_payload(world: World, interaction: InteractionState) -> Payload:
    """Return the ``interaction_metadata`` of messages that answer."""
    metadata: Payload = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_payload(interaction.user),
        "authorizing_integration_owners": _owners(world, interaction),
    }
    if interaction.original is not None:
        metadata["original_response_message_id"] = str(interaction.original.id)
    if interaction.kind is InteractionType.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    if interaction.kind is InteractionType.COMMAND:
        metadata["name"] = _full_name(interaction.data)
    return metadata


def _full_name(data: Json) -> str:
    """Return a command's name with the sub-commands that were chosen, as clients show it."""
    inner = [item for item in mappings(data.get("options")) if "options" in item]
    return " ".join([text(data, "name"), *map(_full_name, inner)])


def callback_payload(world: World, interaction: InteractionState) -> Payload:
    """Return what ``?with_response=1`` answers."""
    about: Payload = {"id": str(interaction.id), "type": int(interaction.kind)}
    payload: Payload = {"interaction": about}
    if interaction.answered is None:
        return payload
    shown = interaction.original
    if shown is not None:
        about["response_message_id"] = str(shown.id)
        about["response_message_loading"] = shown.loading
        about["response_message_ephemeral"] = shown.ephemeral
    resource: Payload = {"type": int(interaction.answered)}
    if shown is not None and interaction.answered is not CallbackType.DEFERRED_UPDATE:
        resource["message"] = message_payload(world, shown)
    payload["resource"] = resource
    return payload
