"""What goes wrong between a reporter's or a member's script and the server, declared once.

Each is told by one word and one status. The scripts know the same words.
"""

import enum
from typing import Final


class Problem(enum.StrEnum):
    UNIT_CLOSED = "unit_closed"
    """No such unit reads tips now, or it has renewed its key: ask again, seal anew."""
    REFERENCE_TAKEN = "reference_taken"
    OTHER_WORDS = "other_words"
    """Under this receipt lie other words."""
    FILES = "files"
    """A file that is named is not there."""
    CHALLENGE = "challenge"
    """The proof of work is missing, old or spent."""
    TICKET = "ticket"
    """The ticket of a file or a draft is not ours, or its time is over."""
    PART = "part"
    """This part is not the next one, or not whole."""
    TOO_BIG = "too_big"
    FULL = "full"
    """No room for files; words are taken."""
    AWAY = "away"
    """The store of files does not answer; words are taken."""
    NO_ROOM = "no_room"
    """No room for words either: other channels are named, and the page opens again by itself."""
    BUSY = "busy"
    """Nothing can be stored now; a later try may do."""
    UNKNOWN = "unknown"
    """There is no such receipt."""
    TOKEN = "token"  # noqa: S105 (a word for a form's token, no secret)
    """The page was open for too long."""
    UNIT_OPEN = "unit_open"
    """A key is there after all: look again, and seal what was written."""
    NUMBER_TAKEN = "number_taken"
    """Another message came first: look again, and seal anew."""
    PURGED = "purged"
    TALK_FULL = "talk_full"
    FULL_TODAY = "full_today"
    SHARE_USED = "share_used"
    """The sender's network has used its share of the talk's room."""
    MARKED = "marked"
    """The call for protection is kept, its words are not."""


STATUSES: Final = {
    **dict.fromkeys(Problem, 409),
    Problem.CHALLENGE: 400,
    Problem.PART: 400,
    Problem.TOKEN: 400,
    Problem.UNKNOWN: 404,
    Problem.TICKET: 410,
    Problem.PURGED: 410,
    Problem.TOO_BIG: 413,
    Problem.BUSY: 503,
    Problem.FULL: 507,
    Problem.AWAY: 507,
    Problem.NO_ROOM: 507,
}
"""The status of the answer that tells each; 409 where nothing says it better."""
