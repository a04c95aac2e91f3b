"""A real `dengshao serve` in a process group of its own, with its own temp folder and log."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from admin.config import ROOT, load_config
from admin.demo.members import read_demo
from tests.ports import free_port
from tests.support import WIDE_BUDGETS

DENGSHAO = str(Path(sys.executable).with_name("dengshao"))


@dataclass
class Served:
    """The process, its folders, and the addresses that Live has too."""

    process: subprocess.Popen
    config: object
    data: Path
    temp: Path
    log: Path

    @property
    def public(self):
        return f"http://{self.config.public_host}"

    @property
    def desk(self):
        return f"http://{self.config.desk_host}"

    @property
    def folders(self):
        return [self.data, self.temp, self.log.parent]

    def members(self):
        return {member.name: member for member in read_demo(self.config)}

    def stop(self, number=signal.SIGINT):
        """Stop as Ctrl-C does: the signal goes to the whole group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        return self.process.wait(30)

    def group(self):
        """Process ids of the group that still live."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found


def start(
    folder,
    *,
    bundles,
    site,
    arguments=("serve", "--demo"),
    command=None,
    wait=180,
    budgets=WIDE_BUDGETS,
    store=None,
    address="127.0.0.1",
    settings=None,
):
    """Start a server below `folder`, on a copy of `store` if given; wait until it answers."""
    if store:
        shutil.copytree(store, folder / "data")
    for name in ("data", "temp", "log"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    environ = {
        "DENGSHAO_DATA": str(folder / "data"),
        "DENGSHAO_BIND": f"{address}:{free_port()}",
        "DENGSHAO_SITE": str(site),
        "DENGSHAO_BUNDLES": str(bundles),
        "DENGSHAO_FORM_MIN_SECONDS": "0",
        **budgets,
        **(settings or {}),
    }
    log = folder / "log" / "server.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*(command or [DENGSHAO]), *arguments],
            env={**os.environ, **environ, "TMPDIR": str(folder / "temp")},
            cwd=ROOT,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    served = Served(process, load_config(environ), folder / "data", folder / "temp", log)
    _wait(served, wait)
    return served


def _wait(served, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            break
        try:
            # By the name that it serves, on the port where it listens.
            asked = urllib.request.Request(f"http://{served.config.bind}/tip/")
            host = os.environ.get("DENGSHAO_PUBLIC_HOST", served.config.public_host)
            asked.add_header("Host", host)
            with urllib.request.urlopen(asked, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    served.stop(signal.SIGKILL)
    raise TimeoutError(f"no answer: {served.log.read_text()[-2000:]}")
