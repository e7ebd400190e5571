"""Where interactions are opened for persons and answered by the bot.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import secrets
from dataclasses import replace

from imgoe_bot.discordsim.actions.composing import Origin, fill, numbered
from imgoe_bot.discordsim.actions.events import emit_message
from imgoe_bot.discordsim.actions.messages import edit_message, post_message
from imgoe_bot.discordsim.interactions.commands import focused_type, has_bot
from imgoe_bot.discordsim.interactions.interaction import (
    FOLLOW_UPS,
    TOKEN_LIFE_S,
    CallbackType,
    InteractionState,
    InteractionType,
)
from imgoe_bot.discordsim.interactions.payloads import create_payload, metadata_payload
from imgoe_bot.discordsim.problems import ApiProblem, invalid_form, invalid_webhook_token, problem
from imgoe_bot.discordsim.rules.commands import check_choices
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.rules.layouts import check_modal
from imgoe_bot.discordsim.rules.messages import check_draft, file_limit
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Message,
    MessageType,
)
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    copied_mapping,
    integer,
    mappings,
)


class Interactions:
    """Opens interactions for persons and takes the bot's answers to them.

    Args:
        world: the Discord they happen in.
        ack_s: seconds within which the bot must acknowledge.
    """

    def __init__(self, world: World, *, ack_s: float) -> None:
        self.ack_s = ack_s
        self._world = world
        self._by_token: dict[str, InteractionState] = {}

    def open(
        self,
        user: User,
        channel: Channel,
        *,
        kind: InteractionType,
        data: Json,
        source: Message | None = None,
    ) -> InteractionState:
        """Start an interaction and hand it to the bot."""
        interaction = InteractionState(
            self._world.ids.next(),
            f"sim-{secrets.token_urlsafe(48)}",
            kind,
            user,
            channel,
            data,
            self._world.clock(),
            source,
        )
        self._by_token[interaction.token] = interaction
        bot_only = frozenset({self._world.bot.id})
        payload = create_payload(self._world, interaction)
        self._world.emit(
            Event("INTERACTION_CREATE", payload, channel.guild_id, channel.id, bot_only)
        )
        return interaction

    def by_id(self, interaction_id: int, token: str) -> InteractionState:
        """Return the interaction a callback is for; raises 10062."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise problem(10062)
        return interaction

    def by_token(self, token: str) -> InteractionState:
        """Return the acknowledged interaction a follow-up is for.

        Raises:
            ApiProblem: 10015 unknown or not acknowledged yet; 50027 older than 15 minutes.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.answered is None:
            raise problem(10015)
        if self._world.clock() - interaction.created_at > TOKEN_LIFE_S:
            raise invalid_webhook_token()
        return interaction

    def fail_unless_answered(self, interaction: InteractionState) -> None:
        """Tell the person that the application did not respond, when it hasn't."""
        if interaction.answered is None and not interaction.failed:
            interaction.failed = True
            self._tell(interaction, "INTERACTION_FAILED", {})

    def _tell(self, interaction: InteractionState, name: str, data: Payload) -> None:
        about: Payload = {"interaction_id": str(interaction.id), **data}
        channel = interaction.channel
        only = frozenset({interaction.user.id})
        self._world.emit(Event(name, about, channel.guild_id, channel.id, only))

    def acknowledge(
        self, interaction: InteractionState, answer: int, data: Json, draft: Draft
    ) -> None:
        """Take the bot's first answer.

        Raises:
            ApiProblem: 10062 too late, 40060 acknowledged before, 50035 no such answer here.
        """
        waited_s = self._world.clock() - interaction.created_at
        if interaction.answered is not None:
            raise problem(40060)
        if interaction.failed or waited_s > self.ack_s:
            raise problem(10062)
        kind = self._allowed(interaction, answer)
        self._act(interaction, kind, data, draft)
        interaction.answered = kind
        interaction.acknowledged_after_s = waited_s
        self._tell(interaction, "INTERACTION_SUCCESS", {})

    def _allowed(self, interaction: InteractionState, answer: int) -> CallbackType:
        updates = interaction.source is not None
        allowed = {
            CallbackType.MESSAGE: interaction.kind is not InteractionType.AUTOCOMPLETE,
            CallbackType.DEFERRED_MESSAGE: interaction.kind is not InteractionType.AUTOCOMPLETE,
            CallbackType.DEFERRED_UPDATE: updates,
            CallbackType.UPDATE: updates,
            CallbackType.CHOICES: interaction.kind is InteractionType.AUTOCOMPLETE,
            CallbackType.MODAL: interaction.kind
            in {InteractionType.COMMAND, InteractionType.COMPONENT},
        }
        for kind, fits in allowed.items():
            if kind == answer and fits:
                return kind
        raise _wrong_answer(answer)

    def _act(
        self, interaction: InteractionState, kind: CallbackType, data: Json, draft: Draft
    ) -> None:
        if kind is CallbackType.MESSAGE:
            interaction.original = self._post(interaction, draft)
        elif kind is CallbackType.DEFERRED_MESSAGE:
            interaction.original = self._post_loading(interaction, draft)
        elif kind is CallbackType.DEFERRED_UPDATE:
            interaction.original = interaction.source
        elif kind is CallbackType.UPDATE and interaction.source is not None:
            interaction.original = edit_message(
                self._world, interaction.channel, interaction.source, draft
            )
        elif kind is CallbackType.CHOICES:
            self._offer(interaction, mappings(data.get("choices")))
        else:
            self._open_modal(interaction, data)

    def _offer(self, interaction: InteractionState, choices: list[Json]) -> None:
        check_choices(choices, focused_type(interaction.data), "data.choices")
        interaction.choices = [copied_mapping(item) for item in choices]
        self._tell(interaction, "AUTOCOMPLETE_CHOICES", {"choices": interaction.choices})

    def _open_modal(self, interaction: InteractionState, data: Json) -> None:
        check_modal(data)
        interaction.modal = copied_mapping(data)
        interaction.modal["components"] = numbered(mappings(data.get("components")))
        self._tell(interaction, "MODAL_OPEN", copied_mapping(interaction.modal))

    def _post(self, interaction: InteractionState, draft: Draft) -> Message:
        hidden = bool(draft.flags & EPHEMERAL)
        return self._put(interaction, draft, hidden=hidden, flags=0)

    def _post_loading(self, interaction: InteractionState, draft: Draft) -> Message:
        hidden = bool(draft.flags & EPHEMERAL)
        return self._put(interaction, Draft(flags=draft.flags), hidden=hidden, flags=LOADING)

    def _put(
        self, interaction: InteractionState, draft: Draft, *, hidden: bool, flags: int
    ) -> Message:
        origin = Origin(
            ephemeral_for=interaction.user.id if hidden else None,
            interaction=metadata_payload(self._world, interaction),
            type=self._type(interaction),
            flags=flags | (EPHEMERAL if hidden else 0),
            webhook_id=self._world.bot.id,
        )
        if interaction.source is not None:
            about = {"message_id": str(interaction.source.id), "fail_if_not_exists": False}
            draft = replace(draft, reference=about)
        return post_message(self._world, self._world.bot, interaction.channel, draft, origin)

    def _type(self, interaction: InteractionState) -> MessageType | None:
        if interaction.kind is not InteractionType.COMMAND:
            return None
        slash = integer(interaction.data, "type", 1) == 1
        return MessageType.CHAT_INPUT_COMMAND if slash else MessageType.CONTEXT_MENU_COMMAND

    def follow_up(self, interaction: InteractionState, draft: Draft) -> Message:
        """Take a further message; after a deferral the first one takes the waiting one's place."""
        original = interaction.original
        if original is not None and original.loading and not original.deleted:
            return self.fill(interaction, original, draft)
        if len(interaction.followups) >= FOLLOW_UPS and not has_bot(
            self._world, interaction.channel
        ):
            raise problem(40094)
        message = self._post(interaction, draft)
        interaction.followups.append(message)
        return message

    def fill(self, interaction: InteractionState, message: Message, draft: Draft) -> Message:
        """Put a deferred answer's content into the message that waits for it."""
        check_draft(draft, limit_bytes=file_limit(self._world, interaction.channel))
        message.flags = (message.flags & ~LOADING) | (draft.flags & COMPONENTS_V2)
        fill(self._world, message, draft)
        emit_message(self._world, "MESSAGE_UPDATE", message)
        return message

    def edit(self, interaction: InteractionState, message: Message, draft: Draft) -> Message:
        """Change one of an interaction's messages."""
        if message.loading:
            return self.fill(interaction, message, draft)
        return edit_message(self._world, interaction.channel, message, draft)

    def message(self, interaction: InteractionState, name: str) -> Message:
        """Return one of an interaction's messages by id or ``@original``; raises 10008."""
        mine = [interaction.original, *interaction.followups]
        for message in mine:
            if message is None or message.deleted:
                continue
            if name == str(message.id) or (name == "@original" and message is interaction.original):
                return message
        raise problem(10008)


def _wrong_answer(answer: int) -> ApiProblem:
    message = f'Value "{answer}" is not a valid answer to this interaction.'
    return invalid_form("type", code="BASE_TYPE_CHOICES", message=message)
