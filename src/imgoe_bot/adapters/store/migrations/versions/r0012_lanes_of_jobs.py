"""Which lane a job waits in and whether its time has come; indexes of what is left to be done.

Jobs that are done keep the lane of those that ask no host: nobody takes them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SET_LANES = """
    UPDATE job SET lane = coalesce(
        (SELECT nullif(host_url, '') FROM guild WHERE guild.guild_id = job.guild_id), 'default'
    )
    WHERE state != 'done' AND step IN ('upload', 'retire', 'review', 'erase')
"""
PUT_OFF = """
    UPDATE job SET due = false WHERE state = 'ready' AND run_at > {now}
"""
NOW = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)",
}
"""Microseconds since 1970, as every time is stored."""
INDEXES = {
    "ix_job_due": (["lane", "guild_id", "run_at", "id"], "state = 'ready' AND due"),
    "ix_job_later": (["run_at"], "state = 'ready' AND NOT due"),
    "ix_job_leased": (["lease_until"], "state = 'leased'"),
    "ix_job_open": (["guild_id", "state", "step", "run_at"], "state != 'done'"),
    "ix_job_letter": (["letter"], "letter IS NOT NULL"),
    "ix_job_put_off": (
        ["run_at"],
        "state = 'ready' AND NOT due AND step = 'deliver' AND letter = post_id",
    ),
}


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("job", sa.Column("lane", sa.Text(), server_default="", nullable=False))
    op.add_column("job", sa.Column("due", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(SET_LANES)
    op.execute(PUT_OFF.format(now=NOW[op.get_bind().dialect.name]))
    op.drop_index("ix_job_state_run_at", table_name="job")
    op.drop_index("ix_job_letter", table_name="job")
    for name, (columns, where) in INDEXES.items():
        partial = sa.text(where)
        op.create_index(name, "job", columns, sqlite_where=partial, postgresql_where=partial)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    for name in INDEXES:
        op.drop_index(name, table_name="job")
    op.create_index("ix_job_letter", "job", ["letter"])
    op.create_index("ix_job_state_run_at", "job", ["state", "run_at"])
    op.drop_column("job", "due")
    op.drop_column("job", "lane")
