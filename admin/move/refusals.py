"""Why a move does not begin, stops, or cannot tell how it ended."""


class NotEmpty(Exception):
    """Something of another origin lies in the new place."""


class OtherDistrict(NotEmpty):
    """The new place holds another installation."""


class OtherMove(NotEmpty):
    """The new place holds a half of another move."""


class OtherTarget(Exception):
    """This place is on its way to another one already; the message says where."""


class OtherForm(Exception):
    """The new place's database is of another form than this program's."""


class ArrivedBefore(Exception):
    """This move has come to its end: what is there now must not be touched any more."""


class NeverClosed(Exception):
    """Writers went on and on: the shutters did not come down."""


class Unlike(Exception):
    """At the very end both places are not the same; the message names the table."""


class LogBroken(Exception):
    """The audit log of the new place does not prove itself."""


class HalfOpened(Exception):
    """The old place is sealed off, and whether the new one was opened is not known."""
