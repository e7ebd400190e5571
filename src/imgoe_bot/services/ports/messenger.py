"""Discord, as far as the use cases write there."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Contact
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.media import Thumb


class Messenger(Protocol):
    """Discord, as far as the job runner needs it."""

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment.

        Raises:
            SourceGone: the message or the attachment was deleted, by Discord's own word.
            NotAllowed: the bot can't read the channel any more; that is proven.
            DiscordRefused: Discord does not show it, whatever the permissions.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Answer the source message the way the options say; with the same nonce it posts once.

        Args:
            card: what to show.
            options: in force where the source message stands.
            nonce: the same for each try.
            repeated: an earlier try may have posted: look for its message first.

        Returns:
            Where the answer stands; None when it is a mere reaction, or nothing.

        Raises:
            SourceGone: the source message was deleted, by Discord's own word.
            NotAllowed: the bot can't write there; that is proven, so the whole place rests.
            DiscordRefused: Discord takes no answer to this one post, in no way.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> MessageLocation:
        """Show moderators that a post's copies wait for their decision; the card hides them.

        Args:
            card: the post, held already.
            options: in force where its source stood; a log channel is where moderators look.
            nonce: the same for each try.

        Returns:
            Where it is shown now.

        Raises:
            SourceGone, NotAllowed, DiscordRefused: it can't be shown there.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; one that is gone is left alone."""
        ...

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; a card that is gone is left alone.

        Thumbs that are files of the card stay as long as their uploads have thumbs; others go.
        Discord fetches the rest anew.
        """
        ...

    async def lacks_thumbs(self, card: Card) -> bool:
        """Tell whether Discord has not loaded a picture of the card as it stands.

        Returns:
            False when they are all there, and when the card is gone or can't be read.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        """Show the card with these thumbs as files of its own; one that is gone is left alone.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[QuotaUse] = (), repeated: bool
    ) -> bool:
        """Send one person the delete links of their posts; the same copy's is sent once.

        Args:
            cards: one or more, all of the same author.
            near: the quotas that will soon bite, to be told along.
            repeated: an earlier try may have sent some: look for its messages first.

        Returns:
            False when their direct messages are closed.

        Raises:
            DirectMessagesHalted: Discord takes no direct messages of ours, whoever they are to.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        """Tell whoever made these rules that they rest, because permissions are missing."""
        ...

    async def tell_waiting(self, contact: Contact, error: ImgoeError) -> None:
        """Tell whoever can mend it what keeps a server's files from being kept."""
        ...

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that nothing is kept of a message, or a file, that was deleted."""
        ...

    async def tell_backfilled(self, post: Post, files: int, *, nonce: str, repeated: bool) -> bool:
        """Tell an author how many of their files a backfill has kept, and where they find them.

        Args:
            post: one of those that it kept files of.
            files: how many of their author's.
            nonce: the same for each try.
            repeated: an earlier try may have sent it: look for its message first.

        Returns, Raises: as for ``deliver``.
        """
        ...
