"""Accounts of people and bots."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class User:
    """An account, the bot's included.

    Attributes:
        dms_closed: whether direct messages to it are refused with 50007.
        blocks_bot: whether the person blocked the bot: reactions are refused with 90001, direct
            messages with 50007.
        has_app: whether the person added the app to the account, to use it anywhere.
        locale: the client language sent with interactions.
    """

    id: int
    name: str
    display_name: str
    bot: bool = False
    dms_closed: bool = False
    blocks_bot: bool = False
    has_app: bool = False
    locale: str = "en-US"
