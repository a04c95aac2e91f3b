"""What `dengshao metrics` does: tells once, into a file or to the terminal, or at a local port."""

import os
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, cast

import click
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from ..config import Config, load_config
from ..serving.measuring.keeping import HOUR
from ..settings.installed import become_owner
from .families import Both, Sheet
from .gathering import look, probe

MINUTE: Final = 60
_SECONDS: Final = 5
OFF: Final = "没有开监控。请设 DENGSHAO_METRICS=yes，重新启动服务，再做一次。没有写任何东西。"


def tell(textfile: Path | None, *, serves: bool) -> None:
    """Tell what is known. Raises `ClickException` where it is not wished at all."""
    config = load_config()
    become_owner(config.data)
    if not config.metrics.is_on:
        raise click.ClickException(OFF)
    if serves:
        _serve(config)
    elif textfile is not None:
        write(textfile, told_now(config))
    else:
        click.echo(told_now(config), nl=False)


def told_now(config: Config) -> bytes:
    return written(probe(config), look(config, int(time.time())))


def written(*sheets: Sheet) -> bytes:
    return generate_latest(cast("Any", Both(*sheets)))


def write(path: Path, words: bytes) -> None:
    """Write the file whole or not at all; another user reads it."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(words)
        new.chmod(0o644)
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise click.ClickException(f"{path} 写不进去：{error.strerror}。") from None


class Teller:
    """What is told at the port: asked anew each minute, looked at anew each hour."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._hour = self._minute = -1
        self._probed = self._looked = Sheet()

    def turn(self, now: int) -> None:
        """Bring up to date what is older than it may be."""
        if now // HOUR != self._hour:
            self._looked, self._hour = look(self._config, now), now // HOUR
        if now // MINUTE != self._minute:
            self._probed, self._minute = probe(self._config), now // MINUTE

    def words(self) -> bytes:
        return written(self._probed, self._looked)


class Port(ThreadingHTTPServer):
    """Listens on the one address that is configured."""

    daemon_threads = True

    def __init__(self, config: Config, teller: Teller) -> None:
        self.teller = teller
        if ":" in config.metrics.host:
            self.address_family = socket.AF_INET6
        super().__init__((config.metrics.host, config.metrics.port), Answer)


class Answer(BaseHTTPRequestHandler):
    """Answers one path, and writes nobody's address to any log."""

    timeout = _SECONDS
    server_version, sys_version = "dengshao", ""

    def do_GET(self) -> None:
        """Give the text that was made last."""
        if self.path != "/metrics":
            self.send_error(404)
            return
        words = cast("Port", self.server).teller.words()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


def _serve(config: Config) -> None:
    teller = Teller(config)
    teller.turn(int(time.time()))
    try:
        port = Port(config, teller)
    except OSError as error:
        address = f"{config.metrics.host}:{config.metrics.port}"
        raise click.ClickException(f"{address} 听不了：{error.strerror}。") from None
    with port, suppress(KeyboardInterrupt):
        # Who asks never waits for a look; where a look fails, the whole ends, and is started anew.
        threading.Thread(target=port.serve_forever, daemon=True).start()
        click.echo(f"http://{config.metrics.host}:{config.metrics.port}/metrics")
        while True:
            time.sleep(1)
            teller.turn(int(time.time()))
