"""A webhook in the hands of a test or a demo."""

from collections.abc import Sequence

from imgoe_bot.discordsim.actions.composing import Origin
from imgoe_bot.discordsim.actions.messages import post_message
from imgoe_bot.discordsim.rules.drafts import draft_from
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2, Message, Upload
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload


class Webhook:
    """A webhook with a name of its own, which can only post.

    Attributes:
        user: the account its messages show.
    """

    def __init__(self, world: World, channel: Channel, user: User) -> None:
        self._world = world
        self._channel = channel
        self.user = user

    async def say(
        self,
        content: str = "",
        files: Sequence[Upload] = (),
        *,
        embeds: Sequence[Json] = (),
        layout: Sequence[Json] = (),
    ) -> Message:
        """Post a message; a layout of Components V2 stands alone."""
        data: Payload = {"content": content, "embeds": list(embeds), "components": list(layout)}
        draft = draft_from(data | {"flags": COMPONENTS_V2 if layout else 0}, files)
        origin = Origin(webhook_id=self.user.id)
        return post_message(self._world, self.user, self._channel, draft, origin)
