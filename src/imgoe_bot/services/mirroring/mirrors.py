"""Use case: keep what is posted in mirrored channels."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.guild import SERVER, Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, RuleId, new_id
from imgoe_bot.domain.mirror import (
    Circumstances,
    Decision,
    MessageFacts,
    SkipReason,
    decide,
    decide_asked,
)
from imgoe_bot.domain.options import Kind
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.mirroring.authors import Authors
from imgoe_bot.services.mirroring.new_posts import failure_of, item_of, post_of
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.history import NewPost
from imgoe_bot.services.ports.mirroring import RuleStore
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
        authors: Authors,
        notes: Notes,
        catch_ups: CatchUpQueue,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._posts = posts
        self._options = options
        self._layouts = layouts
        self._authors = authors
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

        Raises:
            SourceUnreachable: it depends on its author's roles, and Discord does not say them.
        """
        rule = rule or await self.rule_for(facts.guild_id, facts.channel_ids)
        if rule is None:
            return Decision(skip=SkipReason.NO_RULE)
        circumstances = await self._circumstances(facts, saved=saved)
        decision = decide(facts, [rule], circumstances)
        if not decision.lacks_roles:
            return decision
        return decide(await self._with_roles(facts), [rule], circumstances)

    async def _with_roles(self, facts: MessageFacts) -> MessageFacts:
        role_ids = await self._authors.role_ids(facts.guild_id, facts.author_id)
        return replace(facts, author_role_ids=role_ids)

    async def _circumstances(self, facts: MessageFacts, *, saved: bool = False) -> Circumstances:
        return Circumstances(
            options=await self._options.at(facts.guild_id, facts.channel_ids),
            choice=await self._authors.choice(facts.guild_id, facts.author_id),
            saved=saved,
        )

    async def observe(
        self, facts: MessageFacts, *, rule: MirrorRule | None = None, saved: bool = False
    ) -> Decision:
        """Store the work a message asks for; looked at again, only what it holds anew.

        Args:
            facts: the message.
            rule: as for ``decide``.
            saved: as for ``decide``.

        Raises:
            SourceUnreachable: as for ``decide``.
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

    async def plan_asked(
        self, facts: MessageFacts, kinds: frozenset[Kind], *, saved: bool = False
    ) -> Plan:
        """Decide on a message that a backfill comes by; see ``decide_asked``.

        What is left out of it is not told: nobody has just posted it.
        """
        circumstances = await self._circumstances(facts, saved=saved)
        decision = decide_asked(facts, circumstances, kinds)
        if decision.lacks_roles:
            decision = decide_asked(await self._with_roles(facts), circumstances, kinds)
        if not decision.keep:
            return Plan(decision)
        return Plan(decision, await self._new_post(facts, decision, ()))

    async def observe_older(
        self, facts: MessageFacts, *, rule: MirrorRule | None = None
    ) -> Decision | None:
        """Store what a message holds anew that is not of this minute; args as for ``observe``.

        Returns:
            None where nothing is stored of it, though there is something to keep: it may have been
            answered before, which reading its channel's history finds out.
        """
        plan = await self.plan(facts, rule=rule)
        if plan.new is not None:
            if not await self.known(facts.guild_id, [facts.message_id]):
                return None
            await self._posts.extend(plan.new.post, plan.new.items)
        return plan.decision

    async def known(
        self, guild_id: GuildId, message_ids: Collection[MessageId]
    ) -> frozenset[MessageId]:
        """Return those of these messages of which something is stored."""
        return await self._posts.find_known(guild_id, message_ids)

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
        post = replace(post_of(facts, decision.rule, at=self._clock.now()), layout=layout)
        return NewPost(post, tuple(map(item_of, decision.keep)), tuple(left_out))

    async def _worth_saying(self, guild_id: GuildId, decision: Decision) -> list[FailedItem]:
        """Return what to say of what is left out: kinds that are never kept only once a server."""
        reported = [
            each for each in decision.reported if await self._is_news(guild_id, each.reason)
        ]
        return [failure_of(each) for each in reported]

    async def _is_news(self, guild_id: GuildId, reason: SkipReason) -> bool:
        if reason not in (SkipReason.VOICE, SkipReason.ANIMATION):
            return True
        return await self._note_once(f"said {reason} {guild_id}")

    async def _note_once(self, name: str) -> bool:
        return await self._notes.write_once(name, self._clock.now().isoformat())

    async def choose(self, actor: Actor, guild_id: GuildId, choice: PersonChoice) -> None:
        """Store what a person says about being mirrored; it holds from the next message on."""
        await self._authors.choose(guild_id, actor.user_id, choice)
