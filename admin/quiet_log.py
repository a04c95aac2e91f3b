"""gunicorn's log without what it would tell of a visitor: addresses, request lines, exceptions."""

import sys
from typing import Any

from gunicorn.glogging import Logger


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Writes that something was wrong, and of what kind; never who asked, nor for what.

    gunicorn warns of a malformed request by its sender's address and its words, and writes an
    exception's message and the address asked for.
    """

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Invalid request"):
            super().warning("refused a request that is not HTTP")
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, *_args: Any, **_kwargs: Any) -> None:
        kind = sys.exc_info()[0]
        super().error("%s while a request was handled", kind.__name__ if kind else "an error")
