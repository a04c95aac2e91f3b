"""A client of WebSockets (RFC 6455), as far as a browser's remote end needs one: texts, no more.

Seventy lines in place of puppeteer-core, which brings 25 packages and wants a newer Node than ours.
"""

import base64
import os
import socket
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    def __init__(self, port: int, path: str, *, seconds: float) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._socket.sendall(head.encode())
        self._file = self._socket.makefile("rb")
        answer = self._file.readline()
        if b" 101 " not in answer:
            raise ConnectionError(answer.decode("latin-1"))
        while self._file.readline().strip():
            pass

    def send(self, text: str) -> None:
        self._frame(TEXT, text.encode())

    def _frame(self, kind: int, data: bytes) -> None:
        size = len(data)
        if size < 126:
            head = struct.pack(">BB", 0x80 | kind, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack(">BBH", 0x80 | kind, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | kind, 0x80 | 127, size)
        # Firefox breaks off where a client does not mask what it sends.
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self._socket.sendall(head + mask + masked)

    def receive(self) -> str:
        """Give the next whole text."""
        parts = []
        while True:
            kind, is_last, data = self._read()
            if kind == PING:
                self._frame(PONG, data)
            elif kind == CLOSE:
                raise ConnectionError("the browser closed the line")
            elif kind != PONG:
                parts.append(data)
                if is_last:
                    return b"".join(parts).decode()

    def _read(self) -> tuple[int, bool, bytes]:
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            [size] = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            [size] = struct.unpack(">Q", self._exactly(8))
        return first & 0x0F, bool(first & 0x80), self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise ConnectionError("the line broke off")
        return data

    def close(self) -> None:
        self._file.close()
        self._socket.close()
