"""An interaction as Discord writes it: to the bot, beside its answers, and as a callback's reply.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from imgoe_bot.discordsim.interactions.commands import context_of, is_installed
from imgoe_bot.discordsim.interactions.interaction import Answer, Exchange, Kind
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.payloads.state import channel_payload, member_payload, user_payload
from imgoe_bot.discordsim.rules.rights import file_limit
from imgoe_bot.discordsim.state.entities import Channel, User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.wire import Json, Payload, copied_mapping, mappings, text


def create_payload(world: World, exchange: Exchange) -> Payload:
    """Return what INTERACTION_CREATE carries."""
    channel, user = exchange.channel, exchange.user
    payload: Payload = {
        "id": str(exchange.id),
        "application_id": str(world.bot.id),
        "type": int(exchange.kind),
        "token": exchange.token,
        "version": 1,
        "data": copied_mapping(exchange.data),
        "channel_id": str(channel.id),
        "channel": channel_payload(world, channel) | _permissions(world, channel, user),
        "attachment_size_limit": file_limit(world, channel),
        "locale": user.locale,
        "entitlements": [],
        "app_permissions": str(int(world.permissions(channel, world.bot.id))),
        "context": context_of(world, channel),
        "authorizing_integration_owners": _owners(world, exchange),
    }
    if exchange.source is not None:
        payload["message"] = message_payload(world, exchange.source)
    return payload | _caller(world, exchange)


def _permissions(world: World, channel: Channel, user: User) -> Payload:
    return {"permissions": str(int(world.permissions(channel, user.id)))}


def _owners(world: World, exchange: Exchange) -> Payload:
    by_guild = is_installed(world, exchange.channel)
    owners: Payload = {"0": str(exchange.channel.guild_id or 0)} if by_guild else {}
    return owners | ({"1": str(exchange.user.id)} if exchange.user.has_app else {})


def _caller(world: World, exchange: Exchange) -> Payload:
    guild_id = exchange.channel.guild_id
    if guild_id is None:
        return {"user": user_payload(exchange.user)}
    guild = world.guild(guild_id)
    member = member_payload(world.member(guild_id, exchange.user.id))
    return {
        "guild_id": str(guild_id),
        "guild": {"id": str(guild_id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member | _permissions(world, exchange.channel, exchange.user),
    }


def metadata_payload(world: World, exchange: Exchange) -> Payload:
    """Return the ``interaction_metadata`` of messages that answer."""
    metadata: Payload = {
        "id": str(exchange.id),
        "type": int(exchange.kind),
        "user": user_payload(exchange.user),
        "authorizing_integration_owners": _owners(world, exchange),
    }
    if exchange.original is not None:
        metadata["original_response_message_id"] = str(exchange.original.id)
    if exchange.kind is Kind.COMPONENT and exchange.source is not None:
        metadata["interacted_message_id"] = str(exchange.source.id)
    if exchange.kind is Kind.COMMAND:
        metadata["name"] = _full_name(exchange.data)
    return metadata


def _full_name(data: Json) -> str:
    """Return a command's name with the sub-commands that were chosen, as clients show it."""
    inner = [item for item in mappings(data.get("options")) if "options" in item]
    return " ".join([text(data, "name"), *map(_full_name, inner)])


def callback_payload(world: World, exchange: Exchange) -> Payload:
    """Return what ``?with_response=1`` answers."""
    about: Payload = {"id": str(exchange.id), "type": int(exchange.kind)}
    payload: Payload = {"interaction": about}
    if exchange.answered is None:
        return payload
    shown = exchange.original
    if shown is not None:
        about["response_message_id"] = str(shown.id)
        about["response_message_loading"] = shown.loading
        about["response_message_ephemeral"] = shown.ephemeral
    resource: Payload = {"type": int(exchange.answered)}
    if shown is not None and exchange.answered is not Answer.DEFERRED_UPDATE:
        resource["message"] = message_payload(world, shown)
    payload["resource"] = resource
    return payload
