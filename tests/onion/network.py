"""A Tor network of its own on loopback: three authorities, three relays, a service, a client.

The way of Tor's own testing networks (TestingTorNetwork): real Tor, real circuits of real cells;
its clocks are short, and its relays are all on one machine.
"""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

TOR = shutil.which("tor", path="/usr/bin:/usr/sbin:/usr/local/bin")
GENCERT = shutil.which("tor-gencert", path="/usr/bin:/usr/sbin:/usr/local/bin")
COMMON = """
TestingTorNetwork 1
AssumeReachable 1
PathsNeededToBuildCircuits 0.67
TestingDirAuthVoteExit *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteGuard *
TestingMinExitFlagThreshold 0
V3AuthNIntervalsValid 2
ShutdownWaitLength 0
SafeLogging 1
"""
AUTHORITY = """
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody@test.invalid
TestingV3AuthInitialVotingInterval 10
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
"""
WAIT = 120


@dataclass
class Node:
    """One Tor: its folder, its settings, and its process once it runs."""

    name: str
    folder: Path
    settings: str = ""
    process: subprocess.Popen | None = None

    def start(self, shared: str) -> None:
        path = self.folder / "torrc"
        path.write_text(f"{self.settings}{COMMON}{shared}", "utf-8")
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen([TOR, "-f", path], stdout=said, stderr=said)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(30)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8") if (self.folder / "log").exists() else ""


def run(*command: object, words: str | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], input=words, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make_relay(root: Path, name: str, more: str = "") -> Node:
    folder = root / name
    (folder / "keys").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    settings = (
        f"Nickname {name}\nAddress 127.0.0.1\nORPort 127.0.0.1:{free_port()}\nSocksPort 0\n"
        f"ExitRelay 0\nDataDirectory {folder}\nLog notice file {folder}/log\n{more}"
    )
    return Node(name, folder, settings)


def make_authority(root: Path, name: str) -> tuple[Node, str]:
    """Make its keys; gives it with the line by which all others know it."""
    port = free_port()
    node = make_relay(root, name, f"{AUTHORITY}DirPort 127.0.0.1:{port}\n")
    keys = node.folder / "keys"
    parts = ("identity_key", "signing_key", "certificate")
    paths = [keys / f"authority_{part}" for part in parts]
    options = [part for pair in zip(("-i", "-s", "-c"), paths, strict=True) for part in pair]
    run(GENCERT, "--create-identity-key", "--passphrase-fd", 0, "-m", 12, *options,
        "-a", f"127.0.0.1:{port}", words="none\n")  # fmt: skip
    identity = re.search(r"^fingerprint (\w+)", paths[2].read_text("ascii"), re.M)[1]
    unread = ("-f", node.folder / "none", "--ignore-missing-torrc", "--quiet")
    other = ("--DirAuthority", f"x 127.0.0.1:1 {'f' * 40}", "--Address", "127.0.0.1")
    told = ("--orport", 1, "--datadirectory", node.folder, "--nickname", name)
    shown = run(TOR, "--list-fingerprint", *told, *other, *unread)
    fingerprint = "".join(shown.split()[-10:])
    orport = re.search(r"ORPort 127.0.0.1:(\d+)", node.settings)[1]
    line = (
        f"DirAuthority {name} orport={orport} no-v2 v3ident={identity}"
        f" 127.0.0.1:{port} {fingerprint}\n"
    )
    return node, line


@dataclass
class Network:
    nodes: list[Node]
    shared: str
    socks: int

    def add(self, node: Node) -> Node:
        node.start(self.shared)
        self.nodes.append(node)
        return node

    def reaches(self, name: str, port: int = 80, seconds: float = WAIT) -> float:
        """Wait until a stream to this name opens; gives the seconds that it took."""
        began = time.monotonic()
        while (took := time.monotonic() - began) < seconds:
            if opens(self.socks, name, port):
                return took
            time.sleep(0.5)
        raise TimeoutError("\n".join(f"{node.name}: {node.log[-600:]}" for node in self.nodes))


def opens(socks: int, name: str, port: int) -> bool:
    """Ask a SOCKS5 port for a stream; closes it."""
    try:
        with socket.create_connection(("127.0.0.1", socks), timeout=30) as line:
            line.sendall(b"\x05\x01\x00")
            line.recv(2)
            host = name.encode("ascii")
            line.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + port.to_bytes(2, "big"))
            return line.recv(10)[1:2] == b"\x00"
    except OSError:
        return False


@contextmanager
def private_network(root: Path) -> Iterator[Network]:
    """Start authorities, relays and a client; a service is added by who has one."""
    made = [make_authority(root, f"authority{number}") for number in range(3)]
    shared = "".join(line for _node, line in made)
    relays = [make_relay(root, f"relay{number}") for number in range(3)]
    socks = free_port()
    client = root / "client"
    client.mkdir(mode=0o700)
    settings = (
        f"SocksPort 127.0.0.1:{socks}\nDataDirectory {client}\nLog notice file {client}/log\n"
    )
    network = Network([], shared, socks)
    try:
        for node in [*(node for node, _line in made), *relays, Node("client", client, settings)]:
            network.add(node)
        yield network
    finally:
        for node in network.nodes:
            node.stop()
