"""A person's account: its settings, its conversations and what it sees."""

from collections.abc import Callable

from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.waiting import until
from imgoe_bot.discordsim.state.world import World


class Account:
    """Who somebody is on this Discord, and what this somebody sees.

    Attributes:
        user: the account.
    """

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user

    @property
    def id(self) -> int:
        """The account's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The account's name."""
        return self.user.name

    @property
    def dms_closed(self) -> bool:
        """Whether direct messages to this person are refused with 50007."""
        return self.user.dms_closed

    @dms_closed.setter
    def dms_closed(self, closed: bool) -> None:
        self.user.dms_closed = closed

    @property
    def blocks_bot(self) -> bool:
        """Whether this person blocked the bot."""
        return self.user.blocks_bot

    @blocks_bot.setter
    def blocks_bot(self, blocked: bool) -> None:
        self.user.blocks_bot = blocked

    @property
    def has_app(self) -> bool:
        """Whether this person added the app to the account, to use it anywhere."""
        return self.user.has_app

    @has_app.setter
    def has_app(self, added: bool) -> None:
        self.user.has_app = added

    def dm_with(self, other: "Account") -> Channel:
        """Return the conversation with another person."""
        return self._world.direct_channel(self.user, other.user)

    @property
    def dm(self) -> Channel:
        """The conversation with the bot, opened at first need."""
        return self._world.direct_channel(self.user, self._world.bot)

    def messages(self, channel: Channel) -> list[Message]:
        """Return what this person sees in a channel, oldest first."""
        if not self._world.may_view(channel, self.id):
            return []
        return [message for message in channel.messages.values() if message.shown_to(self.id)]

    async def wait_for_message(
        self,
        channel: Channel,
        predicate: Callable[[Message], bool] = lambda message: True,
        timeout_s: float = 15.0,
    ) -> Message:
        """Wait until a message this person sees fits, and return the newest that does.

        Raises:
            TimeoutError: none did.
        """

        def found() -> list[Message]:
            return [message for message in self.messages(channel) if predicate(message)]

        if not await until(self._world, lambda: bool(found()), timeout_s=timeout_s):
            raise TimeoutError(f"no such message within {timeout_s} s in #{channel.name}")
        return found()[-1]

    def _channel(self, message: Message) -> Channel:
        return self._world.channel(message.channel_id)

    def _must_see(self, message: Message) -> None:
        visible = self._world.may_view(self._channel(message), self.id)
        if message.deleted or not visible or not message.shown_to(self.id):
            raise LookupError(f"{self.name} sees no such message")
