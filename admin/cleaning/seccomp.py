"""The list of system calls that a cleaning child may not make, as the kernel reads it.

The namespaces of bubblewrap are the wall; this is a second one, against what could be done to
the kernel itself, and the only one against new processes. A classic BPF program: man 2 seccomp.
"""

import errno
import platform
import struct
from typing import Final, NamedTuple


class _Machine(NamedTuple):
    arch: int
    clone: int
    denied: tuple[int, ...]


# Alike on every machine: clone3 (435) is answered apart.
_NEWER: Final = (
    *(425, 426, 427),  # io_uring
    *(428, 429, 430, 431, 432, 433, 442),  # mounting
    *(434, 438, 447),  # pidfd_open, pidfd_getfd, memfd_secret
)
_CLONE3: Final = 435
_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E,
        56,
        (
            *(41, 42, 53),  # socket, connect, socketpair
            *(57, 58),  # fork, vfork
            *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
            *(165, 166, 155, 272, 308, 161),  # mount, umount2, pivot_root, unshare, setns, chroot
            *(248, 249, 250),  # keys
            *(298, 321, 323, 303, 304),  # perf, bpf, userfaultfd, handles of files
            *(319, 29, 68, 64),  # memory outside the limits: memfd_create, shmget, msgget, semget
            *_NEWER,
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        220,
        (
            *(198, 203, 199),
            *(117, 270, 271, 272),
            *(40, 39, 41, 97, 268, 51),
            *(217, 218, 219),
            *(241, 280, 282, 264, 265),
            *(279, 194, 186, 190),
            *_NEWER,
        ),
    ),
}
_X32: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000

# Operations of classic BPF, and what seccomp returns.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16


def program() -> bytes | None:
    """Make the filter for this machine; None where its numbers are not known to us."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return None
    steps = [
        _step(_LOAD, _ARCH),
        _step(_EQUAL, machine.arch, then=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        *_deny(_AT_LEAST, _X32),
        *(step for number in machine.denied for step in _deny(_EQUAL, number)),
        # The C library then asks again by clone, whose first argument can be looked at.
        *_deny(_EQUAL, _CLONE3, errno.ENOSYS),
        _step(_EQUAL, machine.clone, otherwise=3),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _CLONE_THREAD, then=1),
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


def _deny(test: int, value: int, error: int = errno.EPERM) -> tuple[bytes, bytes]:
    return _step(test, value, otherwise=1), _step(_RETURN, _ERRNO | error)


def _step(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
