"""A real nginx that writes the edge's lines, before a real app; and who hears the lines."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.proxied import PUBLIC, start_nginx
from tests.live import ARGUMENTS, HEADLESS, WAIT_MS

# As in the example, 20 s, at a tenth: who looks at a page for longer comes on a connection anew.
KEPT_ALIVE = 2.0
SLOWLY = 3.0
LINE = re.compile(rb": ([0-9.]+) (\d+)$")
DETAIL = re.compile(rb": (\d+) (\d+) (\d+) (\S+)$")


@dataclass
class Listener:
    """A socket of syslog lines, heard by a thread until it is closed."""

    path: Path
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(0.1)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ends.is_set():
            try:
                heard = self._socket.recv(65_536)
            except TimeoutError:
                continue
            # Asked for after the wait: `take` may have put another list there meanwhile.
            self.heard.append(heard)

    def wait_for(self, holds: Callable[[list[bytes]], bool], seconds: float = 60) -> None:
        """Wait until what was heard is so: a connection's line comes when nginx has closed it."""
        ends = time.monotonic() + seconds
        while not holds(self.heard):
            assert time.monotonic() < ends, "the line did not come"
            time.sleep(0.05)

    def wait_for_rest(self) -> None:
        before = -1
        while before != len(self.heard):
            before = len(self.heard)
            time.sleep(0.3)

    def take(self) -> list[bytes]:
        taken, self.heard = self.heard, []
        return taken

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()


@dataclass(frozen=True)
class Left:
    """What one walk left: lines of the log; and on the wire, which no log of ours holds."""

    lines: int
    most_up: int
    """Bytes up on the connection that had most of them."""
    up: int
    down: int
    asked: int


@dataclass
class Place:
    base: str
    edge: Listener
    wire: Listener
    nginx: object

    def take_nothing(self) -> None:
        """Forget what came after the last walk: a connection that was opened beforehand, say."""
        self.edge.take()
        self.wire.take()

    def take(self) -> Left:
        """Count what has come, once something came and nothing more comes."""
        self.edge.wait_for(bool)
        self.edge.wait_for_rest()
        self.wire.wait_for_rest()
        ports = {LINE.search(line)[2] for line in self.edge.take()}
        rows = [DETAIL.search(line).groups() for line in self.wire.take()]
        up, down = Counter(), Counter()
        for connection, sent, got, _path in rows:
            up[connection] += int(sent)
            down[connection] += int(got)
        return Left(len(ports), max(up.values()), up.total(), down.total(), len(rows))


def changes(folder: Path, *, http2: bool) -> list[tuple[str, str]]:
    wire = "log_format wire '$connection $request_length $bytes_sent $uri';"
    log = f"access_log syslog:server=unix:{folder}/wire.sock,nohostname,tag=wire wire;"
    return [
        ("    http2 on;", f"    http2 {'on' if http2 else 'off'};"),
        ("keepalive_timeout 20s;", f"keepalive_timeout {KEPT_ALIVE:.0f}s;"),
        # Ours of the wire stands beside the example's own.
        ("    log_not_found off;", f"    {wire}\n    {log}\n    log_not_found off;"),
    ]


@contextmanager
def placed(program: str, folder: Path, site: Path, app: str, *, http2: bool) -> Iterator[Place]:
    folder.mkdir()
    heard = [Listener(folder / name) for name in ("lines", "wire.sock")]
    more = changes(folder, http2=http2)
    nginx = start_nginx(program, folder / "nginx", site, app=app, edge=folder, changes=more)
    try:
        yield Place(f"https://{PUBLIC}:{nginx.port}", *heard, nginx)
    finally:
        nginx.stop()
        for listener in heard:
            listener.close()


@contextmanager
def visitors(browser_type) -> Iterator[object]:
    """A browser that finds the host here; each visit in a context of its own, with no line open."""
    rules = f"--host-resolver-rules=MAP {PUBLIC} 127.0.0.1"
    browser = browser_type.launch(executable_path=HEADLESS, args=[*ARGUMENTS, rules])
    try:

        @contextmanager
        def visit(*, scripts: bool):
            context = browser.new_context(
                locale="zh-CN", java_script_enabled=scripts, ignore_https_errors=True
            )
            context.set_default_timeout(WAIT_MS)
            try:
                yield context.new_page()
            finally:
                context.close()

        yield visit
    finally:
        browser.close()
