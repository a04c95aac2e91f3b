"""Stands between us and a real S3 server, and spoils what goes through as a bad line would."""

import http.client
import socket
import struct
import threading
import uuid
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.s3 import BUCKET

SLOW_DOWN = (
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


class HostileStore:
    """Every request goes through unspoilt, until `spoil` names what becomes of the next ones."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.asked = []
        """Method and path of each request that came."""
        self._faults = {}
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.blobs_url = f"s3://{BUCKET}/t{uuid.uuid4().hex}"
        """Where in the bucket one test puts its files."""
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def spoil(self, method, fault, times=-1):
        """Let a fault befall the next `times` requests of a method; -1 is all, until `mend`."""
        self._faults[method] = [fault, times]

    def mend(self):
        self._faults.clear()

    def close(self):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, method):
        fault, left = self._faults.get(method, (None, 0))
        if not left:
            return None
        self._faults[method][1] = left - 1
        return fault

    def wait(self):
        self._over.wait(120)

    def _handler(self):
        hostile = self

        class Handler(_Handler):
            store = hostile

        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: HostileStore

    def log_message(self, *_args):
        """Say nothing: the tests look at `asked`."""

    def do_any(self):
        self.store.asked.append((self.command, self.path))
        # One request a line: none is left over in obstore's pool for the next test.
        self.close_connection = True
        fault = self.store.fault(self.command)
        length = int(self.headers.get("Content-Length") or 0)
        if fault == "reset_in_request":
            self.rfile.read(length // 2)
            self._reset()
            return
        body = bytearray(self.rfile.read(length))
        if fault == "hang":
            self.store.wait()
            self._reset()
        elif fault == "slow_down":
            self._answer(503, [("Content-Type", "application/xml")], SLOW_DOWN)
        else:
            self._pass_on(fault, body)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = do_any  # noqa: N815 -- http.server's names

    def _pass_on(self, fault, body):
        if fault == "wrong_request":
            body[len(body) // 2] ^= 1
        upstream = http.client.HTTPConnection("127.0.0.1", self.store.upstream, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "connection":
                upstream.putheader(name, value)
        upstream.endheaders(bytes(body))
        with upstream.getresponse() as answer:
            headers = [pair for pair in answer.getheaders() if pair[0].lower() != "connection"]
            self._spoilt(fault, answer.status, headers, bytearray(answer.read()))
        upstream.close()

    def _spoilt(self, fault, status, headers, data):
        if fault == "reset_after":
            # The store has done it; nobody hears of it.
            self._reset()
        elif fault == "truncated":
            self._answer(status, headers, data[: len(data) // 2])
            self._reset()
        elif fault == "wrong_answer":
            data[len(data) // 2] ^= 1
            self._answer(status, headers, data)
        elif fault == "drip":
            self._answer(status, headers, data[:1])
            for byte in data[1:]:
                if self.store._over.wait(0.3):
                    break
                with suppress(OSError):
                    self.wfile.write(bytes([byte]))
        else:
            self._answer(status, headers, data)

    def _answer(self, status, headers, data):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(data)

    def _reset(self):
        """Break the line off so that the other side is told by an RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@contextmanager
def hostile_store(server):
    """Run one before the S3 server of the tests; lines to it come by `url`."""
    port = int(server.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
    store = HostileStore(port)
    try:
        yield store
    finally:
        store.close()
