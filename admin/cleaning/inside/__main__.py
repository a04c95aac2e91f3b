"""`python -m inside KIND`: reads a file at standard input, writes it cleaned to standard output."""

import errno
import importlib
import os
import sys
from contextlib import suppress
from typing import NoReturn

from .verdicts import BROKEN, NO_TOOL, TOO_LARGE, Stop

# By what the child is told to do: the module that does it. Loaded alone: the others cost time.
MODULES = {"picture": "pictures", "paper": "papers", "office": "office", "frames": "frames"}


def main() -> NoReturn:
    """End at once with a code: nothing is said, nothing is tidied up."""
    code = _work(*sys.argv[1:])
    with suppress(OSError):
        sys.stdout.buffer.flush()
    os._exit(code)


def _work(job: str, media_type: str) -> int:
    if job == "nothing":
        return 0
    try:
        module = importlib.import_module(f"{__package__}.{MODULES[job]}")
    except ImportError:
        return NO_TOOL
    try:
        sys.stdout.buffer.write(module.clean(sys.stdin.buffer, media_type))
        sys.stdout.buffer.flush()
    except Stop as stop:
        return stop.code
    except MemoryError:
        return TOO_LARGE
    except Exception as error:  # a parser fails in as many ways as there are files
        return TOO_LARGE if getattr(error, "errno", None) == errno.EFBIG else BROKEN
    return 0


main()
