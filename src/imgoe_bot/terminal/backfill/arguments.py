"""What ``imgoe-bot backfill`` can be told."""

from dataclasses import dataclass
from typing import Annotated

import typer


@dataclass(frozen=True, slots=True)
class BackfillArguments:
    """The options of ``imgoe-bot backfill``, as typed; without a place it lists and follows."""

    server: Annotated[
        int | None, typer.Option(help="Id of the server; alone it stands for all of it.")
    ] = None
    channel: Annotated[
        int | None, typer.Option(help="Id of a channel, forum, category or thread.")
    ] = None
    begin: Annotated[
        str | None,
        typer.Option("--from", help="2024, 2024-05-31, 90d, or a message's link; UTC."),
    ] = None
    end: Annotated[
        str | None, typer.Option("--to", help="As --from; that day or message included.")
    ] = None
    types: Annotated[str, typer.Option(help="image, video, or both with a comma.")] = "image,video"
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what there is.")] = False
    cards: Annotated[bool, typer.Option("--cards", help="Answer what is kept with cards.")] = False
    summary: Annotated[
        bool, typer.Option("--summary", help="Write to each person once, at the end.")
    ] = False

    @property
    def names_place(self) -> bool:
        """Whether one is to be begun."""
        return self.server is not None or self.channel is not None
