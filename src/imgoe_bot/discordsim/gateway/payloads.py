"""What the gateway says of itself and of members: READY and GUILD_MEMBERS_CHUNK.

Source: https://discord.com/developers/docs/events/gateway-events
"""

from collections.abc import Iterable

from imgoe_bot.discordsim.gateway.sessions import Session
from imgoe_bot.discordsim.payloads.guilds import member_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    as_int,
    flag,
    integer,
    optional_text,
    sequence,
)

VERSION = 10


def ready_payload(
    world: World, session: Session, guilds: Iterable[Guild], *, resume_url: str
) -> Payload:
    """Return what READY carries.

    Args:
        world: where the bot is.
        session: the session that begins.
        guilds: the bot's guilds of its shard.
        resume_url: where the session can be resumed.
    """
    return {
        "v": VERSION,
        "user": user_payload(world.bot),
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        "session_id": session.id,
        "resume_gateway_url": resume_url,
        "shard": [session.shard_id, session.shard_count],
        "application": {"id": str(world.bot.id), "flags": world.application_flags},
        "private_channels": [],
        "presences": [],
    }


def members_chunk_payload(guild: Guild, request: Json) -> Payload:
    """Return a guild's members that a request names by id, or by the beginning of their name."""
    wanted = {as_int(item) for item in sequence(request.get("user_ids"))}
    query = optional_text(request, "query") or ""
    found = [
        member_payload(member)
        for user_id, member in guild.members.items()
        if (user_id in wanted if wanted else member.user.name.startswith(query))
    ]
    chunk: Payload = {
        "guild_id": str(guild.id),
        "members": found[: integer(request, "limit") or None],
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": [str(item) for item in wanted - guild.members.keys()],
    }
    if flag(request, "presences"):
        chunk["presences"] = []
    if "nonce" in request:
        chunk["nonce"] = request["nonce"]
    return chunk
