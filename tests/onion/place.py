"""The examples of admin/deploy/onion with a test's own places, and a way in over the socket."""

import http.client
import shutil
import socket
import subprocess
import time
from pathlib import Path

from admin.config import ROOT
from tests.journeys.proxied import start_nginx

from .network import TOR

DEPLOY = ROOT / "admin" / "deploy"
EXAMPLES = DEPLOY / "onion"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
DESK_BEGINS = "    # --- The desk: "


def torrc(folder: Path) -> str:
    """Give the example's settings with all its places below a folder."""
    words = (EXAMPLES / "torrc").read_text("utf-8")
    for old, new in (
        ("/var/lib/tor", f"{folder}/tor"),
        ("ControlSocket /run/tor/control", f"ControlSocket {folder}/tor/control"),
        ("unix:/run/dengshao-onion/nginx.sock", f"unix:{folder}/nginx.sock"),
        ("Log notice syslog", f"Log notice file {folder}/tor/log"),
    ):
        assert old in words, old
        words = words.replace(old, new)
    return words


def make_keys(folder: Path) -> str:
    """Let Tor make the service's keys as an operator does it offline; gives the name."""
    (folder / "tor").mkdir(mode=0o700, exist_ok=True)
    path = folder / "torrc"
    path.write_text(torrc(folder), "utf-8")
    hostname = folder / "tor" / "dengshao" / "hostname"
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [TOR, "-f", path, "--DisableNetwork", "1"], stdout=said, stderr=said
        )
        deadline = time.monotonic() + 20
        while not hostname.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        process.wait(30)
    return hostname.read_text("ascii").strip()


def start_onion_nginx(folder: Path, site: Path, *, name: str, app: str):
    """Start nginx with the example's block for this name, on a socket in the folder."""
    nginx = folder / "nginx"
    words = (EXAMPLES / "nginx-onion.conf").read_text("utf-8")
    for old, new in (
        ("/run/dengshao-onion/nginx.sock", f"{folder}/nginx.sock"),
        ("server_name onion.example;", f"server_name {name};"),
        ("/srv/dengshao/site", f"{nginx}/site"),
    ):
        assert old in words, old
        words = words.replace(old, new)
    (folder / "onion.conf").write_text(words, "utf-8")
    included = f"    include {folder}/onion.conf;\n{DESK_BEGINS}"
    changes = [(DESK_BEGINS, included)]
    return start_nginx(NGINX, nginx, site, app=app, edge=folder, changes=changes)


class OverSocket(http.client.HTTPConnection):
    """HTTP to the socket on which nginx waits for Tor."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(name, timeout=30)
        self.path = folder / "nginx.sock"

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))

    def ask(self, path, method="GET", body=None, **headers):
        try:
            self.request(method, path, body=body, headers=headers)
            answer = self.getresponse()
            return answer, answer.read()
        finally:
            self.close()
