"""A closed loop of plain sockets: each connection sends its next request when it has the answer."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(rb'name="token" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Connection:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, host: str, port: int, source: str = "", name: str = "") -> None:
        """Come to a host; by another name where a proxy before it would give that on."""
        self._address = (host, port)
        self._source = (source, 0) if source else None
        self._host = name or f"{host}:{port}"
        self._socket: socket.socket | None = None
        self._rest = b""

    def get(self, path: str, headers: str = "") -> tuple[int, bytes]:
        return self._ask(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n{headers}\r\n".encode())

    def post(
        self, path: str, body: bytes, kind: str = FORM, headers: str = ""
    ) -> tuple[int, bytes]:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n{headers}\r\n"
        )
        return self._ask(head.encode() + body)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        opened = socket.create_connection(self._address, None, self._source)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _ask(self, request: bytes) -> tuple[int, bytes]:
        for attempt in (1, 2):
            if self._socket is None:
                self._socket = self._open()
                self._rest = b""
            try:
                self._socket.sendall(request)
                return self._answer()
            except (ConnectionError, ValueError):
                # The server closed a kept-alive connection: once more on a new one.
                self._socket.close()
                self._socket = None
                if attempt == 2:
                    raise
        raise AssertionError

    def _answer(self) -> tuple[int, bytes]:
        data = self._rest
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(body) < length:
            body += self._receive()
        self._rest = body[length:]
        if b"connection: close" in head.lower():
            self._socket.close()
            self._socket = None
        return int(head[9:12]), body[:length]

    def _receive(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        return data


class SecureConnection(Connection):
    """The same over TLS, to a host by name that stands at 127.0.0.1."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__("127.0.0.1", port, name=name)
        self._name = name

    def _open(self) -> socket.socket:
        context = ssl.create_default_context()
        # A certificate of the test's own, made for this run.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(super()._open(), server_hostname=self._name)


@dataclass
class Run:
    """What a closed loop did: how many, how fast, how long each took."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))] * 1000


def closed_loop(
    step: Callable[[Connection], float], *, host: str, port: int, connections: int, seconds: float
) -> Run:
    """Repeat `step` on each connection for so many seconds; `step` gives the latency to count."""
    run, errors = Run(seconds), []
    deadline = time.perf_counter() + seconds
    lock = threading.Lock()

    def work() -> None:
        connection, mine = Connection(host, port), []
        try:
            while time.perf_counter() < deadline:
                mine.append(step(connection))
        except Exception as error:
            errors.append(error)
        with lock:
            run.latencies += mine

    threads = [threading.Thread(target=work) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds = time.perf_counter() - started
    if errors:
        raise errors[0]
    return run


# About 450 Chinese characters in all, as in the invented tips.
ANSWERS = {
    "category": "A4",
    "what": "每天夜里十一点以后，有两条船不开灯在河湾抽砂，一直抽到天快亮，岸上有人望风。" * 6,
    "township": "hekou",
    "place": "河湾老码头往下走一里地",
    "when": "ongoing",
    "who": "五六个人，外地口音，带头的人大家叫他老三，常穿一件旧军装",
    "objects": "两条铁壳船，一辆没有牌照的翻斗车，还有一台很旧的挖机",
    "harm": "河堤裂了一条缝，下游几家的田塌了两垄，晚上没人敢从那边走",
    "minor": "no",
    "official": "no",
    "basis": "seen",
    "answer": "yes",
}


# Encoded once: the two cores are shared with the server, and the loop must not eat them.
_ANSWERS = urlencode(ANSWERS).encode()


def body(token: bytes) -> bytes:
    return b"token=" + token.replace(b"=", b"%3D") + b"&" + _ANSWERS


def journey(connection: Connection) -> float:
    """GET the form and POST a tip."""
    started = time.perf_counter()
    status, page = connection.get("/tip/")
    assert status == 200, status
    status, page = connection.post("/tip/sent", body(TOKEN.search(page)[1]))
    assert status == 200, (status, page[:300])
    return time.perf_counter() - started


def get_form(connection: Connection) -> float:
    started = time.perf_counter()
    status, _page = connection.get("/tip/")
    assert status == 200, status
    return time.perf_counter() - started


def post_with(tokens: list[bytes]) -> Callable[[Connection], float]:
    """POST a tip with tokens made beforehand."""

    def step(connection: Connection) -> float:
        data = body(tokens.pop())
        started = time.perf_counter()
        status, page = connection.post("/tip/sent", data)
        assert status == 200, (status, page[:300])
        return time.perf_counter() - started

    return step


def get_page(path: str, headers: str) -> Callable[[Connection], float]:
    """GET a page of the desk as a signed-in member does."""

    def step(connection: Connection) -> float:
        started = time.perf_counter()
        status, page = connection.get(path, headers)
        assert status == 200, (status, page[:300])
        return time.perf_counter() - started

    return step
