"""The two machines of admin/deploy/split, each with a folder of its own, on addresses of loopback.

The link's addresses 10.77.x.1 become 127.77.x.1, which this machine has without being told.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from admin.config import ROOT
from tests.alike.place import Listener
from tests.journeys.proxied import Proxy, start_nginx, wait_for
from tests.ports import free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
EXAMPLES = ROOT / "admin" / "deploy" / "split"
LINK = "127.77"


@dataclass
class Edge:
    """A running edge: its public port, its folder, its nginx, and who hears its lines."""

    port: int
    folder: Path
    process: subprocess.Popen
    lines: Listener

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.lines.close()


def new_groups(folder: Path) -> Path:
    """Run the example's own script, with this machine's link."""
    script = folder / "new-groups"
    words = (EXAMPLES / "new-groups").read_text("utf-8")
    script.write_text(words.replace("link=10.77", f"link={LINK}"), "utf-8")
    script.chmod(0o700)
    path = folder / "groups.conf"
    subprocess.run([script, path], check=True)
    return path


def adapt_edge(folder: Path, *, port: int, app: int) -> Path:
    words = (EXAMPLES / "edge.conf").read_text("utf-8")
    for old, new in (
        ("user www-data;", "user root;"),
        ("pid /run/nginx.pid;", f"pid {folder}/pid;"),
        ("/var/log/nginx/error.log", f"{folder}/error.log"),
        ("/run/dengshao-edge/", f"{folder}/"),
        ("listen [::]:443;", ""),
        ("listen [::]:80;", ""),
        ("listen 443;", f"listen 127.0.0.1:{port};"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("10.78.0.2:443", f"127.0.0.1:{app}"),
        ("10.78.0.2:80", f"127.0.0.1:{app}"),
    ):
        assert old in words, old
        words = words.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(words, "utf-8")
    return path


@contextmanager
def edge_before(folder: Path, app: int) -> Iterator[Edge]:
    folder.mkdir()
    new_groups(folder)
    port = free_port()
    path = adapt_edge(folder, port=port, app=app)
    tested = subprocess.run([NGINX, "-t", "-c", path], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr, tested.stderr
    lines = Listener(folder / "lines")
    process = subprocess.Popen(
        [NGINX, "-c", path, "-g", "daemon off;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(port)
    running = Edge(port, folder, process, lines)
    try:
        yield running
    finally:
        running.stop()


LOGGED = re.compile(r"^ *access_log syslog.*$", re.M)
ASKED = re.compile(r"^ *auth_request /-/group;\n *auth_request_set .*$", re.M)


def start_app_nginx(folder: Path, site: Path, app: str) -> Proxy:
    """Start the app machine's nginx: ../nginx.conf with the changes that app.conf names."""
    example = (ROOT / "admin" / "deploy" / "nginx.conf").read_text("utf-8")
    snippet = folder.with_suffix(".conf")
    snippet.write_text(
        (EXAMPLES / "app.conf")
        .read_text("utf-8")
        .replace("10.77.", f"{LINK}.")
        .replace("10[.]77", LINK.replace(".", "[.]")),
        "utf-8",
    )
    changes = [
        (
            LOGGED.search(example)[0].replace("/run/dengshao-edge/", "/none/"),
            f"    include {snippet};",
        ),
        (ASKED.search(example)[0], ""),
    ]
    return start_nginx(NGINX, folder, site, app=app, edge=Path("/none"), changes=changes)


def memory_holds(pid: int, words: dict[str, re.Pattern[bytes]]) -> set[str]:
    """Name what a process has in its memory, wherever it may be written."""
    found = set()
    regions = re.findall(r"^(\w+)-(\w+) rw", Path(f"/proc/{pid}/maps").read_text("utf-8"), re.M)
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in regions:
            memory.seek(int(start, 16))
            try:
                data = memory.read(int(end, 16) - int(start, 16))
            except OSError:
                continue
            found |= {name for name, spelt in words.items() if spelt.search(data)}
    return found


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(one for child in children for one in family(int(child)))]
