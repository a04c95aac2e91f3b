"""A store without TLS that is not on this machine: only where AWS_ALLOW_HTTP says so."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from admin.vault.files.blobs import BlobsAway
from admin.vault.files.opening import open_blobs

NOT_THERE = "0" * 32


class Empty(BaseHTTPRequestHandler):
    """A bucket with nothing in it."""

    def do_HEAD(self):
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_args):
        """Write no log."""


@pytest.fixture
def store(monkeypatch):
    # Another address of this machine than the ones that need no word for it.
    server = HTTPServer(("127.0.0.2", 0), Empty)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.2:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_ALLOW_HTTP", raising=False)
    yield open_blobs("s3://bucket/prefix")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_store_elsewhere_is_not_spoken_to_without_tls(store):
    with pytest.raises(BlobsAway):
        store.size(NOT_THERE, 0)


def test_a_store_elsewhere_is_spoken_to_where_the_operator_says_that_the_line_is_safe(
    store, monkeypatch
):
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")

    assert store.size(NOT_THERE, 0) is None
