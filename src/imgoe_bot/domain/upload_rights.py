"""Who may upload what in a place, who may delete a copy, and who is shown its delete link."""

from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.options import Options, Treatment
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import MediaSkipped, NotAllowed


def check_may_upload(actor: Actor, options: Options) -> None:
    """Check that the actor is one of those whom the server lets upload on demand.

    Raises:
        NotAllowed: the server names a role for it, and the actor has neither that role nor the
            Manage Server permission.
    """
    role = options.uploaders
    if role is None or role in actor.role_ids or MANAGE_GUILD in actor.permissions:
        return
    raise NotAllowed(needs=f"role:{role}")


def check_wanted(item: Item, options: Options, *, nsfw: bool) -> None:
    """Check that the place keeps such files, whoever asks for it.

    Raises:
        MediaSkipped: it refuses spoilers, or what is not safe for work.
    """
    if item.spoiler and options.spoilers is Treatment.REFUSE:
        raise MediaSkipped(filename=item.filename, reason="spoiler")
    if nsfw and options.nsfw is Treatment.REFUSE:
        raise MediaSkipped(filename=item.filename, reason="nsfw")


def check_kind(mime: str, options: Options, *, filename: str) -> None:
    """Check that the place keeps images, or videos, whichever it is.

    Raises:
        MediaSkipped: it does not.
    """
    if mime.partition("/")[0] not in options.kinds:
        raise MediaSkipped(filename=filename, reason="kind")


def may_delete(actor: Actor, upload: Upload) -> bool:
    """Tell whether the actor is the uploader, or moderates the guild it was posted in."""
    if actor.user_id == upload.uploader_id:
        return True
    return actor.guild_id == upload.guild_id and MANAGE_MESSAGES in actor.permissions


def may_see_link(actor: Actor, upload: Upload) -> bool:
    """Tell whether the actor may be shown the delete link: its uploader, nobody else."""
    return actor.user_id == upload.uploader_id
