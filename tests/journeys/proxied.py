"""A real nginx on the example of admin/deploy, and a visitor who speaks TLS to it."""

import datetime
import hashlib
import http.client
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from admin.config import ROOT
from tests.ports import free_port, has_six
from tests.uploads import OCTETS

EXAMPLE = ROOT / "admin" / "deploy" / "nginx.conf"
PUBLIC, DESK = "tips.example", "desk.example"
# Of an app that stands behind it.
BEHIND = {
    "DENGSHAO_DESK_HOST": DESK,
    "DENGSHAO_PUBLIC_HOST": PUBLIC,
    "DENGSHAO_ADDRESS_HINTS": "edge",
}
HAS_SIX = has_six()
# One piece of a body at a time, as a slow phone sends it.
PIECE = 3000


@dataclass
class Proxy:
    """A running nginx before a running app."""

    port: int
    folder: Path
    process: subprocess.Popen

    @property
    def spools(self):
        return [self.folder / "body", self.folder / "proxy"]

    def spooled(self):
        """Tell whether a file was ever made in a temp folder; nginx unlinks its own at once."""
        return [spool.stat().st_mtime_ns for spool in self.spools]

    def connect(self, host=PUBLIC, source="127.0.0.1"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # To IPv6's loopback where the visitor is one of IPv6.
        there = "::1" if ":" in source else "127.0.0.1"
        plain = socket.create_connection((there, self.port), timeout=30, source_address=(source, 0))
        return context.wrap_socket(plain, server_hostname=host)

    def send(self, *parts, host=PUBLIC, source="127.0.0.1"):
        """Send a request in parts with pauses between them; gives the answer."""
        with self.connect(host, source) as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(0.02)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer, answer.read().decode("utf-8")

    def post(
        self, path, body, kind, *, chunked=False, headers=None, piece=PIECE, source="127.0.0.1"
    ):
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
        head = f"POST {path} HTTP/1.1\r\nHost: {PUBLIC}\r\nContent-Type: {kind}\r\n{length}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        pieces = [body[start : start + piece] for start in range(0, len(body), piece)]
        if chunked:
            pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
        return self.send(f"{head}Connection: close\r\n\r\n".encode(), *pieces, source=source)

    def get(self, path, host=PUBLIC, source="127.0.0.1", **headers):
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"
        return self.send(request.encode(), host=host, source=source)

    def finish(self):
        """End as nginx does gracefully: after this, each line of its logs was sent."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def write_certificate(folder):
    """Write a certificate that signs itself, and its key: clients may take it as its own root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PUBLIC)])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2))
    names = [x509.DNSName(host) for host in (PUBLIC, DESK, "localhost")]
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    for extension in (
        x509.SubjectAlternativeName(names),
        identifier,
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
    ):
        built = built.add_extension(extension, critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    for host in (PUBLIC, DESK):
        (folder / f"{host}.pem").write_bytes(pem)
        (folder / f"{host}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


NOBODY = Path("/nonexistent/edge")
"""Where the edge's sockets would be, where no edge runs."""


def adapt(folder, *, port, app, edge=NOBODY, changes=()):
    """Write the example with this test's places in the lines that an operator changes."""
    words = EXAMPLE.read_text("utf-8")
    plain = free_port()
    for old, new in (
        ("user www-data;", "user root;"),
        ("pid /run/nginx.pid;", f"pid {folder}/pid;"),
        ("/var/log/nginx/error.log", f"{folder}/log/error.log"),
        ("/run/dengshao-nginx-", f"{folder}/"),
        ("/run/dengshao-edge/", f"{edge}/"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        *six_lines(plain, port),
        ("server 127.0.0.1:8000;", f"server {app};"),
        ("/etc/ssl/dengshao/", f"{folder}/"),
        ("/srv/dengshao/build/site", f"{folder}/site"),
        *changes,
    ):
        assert old in words, old
        words = words.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(words, "utf-8")
    return path


def six_lines(plain, port):
    """Give what becomes of the lines of IPv6: where the machine has none, nginx can't have them."""
    if HAS_SIX:
        return [
            ("listen [::]:80", f"listen [::1]:{plain}"),
            ("listen [::]:443", f"listen [::1]:{port}"),
        ]
    return [("listen [::]:", "# listen [::]:")]


def start_nginx(program, folder, site, *, app, edge=NOBODY, changes=()):
    """Start nginx in an empty folder before an app; `site` is what it serves by itself."""
    (folder / "log").mkdir(parents=True)
    shutil.copytree(site, folder / "site")
    write_certificate(folder)
    port = free_port()
    path = adapt(folder, port=port, app=app, edge=edge, changes=changes)
    tested = subprocess.run(
        [program, "-t", "-c", path, "-p", folder], capture_output=True, text=True
    )
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr, tested.stderr
    command = [program, "-c", path, "-p", folder, "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port)
    return Proxy(port, folder, process)


def wait_for(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(port)


def largest_form(page):
    """Fill every field of the form with as many Chinese characters as it takes."""
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    long = {"what": 2000, "place": 200, "who": 500, "objects": 500, "harm": 500, "fear": 500}
    words = {name: "字" * count for name, count in long.items()} | {"contact": "字" * 200}
    return urlencode({"token": token, "category": "A2"} | words).encode()


def form_with_file(page, size):
    """Write the step for files with one file as browsers do; the file is no picture."""
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    fields = {"token": token, "originals": "yes"}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    named = b'Content-Disposition: form-data; name="files"; filename="x.bin"'
    parts.append(b"--b\r\n%s\r\n\r\n%s\r\n--b--\r\n" % (named, b"FILE" * (size // 4)))
    return b"".join(parts)


def part(nginx, ticket, data, number=0, **options):
    headers = {
        "Dengshao-Ticket": ticket,
        "Dengshao-Part": number,
        "Dengshao-Digest": hashlib.sha256(data).hexdigest(),
    }
    return nginx.post("/tip/files/part", data, OCTETS, headers=headers, piece=60_000, **options)


def provoke(nginx):
    """Ask for what nginx would write to its error log at each level."""
    nginx.get("/tip/?CANARY-7")
    nginx.get("/none/../CANARY-7")
    nginx.get("/nowhere/CANARY-7")
    with nginx.connect() as connection:
        connection.sendall(b"NOT HTTP CANARY-7\r\n\r\n")
        connection.recv(4096)
    with nginx.connect() as connection:
        connection.sendall(b"POST /tip/sent HTTP/1.1\r\nHost: tips.example\r\n")
        connection.sendall(b"Content-Length: 999999\r\n\r\nCANARY-7")
        connection.recv(4096)
