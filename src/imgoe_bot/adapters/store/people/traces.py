"""What names a person beside their uploads."""

from sqlalchemy import Executable, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import IS_DEAD
from imgoe_bot.domain.ids import UserId


def traces_of(user_id: UserId) -> dict[str, Executable]:
    """Everything that names a person beside their uploads, by what it is."""
    people, rule, audit, guild = t.person.c, t.mirror_rule.c, t.audit.c, t.guild.c
    asked = t.command.c
    failed = (t.post.c.author_id == user_id, IS_DEAD)
    return {
        "direct_messages": select(
            people.dms_closed_until, people.dm_opened_at, people.quiet_until
        ).where(people.user_id == user_id),
        "not_kept": select(t.post.c.guild_id, t.post.c.channel_id, t.job.c.filename, t.job.c.error)
        .join(t.post, t.post.c.id == t.job.c.post_id)
        .where(*failed),
        "commands": select(
            t.post.c.guild_id, t.post.c.channel_id, asked.requested, asked.locale, asked.private
        )
        .join(t.post, t.post.c.id == asked.post_id)
        .where(asked.user_id == user_id),
        "mirrored_channels": select(rule.guild_id, rule.channel_id, rule.created_at).where(
            rule.created_by == user_id
        ),
        "changes": select(audit.guild_id, audit.at, audit.name, audit.old, audit.new).where(
            audit.actor_id == user_id
        ),
        "deleted_for_others": select(
            t.upload.c.guild_id, t.upload.c.id, t.upload.c.deleted_at
        ).where(t.upload.c.deleted_by == user_id, t.upload.c.uploader_id != user_id),
        "uploads_a_day": select(
            t.tally.c.guild_id, t.tally.c.channel_id, t.tally.c.day, t.tally.c.files
        ).where(t.tally.c.user_id == user_id, t.ONE_PERSON, t.tally.c.channel_id != 0),
        "backfills": select(t.backfill.c.guild_id, t.backfill.c.asked_at).where(
            t.backfill.c.asked_by == user_id
        ),
        "found_by_backfills": select(
            t.backfill_tally.c.guild_id, t.backfill_tally.c.kind, t.backfill_tally.c.files
        ).where(t.backfill_tally.c.user_id == user_id),
        "likely_orphans": select(
            t.orphan.c.host_url, t.orphan.c.filename, t.orphan.c.sent_at, t.orphan.c.probable_url
        )
        .join(t.post, t.post.c.id == t.orphan.c.post_id)
        .where(t.post.c.author_id == user_id),
        "own_key": select(guild.host_url, guild.key_fingerprint).where(guild.guild_id == user_id),
    }
