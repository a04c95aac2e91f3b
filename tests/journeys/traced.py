"""What a group of processes writes, by strace: each path that it opens to write, and each byte."""

import os
import re
import shutil
import threading
from dataclasses import dataclass, field

STRACE = shutil.which("strace")
CALLS = (
    "openat,open,creat,openat2,memfd_create,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "write,pwrite64,writev,pwritev,pwritev2,copy_file_range,splice,tee,vmsplice,sendfile,"
    "mmap,ftruncate,fallocate,io_uring_setup"
)
_OPENED = re.compile(
    rb'open(?:at2?)?\((?:AT_FDCWD(?:<[^>]*>)?|\d+(?:<[^>]*>)?), "([^"]*)", ([^)]*)'
)
_WRITES = re.compile(rb"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|O_TRUNC|O_APPEND")


@dataclass
class Trace:
    """Reads what strace tells, while it runs: it is three times as long as what is written."""

    fifo: str
    mark: bytes
    paths: set[str] = field(default_factory=set)
    calls: dict[bytes, int] = field(default_factory=dict)
    found: list[bytes] = field(default_factory=list)
    length: int = 0

    def __post_init__(self):
        os.mkfifo(self.fifo)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    @property
    def command(self):
        return [
            *(STRACE, "-f", "--seccomp-bpf", "-qq", "-o", self.fifo),
            *("-e", f"trace={CALLS}", "-e", "signal=none"),
            # Strings whole, and what can be printed as it is: a mark stands out.
            *("-s", str(1 << 24)),
        ]

    def _read(self):
        with open(self.fifo, "rb", buffering=1 << 20) as lines:
            for line in lines:
                self.length += len(line)
                self._look(line)

    def _look(self, line):
        call = line.split(b"(", 1)[0].rpartition(b" ")[2]
        self.calls[call] = self.calls.get(call, 0) + 1
        if self.mark in line:
            self.found.append(line[:80])
        opened = _OPENED.search(line[:4096])
        if opened and _WRITES.search(opened[2]):
            self.paths.add(opened[1].decode())

    def end(self):
        """Wait until strace has told all: the processes must have ended."""
        self._thread.join(120)
        assert not self._thread.is_alive()
        return self
