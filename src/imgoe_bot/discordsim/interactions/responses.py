"""Where interactions are opened for persons and answered by the bot.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import secrets
from dataclasses import replace

from imgoe_bot.discordsim.actions import chat
from imgoe_bot.discordsim.actions.composing import Origin, fill, numbered
from imgoe_bot.discordsim.interactions.command_rules import check_choices
from imgoe_bot.discordsim.interactions.commands import focused_type, has_bot
from imgoe_bot.discordsim.interactions.interaction import (
    FOLLOW_UPS,
    TOKEN_LIFE_S,
    Answer,
    Exchange,
    Kind,
)
from imgoe_bot.discordsim.interactions.payloads import create_payload, metadata_payload
from imgoe_bot.discordsim.problems import ApiProblem, invalid_webhook_token, problem
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.rules.layouts import check_modal
from imgoe_bot.discordsim.rules.rights import check_draft, file_limit
from imgoe_bot.discordsim.state.entities import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Channel,
    Message,
    MessageType,
    User,
)
from imgoe_bot.discordsim.state.world import Event, World
from imgoe_bot.discordsim.wire import (
    Json,
    Payload,
    copied_mapping,
    integer,
    mapping,
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
        self._by_token: dict[str, Exchange] = {}

    def open(
        self, user: User, channel: Channel, *, kind: Kind, data: Json, source: Message | None = None
    ) -> Exchange:
        """Start an interaction and hand it to the bot."""
        exchange = Exchange(
            self._world.ids.next(),
            f"sim-{secrets.token_urlsafe(48)}",
            kind,
            user,
            channel,
            data,
            self._world.clock(),
            source,
        )
        self._by_token[exchange.token] = exchange
        bot_only = frozenset({self._world.bot.id})
        payload = create_payload(self._world, exchange)
        self._world.emit(
            Event("INTERACTION_CREATE", payload, channel.guild_id, channel.id, bot_only)
        )
        return exchange

    def by_id(self, interaction_id: int, token: str) -> Exchange:
        """Return the interaction a callback is for; raises 10062."""
        exchange = self._by_token.get(token)
        if exchange is None or exchange.id != interaction_id:
            raise problem(10062)
        return exchange

    def by_token(self, token: str) -> Exchange:
        """Return the acknowledged interaction a follow-up is for.

        Raises:
            ApiProblem: 10015 unknown or not acknowledged yet; 50027 older than 15 minutes.
        """
        exchange = self._by_token.get(token)
        if exchange is None or exchange.answered is None:
            raise problem(10015)
        if self._world.clock() - exchange.created_at > TOKEN_LIFE_S:
            raise invalid_webhook_token()
        return exchange

    def fail_unless_answered(self, exchange: Exchange) -> None:
        """Tell the person that the application did not respond, when it hasn't."""
        if exchange.answered is None and not exchange.failed:
            exchange.failed = True
            self._tell(exchange, "INTERACTION_FAILED", {})

    def _tell(self, exchange: Exchange, name: str, data: Payload) -> None:
        about: Payload = {"interaction_id": str(exchange.id), **data}
        channel = exchange.channel
        only = frozenset({exchange.user.id})
        self._world.emit(Event(name, about, channel.guild_id, channel.id, only))

    def acknowledge(self, exchange: Exchange, answer: int, data: Json, draft: Draft) -> None:
        """Take the bot's first answer.

        Raises:
            ApiProblem: 10062 too late, 40060 acknowledged before, 50035 no such answer here.
        """
        waited_s = self._world.clock() - exchange.created_at
        if exchange.answered is not None:
            raise problem(40060)
        if exchange.failed or waited_s > self.ack_s:
            raise problem(10062)
        kind = self._allowed(exchange, answer)
        self._act(exchange, kind, data, draft)
        exchange.answered = kind
        exchange.acknowledged_after_s = waited_s
        self._tell(exchange, "INTERACTION_SUCCESS", {})

    def _allowed(self, exchange: Exchange, answer: int) -> Answer:
        updates = exchange.source is not None
        allowed = {
            Answer.MESSAGE: exchange.kind is not Kind.AUTOCOMPLETE,
            Answer.DEFERRED_MESSAGE: exchange.kind is not Kind.AUTOCOMPLETE,
            Answer.DEFERRED_UPDATE: updates,
            Answer.UPDATE: updates,
            Answer.CHOICES: exchange.kind is Kind.AUTOCOMPLETE,
            Answer.MODAL: exchange.kind in {Kind.COMMAND, Kind.COMPONENT},
        }
        for kind, fits in allowed.items():
            if kind == answer and fits:
                return kind
        raise _wrong_answer(answer)

    def _act(self, exchange: Exchange, kind: Answer, data: Json, draft: Draft) -> None:
        if kind is Answer.MESSAGE:
            exchange.original = self._post(exchange, draft)
        elif kind is Answer.DEFERRED_MESSAGE:
            exchange.original = self._post_loading(exchange, draft)
        elif kind is Answer.DEFERRED_UPDATE:
            exchange.original = exchange.source
        elif kind is Answer.UPDATE and exchange.source is not None:
            exchange.original = chat.edit(self._world, exchange.channel, exchange.source, draft)
        elif kind is Answer.CHOICES:
            self._offer(exchange, mappings(data.get("choices")))
        else:
            self._open_modal(exchange, data)

    def _offer(self, exchange: Exchange, choices: list[Json]) -> None:
        check_choices(choices, focused_type(exchange.data), "data.choices")
        exchange.choices = [copied_mapping(item) for item in choices]
        self._tell(exchange, "AUTOCOMPLETE_CHOICES", {"choices": exchange.choices})

    def _open_modal(self, exchange: Exchange, data: Json) -> None:
        check_modal(data)
        exchange.modal = copied_mapping(data)
        exchange.modal["components"] = numbered(mappings(data.get("components")))
        self._tell(exchange, "MODAL_OPEN", copied_mapping(exchange.modal))

    def _post(self, exchange: Exchange, draft: Draft) -> Message:
        hidden = bool(draft.flags & EPHEMERAL)
        return self._put(exchange, draft, hidden=hidden, flags=0)

    def _post_loading(self, exchange: Exchange, draft: Draft) -> Message:
        hidden = bool(draft.flags & EPHEMERAL)
        return self._put(exchange, Draft(flags=draft.flags), hidden=hidden, flags=LOADING)

    def _put(self, exchange: Exchange, draft: Draft, *, hidden: bool, flags: int) -> Message:
        origin = Origin(
            ephemeral_for=exchange.user.id if hidden else None,
            interaction=metadata_payload(self._world, exchange),
            type=self._type(exchange),
            flags=flags | (EPHEMERAL if hidden else 0),
            webhook_id=self._world.bot.id,
        )
        if exchange.source is not None:
            about = {"message_id": str(exchange.source.id), "fail_if_not_exists": False}
            draft = replace(draft, reference=about)
        return chat.post(self._world, self._world.bot, exchange.channel, draft, origin)

    def _type(self, exchange: Exchange) -> MessageType | None:
        if exchange.kind is not Kind.COMMAND:
            return None
        slash = integer(exchange.data, "type", 1) == 1
        return MessageType.CHAT_INPUT_COMMAND if slash else MessageType.CONTEXT_MENU_COMMAND

    def follow_up(self, exchange: Exchange, draft: Draft) -> Message:
        """Take a further message; after a deferral the first one takes the waiting one's place."""
        original = exchange.original
        if original is not None and original.loading and not original.deleted:
            return self.fill(exchange, original, draft)
        if len(exchange.followups) >= FOLLOW_UPS and not has_bot(self._world, exchange.channel):
            raise problem(40094)
        message = self._post(exchange, draft)
        exchange.followups.append(message)
        return message

    def fill(self, exchange: Exchange, message: Message, draft: Draft) -> Message:
        """Put a deferred answer's content into the message that waits for it."""
        check_draft(draft, limit_bytes=file_limit(self._world, exchange.channel))
        message.flags = (message.flags & ~LOADING) | (draft.flags & COMPONENTS_V2)
        fill(self._world, message, draft)
        chat.emit_message(self._world, "MESSAGE_UPDATE", message)
        return message

    def edit(self, exchange: Exchange, message: Message, draft: Draft) -> Message:
        """Change one of an interaction's messages."""
        if message.loading:
            return self.fill(exchange, message, draft)
        return chat.edit(self._world, exchange.channel, message, draft)

    def message(self, exchange: Exchange, name: str) -> Message:
        """Return one of an interaction's messages by id or ``@original``; raises 10008."""
        mine = [exchange.original, *exchange.followups]
        for message in mine:
            if message is None or message.deleted:
                continue
            if name == str(message.id) or (name == "@original" and message is exchange.original):
                return message
        raise problem(10008)


def _wrong_answer(answer: int) -> ApiProblem:
    message = f'Value "{answer}" is not a valid answer to this interaction.'
    errors: Payload = {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": message}]}}
    return ApiProblem(400, code=50035, message="Invalid Form Body", errors=mapping(errors))
