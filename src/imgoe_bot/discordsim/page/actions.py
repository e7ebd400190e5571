"""What the chat page does for the person chosen on it, found by id and handed to ``Person``."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from imgoe_bot.discordsim.controls.faults import Faults
from imgoe_bot.discordsim.controls.interaction import Interaction
from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.page.faults import FaultContext, lasting_on, toggle_fault
from imgoe_bot.discordsim.page.forms import PageForm
from imgoe_bot.discordsim.page.person_view import older
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    as_int,
    integer,
    mapping,
    sequence,
    text,
)

_REMEMBERED = 500
_ANSWER_WAIT_S = 5.0


class Simulator(Protocol):
    """The world and the persons in it."""

    @property
    def world(self) -> World:
        """The simulated Discord."""
        ...

    @property
    def faults(self) -> Faults:
        """What to let go wrong."""
        ...

    @property
    def people(self) -> Mapping[int, Person]:
        """Everybody one can be, by id."""
        ...


class PageActions:
    """Does what a page asks, as the person the page names.

    Every method raises ApiProblem for what Discord refuses this person and LookupError for what
    isn't there to be used.
    """

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._interactions: OrderedDict[int, Interaction] = OrderedDict()
        self._kinds: Mapping[str, Callable[[Person, PageForm], Awaitable[Interaction]]] = {
            "slash": self._slash,
            "menu": self._menu,
            "click": self._click,
            "select": self._select,
            "modal": self._modal,
            "autocomplete": self._autocomplete,
        }

    async def fault(self, data: Json) -> None:
        """Let a fault of the panel happen in the channel the person looks at, or end it."""
        await toggle_fault(text(data, "name"), self._context(data))

    def faults_on(self, data: Json) -> Payload:
        """Return as ``on`` the lasting faults that hold there."""
        return {"on": lasting_on(self._context(data))}

    def _context(self, data: Json) -> FaultContext:
        person, channel = self._person_and_channel(data)
        return FaultContext(self._sim.world, self._sim.faults, person, channel)

    def person(self, data: Json) -> Person:
        """Return who acts; raises 10013."""
        person = self._sim.people.get(integer(data, "person"))
        if person is None:
            raise problem(10013)
        return person

    async def say(self, form: PageForm) -> Message:
        """Send a message with its files."""
        person, channel = self._person_and_channel(form.data)
        target = integer(form.data, "reply_to")
        reply_to = self._visible(person, channel, target) if target else None
        stickers = [as_int(item) for item in sequence(form.data.get("sticker_ids"))]
        return await person.say(
            channel,
            text(form.data, "content"),
            form.attachments(),
            reply_to=reply_to,
            sticker_ids=stickers,
        )

    def older(self, data: Json) -> Payload:
        """Return the messages before one that the page has already."""
        person, channel = self._person_and_channel(data)
        before = integer(data, "before")
        return {"messages": older(self._sim.world, channel, person, before=before)}

    async def forward(self, data: Json) -> Message:
        """Forward a message to another channel."""
        person, channel = self._person_and_channel(data)
        message = self._visible(person, channel, integer(data, "message_id"))
        return await person.forward(message, self._sim.world.channel(integer(data, "to")))

    async def thread(self, data: Json) -> Channel:
        """Open a thread, on a message where one is named."""
        person, channel = self._person_and_channel(data)
        message_id = integer(data, "message_id")
        parent = self._visible(person, channel, message_id) if message_id else channel
        return await person.open_thread(parent, text(data, "name"))

    async def post(self, form: PageForm) -> Channel:
        """Open a post in a forum or media channel."""
        person, forum = self._person_and_channel(form.data)
        title, content = text(form.data, "title"), text(form.data, "content")
        thread, _ = await person.open_post(forum, title, content, form.attachments())
        return thread

    async def edit(self, data: Json, message_id: int) -> None:
        """Change the words of one's own message."""
        person, channel = self._person_and_channel(data)
        message = self._visible(person, channel, message_id)
        await person.edit(message, text(data, "content"))

    async def delete(self, data: Json, message_id: int) -> None:
        """Delete a message."""
        person, channel = self._person_and_channel(data)
        await person.delete(self._visible(person, channel, message_id))

    async def react(self, data: Json) -> None:
        """Put a reaction on a message, or take it back."""
        person, channel = self._person_and_channel(data)
        message = self._visible(person, channel, integer(data, "message_id"))
        act = person.react if data.get("on") is True else person.unreact
        await act(message, text(data, "emoji"))

    async def interact(self, form: PageForm) -> Payload:
        """Use a command, a component or a modal.

        Returns:
            ``interaction_id``; for autocomplete also ``choices``.
        """
        act = self._kinds.get(text(form.data, "kind"))
        if act is None:
            raise LookupError("no such kind of interaction")
        interaction = await act(self.person(form.data), form)
        self._remember(interaction)
        answer: Payload = {"interaction_id": str(interaction.id)}
        return answer if interaction.choices is None else {**answer, "choices": interaction.choices}

    def _remember(self, interaction: Interaction) -> None:
        self._interactions[interaction.id] = interaction
        while len(self._interactions) > _REMEMBERED:
            self._interactions.popitem(last=False)

    def _person_and_channel(self, data: Json) -> tuple[Person, Channel]:
        person = self.person(data)
        channel = self._sim.world.channel(integer(data, "channel_id"))
        self._sim.world.require(person.user, channel, Permission.VIEW_CHANNEL)
        return person, channel

    def _visible(self, person: Person, channel: Channel, message_id: int) -> Message:
        message = self._sim.world.message(channel, message_id)
        if not message.shown_to(person.id):
            raise problem(10008)
        return message

    def _target(self, form: PageForm) -> tuple[Person, Message]:
        person, channel = self._person_and_channel(form.data)
        return person, self._visible(person, channel, integer(form.data, "message_id"))

    async def _slash(self, person: Person, form: PageForm) -> Interaction:
        _, channel = self._person_and_channel(form.data)
        return await person.slash(channel, text(form.data, "name"), **self._options(form))

    async def _autocomplete(self, person: Person, form: PageForm) -> Interaction:
        _, channel = self._person_and_channel(form.data)
        focused = text(form.data, "option")
        options = {**self._options(form), focused: text(form.data, "value")}
        name = text(form.data, "name")
        interaction = await person.autocomplete(channel, name, focused, **options)
        await interaction.wait_acknowledged(_ANSWER_WAIT_S)
        return interaction

    def _options(self, form: PageForm) -> Payload:
        files = {
            part.removeprefix("option:"): upload
            for part, upload in form.files
            if part.startswith("option:")
        }
        options = mapping(form.data.get("options"))
        return {name: self._real(value) for name, value in options.items()} | files

    def _real(self, value: object) -> object:
        """Return what ``{"id": …}`` stands for; any other value as it is."""
        wanted = integer(mapping(value), "id")
        if not wanted:
            return value
        world = self._sim.world
        roles = {key: role for guild in world.guilds.values() for key, role in guild.roles.items()}
        found = world.users.get(wanted) or world.channels.get(wanted) or roles.get(wanted)
        if found is None:
            raise LookupError("that person, role or channel is gone")
        return found

    def _real_or_all(self, value: object) -> object:
        several = [self._real(one) for one in sequence(value)]
        return several if isinstance(value, list) else self._real(value)

    async def _menu(self, person: Person, form: PageForm) -> Interaction:
        name = text(form.data, "name")
        if "user_id" in form.data:
            _, channel = self._person_and_channel(form.data)
            target = self._sim.world.user(integer(form.data, "user_id"))
            return await person.use_user_menu(channel, target, name)
        _, message = self._target(form)
        return await person.use_menu(message, name)

    async def _click(self, person: Person, form: PageForm) -> Interaction:
        _, message = self._target(form)
        return await person.click(message, text(form.data, "custom_id"))

    async def _select(self, person: Person, form: PageForm) -> Interaction:
        _, message = self._target(form)
        values = [self._real(value) for value in sequence(form.data.get("values"))]
        return await person.select(message, text(form.data, "custom_id"), values)

    async def _modal(self, person: Person, form: PageForm) -> Interaction:
        opened = self._interactions.get(integer(form.data, "interaction_id"))
        if opened is None or opened.state.user is not person.user:
            raise problem(10062)
        values = mapping(form.data.get("values"))
        given: Payload = {name: self._real_or_all(value) for name, value in values.items()}
        for part, _ in form.files:
            name = part.removeprefix("files:")
            if name != part:
                given[name] = form.files_of(part)
        return await person.fill_modal(opened, given)
