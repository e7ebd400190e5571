"""Discord's error codes that mean something to us.

Source: Discord's developer documentation, JSON error codes; DISCORD.md section 1, "Seen since".
"""

UNKNOWN_CHANNEL = 10003
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
MISSING_ACCESS = 50001
MISSING_PERMISSIONS = 50013
WRONG_KIND_OF_CHANNEL = 50024
INVALID_FORM = 50035
ARCHIVED = 50083
BLOCKED_BY_PERSON = 90001
NO_REPLY = 160002
THREAD_EXISTS = 160004
TOO_MANY_REACTIONS = 30010
TOO_MANY_THREADS = 160006
AUTOMOD_MESSAGE = 200000
AUTOMOD_TITLE = 200001

NO_MEMBER = frozenset({UNKNOWN_MEMBER, UNKNOWN_USER})
"""Said of whoever is in the server no more."""
LACKING = frozenset({MISSING_ACCESS, MISSING_PERMISSIONS})
"""Said where the bot may not: the only ones that a permission mends."""
AUTOMOD = frozenset({AUTOMOD_MESSAGE, AUTOMOD_TITLE})
FINAL = AUTOMOD | {
    WRONG_KIND_OF_CHANNEL,
    ARCHIVED,
    BLOCKED_BY_PERSON,
    NO_REPLY,
    TOO_MANY_REACTIONS,
    TOO_MANY_THREADS,
}
"""Said of one post or one person, whatever the HTTP status: a repeat is refused too."""
