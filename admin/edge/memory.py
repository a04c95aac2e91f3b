"""Keeps this process's memory off every disk: nothing swapped out, no core dump."""

import ctypes
import resource
from typing import Final

_CURRENT_FUTURE_ON_FAULT: Final = 1 | 2 | 4
_PR_SET_DUMPABLE: Final = 4


def forbid_dumps() -> None:
    """Let no crash write memory: by the limit, and for a program behind a pipe by the mark."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def lock_memory() -> bool:
    """Keep each page that is used in memory; False where the system does not let us."""
    return int(ctypes.CDLL(None).mlockall(_CURRENT_FUTURE_ON_FAULT)) == 0
