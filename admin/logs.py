"""Logs that tell where something went wrong, and nothing of who asked, for what, or when of a day.

An exception's message holds what was worked on: a form's words, a row's values. So no log of this
process ever writes one: neither Flask's nor gunicorn's nor a library's, nor Python's own hooks for
errors that nobody caught.
"""

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, Final, TextIO

from gunicorn.glogging import Logger

OWN: Final = "admin"
"""The application's logger: its messages are ours and hold no value of anyone's."""
_DAY: Final = "%Y-%m-%d"
_ENDED: Final = (BlockingIOError, ConnectionError, TimeoutError)
"""What comes of a sender that stopped or went away: nothing that an operator could mend."""


def describe(error: BaseException | None, trace: TracebackType | None = None) -> str:
    """Name an error's kind and the line that raised it."""
    if error is None:
        return "an error"
    trace = trace or error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"


def log_fault(error: BaseException) -> None:
    """Write down a fault whose person was told to come again, or nobody would ever mend it.

    Not one that an operator has brought about knowingly, as a move does (`is_meant`).
    """
    if not getattr(error, "is_meant", False):
        logging.getLogger(OWN).error("%s", describe(error))


class WithoutWords(logging.Filter):
    """Puts an error's kind and place where its message and traceback would stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            record.msg = f"{record.getMessage()}: {describe(record.exc_info[1])}"
            record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


_without_words: Final = WithoutWords()


class PlaceFormatter(logging.Formatter):
    """Writes our own messages; of a library's, only where it wrote one: those may hold values."""

    def format(self, record: logging.LogRecord) -> str:
        _without_words.filter(record)
        own = record.name == OWN
        words = record.getMessage() if own else f"{record.pathname}:{record.lineno}"
        return f"[{self.formatTime(record, _DAY)}] {record.levelname} {record.name}: {words}"


def quiet_flask_log() -> None:
    """Let the application's logger drop what errors say, whoever made its handlers."""
    logging.getLogger(OWN).addFilter(_without_words)


def quiet_process() -> None:
    """Keep every value out of what this process and its children write by themselves."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlaceFormatter())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger(OWN).handlers.clear()
    # Python tells of an error inside a log handler by writing the message and its arguments.
    logging.raiseExceptions = False
    warnings.showwarning = _tell_of_warning
    sys.excepthook = lambda _kind, error, trace: _tell("stopped", error, trace)
    threading.excepthook = lambda seen: _tell("thread ended", seen.exc_value, seen.exc_traceback)
    sys.unraisablehook = lambda seen: _tell("ignored", seen.exc_value, seen.exc_traceback)


def _tell(what: str, error: BaseException | None, trace: TracebackType | None) -> None:
    logging.getLogger(OWN).error("%s: %s", what, describe(error, trace))


def _tell_of_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, file, line
    logging.getLogger(OWN).warning("%s at %s:%s", category.__name__, filename, lineno)


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log without addresses, request lines and the words of exceptions.

    gunicorn warns of a malformed request by its sender's address and its words, and writes an
    exception's message and the address asked for.
    """

    # The day alone: most of these lines are about somebody's request.
    datefmt = f"[{_DAY}]"

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_without_words)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Invalid request"):
            super().warning("refused a request that is not HTTP")
        elif str(msg).startswith("Exception during"):
            super().warning("%s", describe(sys.exc_info()[1]))
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, *_args: Any, **_kwargs: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, _ENDED):
            super().error("%s, while a request was handled", describe(error))
