"""A real edge beside a real nginx, visitors from their own addresses, what the disks tell."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from ipaddress import ip_address
from pathlib import Path

from admin.config import ROOT
from admin.edge.folder import sealed_files
from admin.edge.sealed import open_hour

from .proxied import PUBLIC
from .served import DENGSHAO

FORM = "application/x-www-form-urlencoded"
LINE = re.compile(rb"20\d\d-\d\d-\d\d \d\d:\d\d ([0-9a-f.:]+) \d{1,5}")


class Edge:
    """`dengshao edge-log run`, with the two sockets in a folder whose name is short enough."""

    def __init__(self, folder, content):
        self.folder, self.log = folder / "sealed", folder / "edge.log"
        self.sockets = Path(tempfile.mkdtemp(prefix="edge"))
        self.command = [
            *(DENGSHAO, "edge-log", "run", "--content", content, "--folder", self.folder),
            *("--lines", self.sockets / "lines", "--groups", self.sockets / "groups"),
        ]
        self.start()

    def start(self):
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                self.command, stdout=file, stderr=file, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}
            )
        deadline = time.monotonic() + 60
        while not self.answers() and time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(str(self.sockets / "groups"))
            except OSError:
                return False
            asking.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return asking.recv(100).startswith(b"HTTP/1.1 204")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)

    def files(self):
        return sealed_files(self.folder)

    def close(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.sockets)


def write_content(folder, holders):
    """Write the district's data with holders, each with a key of their own."""
    shutil.copytree(ROOT / "content" / "data", folder / "data")
    rows = "".join(
        f"  - {{id: h{number}, zh: 某办, en: Office, key: {identity.recipient}}}\n"
        for number, identity in enumerate(holders)
    )
    text = f"source: x\nchecked: '2026-12-02'\nprofile: sealed\ndays: 183\nholders:\n{rows}"
    (folder / "data" / "edge_log.yml").write_text(text, "utf-8")
    return folder


def visit(nginx, source, *requests, host=PUBLIC):
    """Send requests on one connection from an address; gives the last answer's bytes."""
    answer = b""
    with nginx.connect(host, source) as connection:
        for number, request in enumerate(requests):
            is_last = number == len(requests) - 1
            connection.sendall(request(host, is_last))
            answer = read_answer(connection)
    return answer


def read_answer(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read()


def get(path):
    def request(host, is_last):
        ending = "Connection: close\r\n" if is_last else ""
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{ending}\r\n".encode()

    return request


def post(path, body, **headers):
    def request(host, is_last):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        ending = "Connection: close\r\n" if is_last else ""
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\n{lines}{ending}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return request


def lines_of(edge, holders):
    """All lines that both holders together open."""
    return [
        line for file in edge.files() for line in open_hour(file.path.read_bytes(), holders)[1:]
    ]


def addresses(lines):
    return sorted(LINE.fullmatch(line)[1].decode() for line in lines)


def traces(folders, sought):
    """Files that hold an address, as text or as its bytes."""
    forms = {form for one in sought for form in (one.encode(), ip_address(one).packed)}
    # Fifteen zeros and a one stand in any database: of ::1 the text alone is looked for.
    forms -= {ip_address("::1").packed}
    forms = {form for form in forms if form != b"::1"} | {b" ::1 ", b'"::1"'}
    return {
        str(path)
        for folder in folders
        for path in [Path(folder), *Path(folder).rglob("*")]
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    }
