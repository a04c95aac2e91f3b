"""An HTTPS server that keeps every byte that it gets, and answers as it is told."""

import socketserver
import threading
from contextlib import contextmanager

TAKEN = b'{"errcode":0,"errmsg":"ok"}'


class KeepingServer(socketserver.ThreadingTCPServer):
    """Keeps the requests whole: a network in between sees their lengths and moments."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context, host="127.0.0.1"):
        super().__init__((host, 0), _Handler)
        self.context = context
        self.requests = []
        self.status, self.body = "200 OK", TAKEN

    @property
    def port(self):
        return self.server_address[1]

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True), address

    def handle_error(self, *_told):
        """Say nothing: who does not trust the certificate hangs up."""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        body = self.rfile.read(lengths[0]) if lengths else b""
        server = self.server
        server.requests.append(head + body)
        told = f"HTTP/1.1 {server.status}\r\nContent-Length: {len(server.body)}\r\n"
        self.wfile.write(f"{told}Connection: close\r\n\r\n".encode() + server.body)


@contextmanager
def https_server(context):
    """Serve for as long as the block lasts."""
    with KeepingServer(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
