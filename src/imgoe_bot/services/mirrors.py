"""Use case: keep what is posted in mirrored channels."""

from collections.abc import Sequence

from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, PostId, RuleId, new_id, snowflake_at
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.mirror import (
    AttachmentFacts,
    Circumstances,
    Decision,
    MessageFacts,
    MirrorRule,
    PersonChoice,
    Skip,
    asked_for,
    decide,
    find_rule,
)
from imgoe_bot.domain.upload import Origin, Post
from imgoe_bot.services.options import OptionService
from imgoe_bot.services.ports import ChoiceStore, Clock, PostStore, RuleStore


class MirrorService:
    """Rules, and the messages they catch."""

    def __init__(
        self,
        rules: RuleStore,
        posts: PostStore,
        *,
        options: OptionService,
        choices: ChoiceStore,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._posts = posts
        self._options = options
        self._choices = choices
        self._clock = clock

    async def add_rule(self, actor: Actor, channel_id: ChannelId) -> bool:
        """Mirror a channel from now on; False when it is mirrored already.

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
            seen_message_id=MessageId(snowflake_at(now)),
        )
        return await self._rules.add(rule)

    async def remove_rule(self, actor: Actor, channel_id: ChannelId) -> bool:
        """Stop mirroring a channel; False when it was not mirrored.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        return await self._rules.remove(check_may_manage(actor), channel_id)

    async def rules(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        """Return the guild's rules, oldest first."""
        return await self._rules.of_guild(guild_id)

    async def all_rules(self) -> tuple[MirrorRule, ...]:
        """Return every guild's rules."""
        return await self._rules.all()

    async def pause_rule(self, actor: Actor, channel_id: ChannelId, *, paused: bool) -> bool:
        """Let a channel's rule rest or work again; False when there is none.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        return await self._rules.pause(check_may_manage(actor), channel_id, paused=paused)

    async def decide(self, facts: MessageFacts, *, saved: bool = False) -> Decision:
        """Decide on a message without doing anything.

        Args:
            facts: the message.
            saved: whether somebody asked for this very message.
        """
        rules = await self._rules.of_guild(facts.guild_id)
        if find_rule(facts, rules) is None and not saved:
            return Decision(skip=Skip.NO_RULE)
        around = Circumstances(
            options=await self._options.at(facts.guild_id, facts.channel_ids),
            choice=await self._choices.find(facts.author_id, facts.guild_id),
            saved=saved,
        )
        return decide(facts, rules, around)

    async def observe(self, facts: MessageFacts, *, saved: bool = False) -> Decision:
        """Store the work a message asks for; the same message twice is stored once."""
        decision = await self.decide(facts, saved=saved)
        if decision.keep:
            await self._store(facts, decision)
        if decision.rule is not None:
            await self._rules.mark_seen(decision.rule, facts.message_id)
        return decision

    async def keep(self, facts: MessageFacts) -> Decision:
        """Store the work for a message that somebody picked by the menu."""
        decision = asked_for(facts)
        if decision.keep:
            await self._store(facts, decision)
        return decision

    async def _store(self, facts: MessageFacts, decision: Decision) -> None:
        post = self._post_of(facts, decision.rule)
        await self._posts.add(post, [_item_of(kept) for kept in decision.keep])

    async def choose(self, actor: Actor, guild_id: GuildId, choice: PersonChoice) -> None:
        """Store what a person says about being mirrored; it holds from the next message on."""
        await self._choices.choose(actor.user_id, guild_id, choice, at=self._clock.now())

    async def source_deleted(self, message_ids: Sequence[MessageId]) -> None:
        """Stop what is under way for messages that their authors took back."""
        await self._posts.withdraw(message_ids, at=self._clock.now())

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
        )


def _item_of(attachment: AttachmentFacts) -> Item:
    return Item(
        attachment_id=attachment.id,
        position=attachment.position,
        filename=attachment.filename,
        spoiler=attachment.spoiler,
        source=attachment.source,
    )
