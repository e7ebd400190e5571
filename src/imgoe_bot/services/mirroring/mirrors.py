"""Use case: keep what is posted in mirrored channels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.guild import SERVER, Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, PostId, RuleId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.mirror import (
    AttachmentFacts,
    Circumstances,
    Decision,
    MessageFacts,
    SkippedAttachment,
    SkipReason,
    decide,
)
from imgoe_bot.domain.post import Origin, Post
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import ImgoeError, MediaSkipped, MediaTooLarge
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.history import NewPost
from imgoe_bot.services.ports.mirroring import ChoiceStore, RuleStore
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.ports.posts import PostStore
from imgoe_bot.services.settings.options import OptionService


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided on a message, and what is to be stored of it; None when nothing is."""

    decision: Decision
    new: NewPost | None = None


class MirrorService:
    """Rules, and the messages they catch."""

    def __init__(
        self,
        rules: RuleStore,
        posts: PostStore,
        *,
        options: OptionService,
        layouts: Layouts,
        choices: ChoiceStore,
        notes: Notes,
        catch_ups: CatchUpQueue,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._posts = posts
        self._options = options
        self._layouts = layouts
        self._choices = choices
        self._notes = notes
        self._catch_ups = catch_ups
        self._clock = clock

    async def add_rule(self, actor: Actor, channel_id: ChannelId, *, begins_at: MessageId) -> bool:
        """Mirror a channel from now on; False when it is mirrored already.

        Args:
            actor: who asks.
            channel_id: where.
            begins_at: an id that Discord gave when it was asked for, such as the interaction's.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        now = self._clock.now()
        rule = MirrorRule(
            id=RuleId(new_id()),
            guild_id=guild_id,
            channel_id=channel_id,
            created_by=actor.user_id,
            created_at=now,
            begins_at=begins_at,
        )
        added = await self._rules.add(rule)
        self._catch_ups.ask_now(guild_id)
        return await self._noted(actor, channel_id, added, new="on")

    async def remove_rule(self, actor: Actor, channel_id: ChannelId) -> bool:
        """Stop mirroring a channel; False when it was not mirrored.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        removed = await self._rules.remove(check_may_manage(actor), channel_id)
        return await self._noted(actor, channel_id, removed, old="on")

    async def rules(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        """Return the guild's rules, oldest first."""
        return await self._rules.of_guild(guild_id)

    def known_rules(self, guild_id: GuildId) -> tuple[MirrorRule, ...] | None:
        """Return the guild's rules without a wait, None where they are not in memory."""
        return self._rules.known_of_guild(guild_id)

    async def all_rules(self) -> tuple[MirrorRule, ...]:
        """Return every guild's rules."""
        return await self._rules.all()

    async def rule_for(
        self, guild_id: GuildId, channel_ids: Sequence[ChannelId]
    ) -> MirrorRule | None:
        """Return the rule that covers a channel, None when none does.

        Args:
            guild_id: the server.
            channel_ids: the channel and what it stands in, innermost first.
        """
        return find_rule(channel_ids, await self._rules.of_guild(guild_id), guild_id=guild_id)

    def is_surely_unmirrored(self, guild_id: GuildId, channel_ids: Sequence[ChannelId]) -> bool:
        """Tell, without a wait, that no rule covers a channel; False where that isn't known."""
        known = self.known_rules(guild_id)
        return known is not None and find_rule(channel_ids, known, guild_id=guild_id) is None

    async def _noted(
        self,
        actor: Actor,
        place: ChannelId,
        changed: bool,
        *,
        old: str | None = None,
        new: str | None = None,
    ) -> bool:
        """Note a change of a rule, if there was one, in the server's history."""
        if changed:
            scope_id = SERVER if int(place) == actor.guild_id else int(place)
            await self._options.note(actor, scope_id, "mirror", old=old, new=new)
        return changed

    async def decide(
        self, facts: MessageFacts, *, rule: MirrorRule | None = None, saved: bool = False
    ) -> Decision:
        """Decide on a message without doing anything.

        Args:
            facts: the message.
            rule: the one that covers it; None: it is looked up.
            saved: whether its author asked for this very message.
        """
        rule = rule or await self.rule_for(facts.guild_id, facts.channel_ids)
        if rule is None:
            return Decision(skip=SkipReason.NO_RULE)
        circumstances = Circumstances(
            options=await self._options.at(facts.guild_id, facts.channel_ids),
            choice=await self._choices.find(facts.author_id, facts.guild_id),
            saved=saved,
        )
        return decide(facts, [rule], circumstances)

    async def observe(
        self, facts: MessageFacts, *, rule: MirrorRule | None = None, saved: bool = False
    ) -> Decision:
        """Store the work a message asks for; looked at again, only what it holds anew.

        Args:
            facts: the message.
            rule: as for ``decide``.
            saved: as for ``decide``.
        """
        plan = await self.plan(facts, rule=rule, saved=saved)
        new = plan.new
        if new is not None and not await self._posts.add(new.post, new.items, new.left_out):
            await self._posts.extend(new.post, new.items)
        return plan.decision

    async def plan(
        self, facts: MessageFacts, *, rule: MirrorRule | None = None, saved: bool = False
    ) -> Plan:
        """Decide on a message, and say what is to be stored of it; args as for ``observe``."""
        decision = await self.decide(facts, rule=rule, saved=saved)
        left_out = await self._worth_saying(facts.guild_id, decision)
        if not decision.keep and not left_out:
            return Plan(decision)
        return Plan(decision, await self._new_post(facts, decision, left_out))

    async def take_question(self, facts: MessageFacts, decision: Decision) -> bool:
        """Tell whether to ask a message's author now: once a message that could be kept.

        Args:
            facts: the message.
            decision: what ``observe`` decided on it.
        """
        if decision.skip is not SkipReason.NOT_ASKED:
            return False
        if not (await self.decide(facts, rule=decision.rule, saved=True)).keep:
            return False
        if await self._posts.find_post(facts.guild_id, facts.message_id) is not None:
            return False
        return await self._note_once(f"asked {facts.guild_id} {facts.message_id}")

    async def _new_post(
        self, facts: MessageFacts, decision: Decision, left_out: Sequence[FailedItem]
    ) -> NewPost:
        options = await self._options.at(facts.guild_id, facts.channel_ids)
        layout = await self._layouts.choose(options, facts.guild_id, files=len(decision.keep))
        post = replace(self._post_of(facts, decision.rule), layout=layout)
        return NewPost(post, tuple(map(_item_of, decision.keep)), tuple(left_out))

    async def _worth_saying(self, guild_id: GuildId, decision: Decision) -> list[FailedItem]:
        """Return what to say of what is left out: kinds that are never kept only once a server."""
        reported = [
            each for each in decision.reported if await self._is_news(guild_id, each.reason)
        ]
        return [_failure_of(each) for each in reported]

    async def _is_news(self, guild_id: GuildId, reason: SkipReason) -> bool:
        if reason not in (SkipReason.VOICE, SkipReason.ANIMATION):
            return True
        return await self._note_once(f"said {reason} {guild_id}")

    async def _note_once(self, name: str) -> bool:
        return await self._notes.write_once(name, self._clock.now().isoformat())

    async def choose(self, actor: Actor, guild_id: GuildId, choice: PersonChoice) -> None:
        """Store what a person says about being mirrored; it holds from the next message on."""
        await self._choices.choose(actor.user_id, guild_id, choice, at=self._clock.now())

    def _post_of(self, facts: MessageFacts, rule: MirrorRule | None) -> Post:
        return Post(
            id=PostId(new_id()),
            origin=Origin.MIRROR,
            guild_id=facts.guild_id,
            channel_id=facts.channel_ids[0],
            author_id=facts.author_id,
            created_at=self._clock.now(),
            message_id=facts.message_id,
            rule_id=rule.id if rule else None,
            nsfw=facts.nsfw,
            locale=facts.locale,
            parent_ids=facts.channel_ids[1:],
            by_bot=facts.author_is_bot,
        )


def _item_of(attachment: AttachmentFacts) -> Item:
    return Item(
        attachment_id=attachment.id,
        position=attachment.position,
        filename=attachment.filename,
        spoiler=attachment.spoiler,
        source=attachment.source,
    )


def _failure_of(skipped: SkippedAttachment) -> FailedItem:
    attachment = skipped.attachment
    return FailedItem(attachment.position, attachment.filename, _error_of(skipped))


def _error_of(skipped: SkippedAttachment) -> ImgoeError:
    attachment = skipped.attachment
    if skipped.reason is SkipReason.SIZE:
        return MediaTooLarge(filename=attachment.filename, size_bytes=attachment.size_bytes)
    return MediaSkipped(filename=attachment.filename, reason=skipped.reason.value)
