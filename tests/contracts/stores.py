"""Stores over one database, and the values to fill them with."""

import itertools
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.adapters.store import (
    Claims,
    Database,
    SqlBackfillStore,
    SqlCommandStore,
    SqlDirectMessageStore,
    SqlGuildStore,
    SqlHistoryStore,
    SqlJobStore,
    SqlNotes,
    SqlOptionStore,
    SqlPostStore,
    SqlRuleStore,
)
from imgoe_bot.adapters.store.catalogue.places import PostPlace, store_uploads
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.posts.post_jobs import failed_values, job_values, order_reviews
from imgoe_bot.adapters.store.posts.post_rows import insert_post
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.claim_order import Hands
from imgoe_bot.domain.command import TOKEN_LIFE, Command
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    PostId,
    RuleId,
    UploadId,
    UserId,
    new_id,
    snowflake_at,
)
from imgoe_bot.domain.job import Item, Job, State, Step
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import MessageLocation, Origin, Post
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.upload import DeleteLink, Stored, Upload
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS
from imgoe_bot.services.ports.jobs import Offer

NOW = datetime(2026, 5, 4, 12, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=60)
HOST = "https://host.example"
GUILD = GuildId(1_100_000_000_000_000_001)
BEN = UserId(1_200_000_000_000_000_002)
LINK = f"{HOST}/image/Ab1/delete/{'5e' * 24}"
CARD = MessageLocation(ChannelId(1_300_000_000_000_000_003), MessageId(1_300_000_000_000_000_004))

_numbers = itertools.count(1_400_000_000_000_000_000)


def fresh_number() -> int:
    """Return a snowflake no other call returns: beyond 32 bits, as Discord's are."""
    return next(_numbers)


@contextmanager
def statements_asked(of: Engine | type[Engine]) -> Generator[list[str]]:
    """Note every statement that an engine, or any, is given in the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(of, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(of, "before_cursor_execute", note)


def item(position: int = 0, *, filename: str = "cat.png", spoiler: bool = False) -> Item:
    return Item(AttachmentId(fresh_number()), position, filename, spoiler)


def post(*, guild_id: GuildId = GUILD, age: timedelta = timedelta(0)) -> Post:
    """Return a mirrored message's post, never the same message twice."""
    return Post(
        id=PostId(new_id()),
        origin=Origin.MIRROR,
        guild_id=guild_id,
        channel_id=ChannelId(77),
        author_id=BEN,
        created_at=NOW - age,
        message_id=MessageId(fresh_number()),
        rule_id=RuleId("rule"),
    )


def slash_post() -> Post:
    return replace(post(), origin=Origin.SLASH, message_id=None, rule_id=None)


def command(*positions: int, **changes: object) -> Command:
    """Return how an interaction is answered that Ben began just now, about these files."""
    asked = Command(
        application_id=5,
        token="a token of an interaction",
        expires_at=NOW + TOKEN_LIFE,
        user_id=BEN,
        locale="en-US",
        requested=NO_UPLOAD_OPTIONS,
        sources={n: Source(f"https://cdn.example/{n}", f"{n}.png", 100) for n in positions},
    )
    return replace(asked, **changes)  # type: ignore[arg-type]  # fields by name


def stored(*, link: str | None = LINK) -> Stored:
    return Stored(
        mime="image/png",
        size_bytes=5_000_000_000,
        viewer_url=f"{HOST}/image/Ab1",
        url=f"{HOST}/images/cat.png",
        thumb_url=f"{HOST}/images/cat.th.png",
        width_px=640,
        height_px=480,
        delete_link=None if link is None else DeleteLink(link),
    )


def upload_of(
    owner: Post, what: Item, *, link: str | None = LINK, sha256: str = "ab" * 32
) -> Upload:
    return Upload(
        id=UploadId(new_id()),
        post_id=owner.id,
        guild_id=owner.guild_id,
        uploader_id=owner.author_id,
        attachment_id=what.attachment_id,
        position=what.position,
        filename=what.filename,
        host_url=HOST,
        sha256=sha256,
        stored=stored(link=link),
        created_at=NOW,
        spoiler=what.spoiler,
    )


async def add_uploaded(
    stores: "Stores", owner: Post, *uploads: Upload, left_out: Sequence[FailedItem] = ()
) -> None:
    """Store an answered post with its uploads, what failed of it, and the jobs that follow."""

    def unit(connection: Connection) -> None:
        insert_post(connection, replace(owner, answered=True))
        place = PostPlace(owner.channel_id, owner.parent_ids)
        store_uploads(connection, uploads, place, vault=stores.vault)
        insert_jobs(connection, [failed_values(owner, each) for each in left_out])
        if not owner.is_personal:
            insert_jobs(connection, [job_values(owner, Step.DELIVER, State.READY)])
        order_reviews(connection, owner)

    await stores.claims.write(unit)


def rule(*, guild_id: GuildId = GUILD, channel_id: int = 77, at: datetime = NOW) -> MirrorRule:
    return MirrorRule(
        id=RuleId(new_id()),
        guild_id=guild_id,
        channel_id=ChannelId(channel_id),
        created_by=BEN,
        created_at=at,
        begins_at=MessageId(snowflake_at(at)),
    )


def _random_vault() -> Vault:
    return Vault(os.urandom(32))


@dataclass(slots=True)
class Stores:
    """Every SQL store of one process over one database."""

    engine: AsyncEngine
    vault: Vault = field(default_factory=_random_vault)
    database: Database = field(init=False)
    claims: Claims = field(init=False)
    guilds: SqlGuildStore = field(init=False)
    rules: SqlRuleStore = field(init=False)
    history: SqlHistoryStore = field(init=False)
    posts: SqlPostStore = field(init=False)
    commands: SqlCommandStore = field(init=False)
    jobs: SqlJobStore = field(init=False)
    direct_messages: SqlDirectMessageStore = field(init=False)
    backfills: SqlBackfillStore = field(init=False)
    notes: SqlNotes = field(init=False)
    options: SqlOptionStore = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.engine)
        self.claims = Claims(self.database)
        self.guilds = SqlGuildStore(self.database, vault=self.vault)
        self.rules = SqlRuleStore(self.database)
        self.history = SqlHistoryStore(self.database, vault=self.vault, claims=self.claims)
        self.posts = SqlPostStore(self.database, vault=self.vault, claims=self.claims)
        self.commands = SqlCommandStore(self.database, vault=self.vault, claims=self.claims)
        self.jobs = SqlJobStore(self.database, vault=self.vault, claims=self.claims)
        self.direct_messages = SqlDirectMessageStore(self.database, claims=self.claims)
        self.backfills = SqlBackfillStore(self.database, vault=self.vault, claims=self.claims)
        self.notes = SqlNotes(self.database)
        self.options = SqlOptionStore(self.database)

    async def claim(
        self,
        owner: str = "worker",
        *,
        at: datetime = NOW,
        limit: int = 10,
        share: int = 100,
        held: Sequence[Job] = (),
    ) -> tuple[Job, ...]:
        return await self.jobs.claim(Offer(owner, at, LEASE, Hands(held, limit, share)))

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return what the tables really hold."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.exec_driver_sql(sql)]

    async def run(self, sql: str, **values: object) -> None:
        """Change the tables behind the stores' back."""
        async with self.engine.begin() as connection:
            await connection.execute(text(sql), values)
