"""Sealed files over HTTP: how fast they come in, and how much memory a large one takes.

`python -m tests.bench.uploads` measures this alone. The bytes are random: to a server that can't
open a file, they are as good as any.
"""

import hashlib
import json
import secrets
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from admin.config import ROOT
from admin.intake.challenge import Challenges
from admin.sealing.padme import MIB, sealed_size
from admin.vault.files.blobs import (
    PART,
    part_count,
    part_length,
)

from .load import JSON, Connection
from .place import Place, children, served
from .sealed import solved

BUDGETS = {"upload_mb_s": "≥ 150", "upload_rss_mb": "≤ 64"}
LINES = 4
FILES = 4
SIZE = sealed_size(128 * MIB)
LARGE = sealed_size(1024 * MIB)
OCTETS = "application/octet-stream"
# Room for what the loop brings.
WIDE = {"DENGSHAO_FILES_MB_DAY": "1000000", "DENGSHAO_ORPHANS_MB": "1000000"}


@dataclass
class Sender:
    """One connection that brings files; each part is the same bytes, made before the clock."""

    connection: Connection
    challenges: Challenges

    def __post_init__(self) -> None:
        self._data = secrets.token_bytes(PART)
        self._digests: dict[int, str] = {}

    def bring(self, size: int) -> None:
        ticket = self._ticket(size)
        for number in range(part_count(size)):
            length = part_length(size, number)
            answer = self._part(ticket, number, length)
        assert answer == {"next": part_count(size), "whole": True}, answer

    def _ticket(self, size: int) -> str:
        content = {"proof": solved(self.challenges.new(1)), "size": size}
        status, answer = self.connection.post(
            "/tip/files/ticket", json.dumps(content).encode(), JSON
        )
        assert status == 200, (status, answer[:300])
        return json.loads(answer)["ticket"]

    def _part(self, ticket: str, number: int, length: int) -> dict[str, object]:
        data = self._data[:length]
        if length not in self._digests:
            self._digests[length] = hashlib.sha256(data).hexdigest()
        headers = (
            f"Dengshao-Ticket: {ticket}\r\nDengshao-Part: {number}\r\n"
            f"Dengshao-Digest: {self._digests[length]}\r\n"
        )
        status, answer = self.connection.post("/tip/files/part", data, OCTETS, headers)
        assert status == 200, (status, answer[:300])
        return json.loads(answer)


def measure_uploads(place: Place) -> dict[str, float]:
    """Measure the speed of several files at once, and the memory of one large file."""
    challenges = Challenges(place.config.key("challenge"))
    warm = Connection("127.0.0.1", place.port)
    for _ in range(20):
        assert warm.get("/tip/")[0] == 200
    idle = _memory(place)
    peak = _Peak(place)
    Sender(Connection("127.0.0.1", place.port), challenges).bring(LARGE)
    most = peak.stop()
    return {
        "upload_mb_s": round(_speed(place, challenges), 1),
        "upload_rss_mb": round((most - idle) / 1e6, 1),
    }


def _speed(place: Place, challenges: Challenges) -> float:
    """Give millions of bytes a second, over a few lines at once."""
    errors: list[Exception] = []

    def work() -> None:
        try:
            sender = Sender(Connection("127.0.0.1", place.port), challenges)
            for _ in range(FILES):
                sender.bring(SIZE)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(LINES)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return LINES * FILES * SIZE / 1e6 / (time.perf_counter() - started)


def _memory(place: Place) -> int:
    """Add up the resident bytes of the server's processes."""
    found = 0
    for pid in [place.process.pid, *children(place.process.pid)]:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                found += int(line.split()[1]) * 1024
    return found


class _Peak:
    """Looks at the memory all the time, until it is told to stop."""

    def __init__(self, place: Place) -> None:
        self._place, self._most = place, 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._most = max(self._most, _memory(self._place))

    def stop(self) -> int:
        self._done.set()
        self._thread.join()
        return self._most


def main() -> None:
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'var' / 'dengshao.sqlite3'}"
        with served(folder / "var", url, WIDE) as place:
            for name, value in measure_uploads(place).items():
                print(f"{name:28}{BUDGETS[name]:>10}{value:>14}")


if __name__ == "__main__":
    main()
