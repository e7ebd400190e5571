"""A person with a Discord client: what somebody at a keyboard can do and see."""

import asyncio
from collections.abc import Mapping, Sequence

from imgoe_bot.discordsim.actions import reactions, threads
from imgoe_bot.discordsim.actions.messages import (
    delete_message,
    delete_messages,
    dismiss_message,
    edit_message,
    send_message,
    show_typing,
)
from imgoe_bot.discordsim.controls.account import Account
from imgoe_bot.discordsim.controls.interaction import Interaction
from imgoe_bot.discordsim.interactions import commands, components
from imgoe_bot.discordsim.interactions.interaction import InteractionType
from imgoe_bot.discordsim.interactions.responses import Interactions
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.rules.drafts import draft_from
from imgoe_bot.discordsim.rules.permission_checks import check_may_write
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message, Upload
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.waiting import until
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, integer, text

_COMMAND_WAIT_S = 10.0


class Person(Account):
    """Somebody who uses this Discord."""

    def __init__(self, world: World, interactions: Interactions, user: User) -> None:
        super().__init__(world, user)
        self._interactions = interactions

    async def say(
        self,
        channel: Channel,
        content: str = "",
        files: Sequence[Upload] = (),
        *,
        reply_to: Message | None = None,
        sticker_ids: Sequence[int] = (),
    ) -> Message:
        """Send a message.

        Raises:
            ApiProblem: what Discord would refuse this person.
        """
        data: Payload = {"content": content, "sticker_ids": [str(item) for item in sticker_ids]}
        if reply_to is not None:
            data["message_reference"] = {"message_id": str(reply_to.id)}
        return send_message(self._world, self.user, channel, draft_from(data, files))

    async def forward(self, message: Message, channel: Channel) -> Message:
        """Forward a message to another channel."""
        about: Payload = {
            "type": 1,
            "message_id": str(message.id),
            "channel_id": str(message.channel_id),
        }
        return send_message(
            self._world, self.user, channel, draft_from({"message_reference": about})
        )

    async def open_thread(
        self, parent: Channel | Message, name: str, *, private: bool = False
    ) -> Channel:
        """Open a thread in a channel or on a message."""
        if isinstance(parent, Message):
            channel = self._channel(parent)
            return threads.open_thread(self._world, self.user, channel, name, message=parent)
        return threads.open_thread(self._world, self.user, parent, name, private=private)

    async def open_post(
        self,
        forum: Channel,
        name: str,
        content: str = "",
        files: Sequence[Upload] = (),
        *,
        tags: Sequence[str] = (),
    ) -> tuple[Channel, Message]:
        """Open a post in a forum or media channel; returns its thread and first message."""
        draft = draft_from({"content": content}, files)
        known = {text(tag, "name"): integer(tag, "id") for tag in forum.tags}
        chosen = [known[tag] for tag in tags]
        return threads.open_post(self._world, self.user, forum, name, draft, tag_ids=chosen)

    async def edit(self, message: Message, content: str) -> Message:
        """Change the words of one's own message."""
        self._must_be_mine(message)
        draft = draft_from({"content": content})
        return edit_message(self._world, self._channel(message), message, draft)

    async def delete(self, message: Message) -> None:
        """Delete one's own message, dismiss an ephemeral one, or moderate another's."""
        channel = self._channel(message)
        if message.ephemeral_for == self.id:
            dismiss_message(self._world, channel, message)
            return
        if message.author is not self.user:
            self._world.require(self.user, channel, Permission.MANAGE_MESSAGES)
        delete_message(self._world, channel, message)

    async def delete_many(self, messages: Sequence[Message]) -> None:
        """Delete several messages of one channel at once, as moderation does."""
        channel = self._channel(messages[0])
        self._world.require(self.user, channel, Permission.MANAGE_MESSAGES)
        delete_messages(self._world, channel, [message.id for message in messages])

    async def typing(self, channel: Channel) -> None:
        """Begin to write."""
        check_may_write(self._world, self.user, channel)
        show_typing(self._world, channel, self.user)

    async def react(self, message: Message, emoji: str) -> None:
        """React with a Unicode emoji or ``name:id``."""
        reactions.react(self._world, self._channel(message), message, self.user, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        reactions.unreact(self._world, self._channel(message), message, self.user, emoji)

    def _must_be_mine(self, message: Message) -> None:
        if message.author is not self.user:
            raise PermissionError("only the author can edit a message")

    async def slash(self, channel: Channel, command: str, /, **options: object) -> Interaction:
        """Use a slash command, waiting for the bot to have registered it.

        Args:
            channel: where.
            command: its name, with sub-commands: ``settings key``.
            options: values: str, int, float, bool, Upload, Channel, Person, Role, User.

        Raises:
            LookupError: no such command, option or choice, or a required option is missing.
            ApiProblem: 50001, 50013.
        """
        self._world.require(self.user, channel, Permission.USE_APPLICATION_COMMANDS)
        root = command.split()[0]
        await self._registered(channel, root, 1)
        data = commands.slash_data(self._world, channel, self.user, command, options)
        return self._open(channel, InteractionType.COMMAND, data)

    async def autocomplete(
        self, channel: Channel, command: str, focused: str, /, **options: object
    ) -> Interaction:
        """Type into an option of a slash command; the choices come by ``wait_acknowledged``."""
        await self._registered(channel, command.split()[0], 1)
        data = commands.slash_data(
            self._world, channel, self.user, command, options, focused=focused
        )
        return self._open(channel, InteractionType.AUTOCOMPLETE, data)

    async def use_menu(self, target: Message, name: str) -> Interaction:
        """Use a message menu command on a message."""
        channel = self._channel(target)
        self._world.require(self.user, channel, Permission.USE_APPLICATION_COMMANDS)
        await self._registered(channel, name, 3)
        data = commands.message_menu_data(self._world, channel, self.user, name, target)
        return self._open(channel, InteractionType.COMMAND, data)

    async def use_user_menu(self, channel: Channel, target: User, name: str) -> Interaction:
        """Use a user menu command on somebody in a channel."""
        self._world.require(self.user, channel, Permission.USE_APPLICATION_COMMANDS)
        await self._registered(channel, name, 2)
        data = commands.user_menu_data(self._world, channel, self.user, name, target)
        return self._open(channel, InteractionType.COMMAND, data)

    def command_names(self, channel: Channel) -> list[str]:
        """Return the names of the commands and menu entries this person is offered there."""
        return [command.name for command in commands.visible(self._world, channel, self.user)]

    async def _registered(self, channel: Channel, name: str, kind: int) -> None:
        def known() -> bool:
            visible = commands.visible(self._world, channel, self.user)
            return any(item.name == name and item.type == kind for item in visible)

        if not await until(self._world, known, timeout_s=_COMMAND_WAIT_S):
            raise LookupError(f"no command {name!r} for {self.name} in #{channel.name}")

    async def click(self, message: Message, label_or_custom_id: str) -> Interaction:
        """Press a button.

        Raises:
            LookupError: no such button, or one that can't be pressed.
        """
        self._must_see(message)
        data = components.click_data(message, label_or_custom_id)
        return self._open(self._channel(message), InteractionType.COMPONENT, data, message)

    async def select(
        self, message: Message, custom_id: str, values: Sequence[object]
    ) -> Interaction:
        """Choose in a select menu: labels or values, or Channel, Person, Role, User.

        Raises:
            LookupError: no such menu or option, or too few or many.
        """
        self._must_see(message)
        channel = self._channel(message)
        data = components.select_data(self._world, channel, message, custom_id, values, self.user)
        return self._open(channel, InteractionType.COMPONENT, data, message)

    async def fill_modal(
        self, interaction: Interaction, values: Mapping[str, object]
    ) -> Interaction:
        """Fill in and send the modal an interaction opened, waiting for it to open.

        Args:
            interaction: what opened it.
            values: by custom id or label: text, a list of choices, or a list of Upload.

        Raises:
            LookupError: no such field, or a required one is missing.
            TimeoutError: no modal opened.
        """
        modal = await interaction.wait_modal()
        opener = interaction.state
        data = components.modal_data(self._world, opener.channel, modal, values, self.user)
        return self._open(opener.channel, InteractionType.MODAL, data, opener.source)

    def _open(
        self, channel: Channel, kind: InteractionType, data: Json, source: Message | None = None
    ) -> Interaction:
        opened = self._interactions.open(self.user, channel, kind=kind, data=data, source=source)
        loop = asyncio.get_running_loop()
        loop.call_later(self._interactions.ack_s, self._interactions.fail_unless_answered, opened)
        return Interaction(self._world, opened)
