"""Discord's ``resolved`` object: what the ids in an interaction stand for.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from dataclasses import dataclass, field

from imgoe_bot.discordsim.actions.composing import keep_file
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.guilds import member_payload, role_payload
from imgoe_bot.discordsim.payloads.messages import attachment_payload, message_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.guilds import Role
from imgoe_bot.discordsim.state.messages import Message, Upload
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload


@dataclass(slots=True)
class Resolved:
    """Collects things and answers with their ids.

    Attributes:
        world: where the things are.
        channel: where the interaction happens.
        user: who interacts; channels are shown with this user's permissions.
        data: what was collected, as Discord sends it.
    """

    world: World
    channel: Channel
    user: User
    data: dict[str, Payload] = field(default_factory=dict[str, Payload])

    def _keep(self, kind: str, key: int, payload: Payload) -> str:
        self.data.setdefault(kind, {})[str(key)] = payload
        return str(key)

    def add(self, value: object) -> str:
        """Collect a channel, role, user or file and return its id.

        Raises:
            TypeError: it is none of these.
        """
        subject: object = getattr(value, "user", value)  # a Person stands for its account
        if isinstance(subject, User):
            return self._add_user(subject)
        if isinstance(subject, Role):
            return self._keep("roles", subject.id, role_payload(subject))
        if isinstance(subject, Channel):
            return self._add_channel(subject)
        if isinstance(subject, Upload):
            return self._add_file(subject)
        raise TypeError(f"not a channel, role, user or file: {type(value).__name__}")

    def _add_user(self, user: User) -> str:
        guild = self.world.guilds.get(self.channel.guild_id or 0)
        member = None if guild is None else guild.members.get(user.id)
        if member is not None:
            rights = str(int(self.world.permissions(self.channel, user.id)))
            shown = member_payload(member, with_user=False) | {"permissions": rights}
            self._keep("members", user.id, shown)
        return self._keep("users", user.id, user_payload(user))

    def _add_channel(self, channel: Channel) -> str:
        rights = str(int(self.world.permissions(channel, self.user.id)))
        payload = channel_payload(self.world, channel) | {"permissions": rights}
        return self._keep("channels", channel.id, payload)

    def _add_file(self, item: Upload) -> str:
        attachment = keep_file(self.world, self.channel.id, item)
        self.world.interaction_files[attachment.id] = attachment
        return self._keep("attachments", attachment.id, attachment_payload(self.world, attachment))

    def add_message(self, message: Message) -> str:
        """Collect a message, whole whatever the bot's intents, and return its id."""
        return self._keep("messages", message.id, message_payload(self.world, message))

    def payload(self) -> Payload:
        """Return ``{"resolved": …}``, or nothing when nothing was collected."""
        return {"resolved": dict(self.data)} if self.data else {}
