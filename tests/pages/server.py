"""The built site on a port of this machine, under the policy under which the public reads it."""

import functools
import http.server
from contextlib import AbstractContextManager
from pathlib import Path

from admin.web.security import CSP_PUBLIC
from tests.live import running


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder as the app and nginx serve it, and tells nothing."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP_PUBLIC)
        super().end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Keep the output for what a test or a tool says."""


def served(folder: Path) -> AbstractContextManager[str]:
    """Serve a folder at the root of a host; gives its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    return running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
