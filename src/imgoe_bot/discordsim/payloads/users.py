"""Users as Discord writes them."""

from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import (
    Payload,
)


def user_payload(user: User) -> Payload:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.display_name,
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }
