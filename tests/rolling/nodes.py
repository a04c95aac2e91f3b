"""Two real nodes on one PostgreSQL, a real nginx in front, and a hand that restarts them."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from admin.doctor.around.ready import Said, ask
from tests.bench.place import Place, environment, furnish
from tests.journeys.proxied import DESK, PUBLIC, Proxy, start_nginx
from tests.ports import free_port

from .versions import OURS

SECONDS = 60
PARTS = ("told", "leaving and stopping", "starting", "ready")
"""Until it says that it goes; until its process ended; until the next is begun; until it serves."""
_SERVER = "server 127.0.0.1:8000;"
_TURN = "max_fails=1 fail_timeout=1s;"


class Node:
    """One `dengshao serve` with a data folder of its own; database, secret and keys are shared."""

    def __init__(
        self, folder: Path, database_url: str, *, leaving: int, source: Path | None = None
    ) -> None:
        self.port = free_port()
        self.folder = folder
        self.environ = environment(folder, database_url, self.port) | {
            "DENGSHAO_PUBLIC_HOST": PUBLIC,
            "DENGSHAO_DESK_HOST": DESK,
            "DENGSHAO_LEAVING_SECONDS": str(leaving),
            "DENGSHAO_ADDRESS_HINTS": "off",
        }
        if source is not None:
            folder.mkdir()
            for name in ("secret", "keys.yml"):
                shutil.copy(source / name, folder / name)
        self.leaving = leaving
        self.program = OURS
        """What the next start runs."""
        self.process: subprocess.Popen | None = None
        self.left = 0
        """How often it said that it goes, before its socket closed."""
        self.parts: dict[str, list[float]] = {name: [] for name in PARTS}
        """Seconds that each part of a restart took."""

    def restart(self) -> None:
        """Stop, start, and wait until it is ready; notes how long each part took."""
        marks = [time.monotonic()]
        for act in (self._tell_to_leave, self._end, self.start, self.wait):
            act()
            marks.append(time.monotonic())
        for name, before, after in zip(PARTS, marks, marks[1:], strict=False):
            self.parts[name].append(after - before)

    def start(self) -> None:
        self.process = self.program.start("serve", "--workers", "1", environ=self.environ)

    def wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not (said := self.said()) or not said.is_ready:
            if time.monotonic() > deadline:
                raise TimeoutError(said)
            time.sleep(0.05)

    def said(self) -> Said | None:
        return ask(f"127.0.0.1:{self.port}")

    def _tell_to_leave(self) -> None:
        """Stop as systemd does: the first process is told, and has time for what is under way."""
        self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self.leaving
        while time.monotonic() < deadline:
            said = self.said()
            if said and said.words.get("serving") == "leaving":
                self.left += 1
                break
            time.sleep(0.02)

    def _end(self) -> None:
        self.process.wait(SECONDS)


@contextmanager
def two_nodes(
    folder: Path, database_url: str, leaving: int
) -> Iterator[tuple[list[Node], Place, Proxy]]:
    """Serve an installation from two nodes behind nginx.

    `leaving` is for how many seconds each says that it goes before its socket closes: none where
    nginx stands before it alone, as the pages for operators say.
    """
    first = Node(folder / "one", database_url, leaving=leaving)
    config, identities = furnish(folder / "one", first.environ)
    nodes = [first, Node(folder / "other", database_url, leaving=leaving, source=folder / "one")]
    proxy = None
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait()
        proxy = _proxy(folder, nodes)
        yield nodes, Place(config, proxy.port, first.process, identities), proxy
    finally:
        if proxy:
            proxy.stop()
        for node in nodes:
            if node.process and node.process.poll() is None:
                node.process.kill()
                node.process.wait(SECONDS)


def _proxy(folder: Path, nodes: list[Node]) -> Proxy:
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<title>home</title>")
    both = " server ".join(f"127.0.0.1:{node.port} {_TURN}" for node in nodes)
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert program, "make system installs nginx"
    return start_nginx(program, folder / "nginx", site, app=both.rstrip(";"))
