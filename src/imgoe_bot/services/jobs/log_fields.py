"""What every log line of a job tells: whose it is, and of which message and file.

Each job is done in a task of its own, so nothing has to be unbound.
"""

import structlog

from imgoe_bot.domain.job import Job
from imgoe_bot.domain.post import Post


def bind_job(job: Job) -> None:
    """Have the log lines of this task tell which step it does, from now on."""
    structlog.contextvars.bind_contextvars(
        server=job.guild_id,
        post=job.post_id,
        step=job.step.value,
        file=job.item.filename if job.item is not None else None,
    )


def bind_post(post: Post) -> None:
    """Have them tell which message it is about, too."""
    structlog.contextvars.bind_contextvars(channel=post.channel_id, message=post.message_id)
