"""What a person asked of the bot, followed until it is answered."""

from collections.abc import Callable
from dataclasses import dataclass

from imgoe_bot.discordsim.interactions.interaction import InteractionState
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.waiting import until
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a person asked of the bot, followed until it is answered."""

    _world: World
    state: InteractionState

    @property
    def id(self) -> int:
        """The interaction's id."""
        return self.state.id

    @property
    def responses(self) -> list[Message]:
        """The messages the bot answered with, deleted and still thinking ones left out."""
        original = self.state.original
        mine = [] if original is None or original is self.state.source else [original]
        shown = mine + self.state.followups
        return [message for message in shown if not (message.deleted or message.loading)]

    @property
    def response(self) -> Message | None:
        """The first of the responses, None so far."""
        return self.responses[0] if self.responses else None

    @property
    def modal(self) -> Payload | None:
        """The modal the bot opened, None when it opened none."""
        return self.state.modal

    @property
    def choices(self) -> list[Payload] | None:
        """The autocomplete choices offered, None so far."""
        return self.state.choices

    @property
    def acknowledged_after_s(self) -> float | None:
        """Seconds until the bot acknowledged, None so far."""
        return self.state.acknowledged_after_s

    @property
    def failed(self) -> bool:
        """Whether the person read “the application did not respond”."""
        return self.state.failed

    async def wait_acknowledged(self, timeout_s: float = 15.0) -> None:
        """Wait until the bot acknowledged or failed to; raises TimeoutError."""
        await self._until(lambda: self.failed or self.state.answered is not None, timeout_s)

    async def wait_modal(self, timeout_s: float = 15.0) -> Payload:
        """Wait for the modal and return it; raises TimeoutError."""
        await self._until(lambda: self.modal is not None, timeout_s)
        return self.modal or {}

    async def wait_response(self, timeout_s: float = 15.0) -> Message:
        """Wait for a message that is no longer thinking; raises TimeoutError."""
        await self._until(lambda: bool(self.responses), timeout_s)
        return self.responses[0]

    async def _until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        if not await until(self._world, condition, timeout_s=timeout_s):
            answered = self.state.answered
            raise TimeoutError(f"no answer within {timeout_s} s (acknowledged: {answered!r})")
