"""Use case: keep what is posted in mirrored channels."""

from collections.abc import Sequence

from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, PostId, RuleId, new_id, snowflake_at
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.mirror import AttachmentFacts, Decision, MessageFacts, MirrorRule, decide
from imgoe_bot.domain.upload import Origin, Post
from imgoe_bot.services.ports import Clock, PostStore, RuleStore


class MirrorService:
    """Rules, and the messages they catch."""

    def __init__(self, rules: RuleStore, posts: PostStore, *, clock: Clock) -> None:
        self._rules = rules
        self._posts = posts
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

    async def observe(self, facts: MessageFacts) -> Decision:
        """Store the work a message asks for; the same message twice is stored once."""
        decision = decide(facts, await self._rules.of_guild(facts.guild_id))
        if decision.rule is None:
            return decision
        if decision.keep:
            post = self._post_of(facts, decision.rule)
            await self._posts.add(post, [_item_of(kept) for kept in decision.keep])
        await self._rules.mark_seen(decision.rule, facts.message_id)
        return decision

    async def source_deleted(self, message_ids: Sequence[MessageId]) -> None:
        """Stop what is under way for messages that their authors took back."""
        await self._posts.withdraw(message_ids, at=self._clock.now())

    def _post_of(self, facts: MessageFacts, rule: MirrorRule) -> Post:
        return Post(
            id=PostId(new_id()),
            origin=Origin.MIRROR,
            guild_id=facts.guild_id,
            channel_id=facts.channel_ids[0],
            author_id=facts.author_id,
            created_at=self._clock.now(),
            message_id=facts.message_id,
            rule_id=rule.id,
            nsfw=facts.nsfw,
            locale=facts.locale,
        )


def _item_of(attachment: AttachmentFacts) -> Item:
    return Item(
        attachment_id=attachment.id,
        position=attachment.position,
        filename=attachment.filename,
        spoiler=attachment.spoiler,
    )
