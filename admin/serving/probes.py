"""`/healthz` and `/readyz`: what a load balancer, a monitor and an upgrade ask of one node.

They are answered beside the application: past its hosts' wall (who asks knows a node by its
address alone) and past the lock of requests, so that a full queue of them answers too. Who comes
through a proxy gets none of it: nginx of admin/deploy tells every request `X-Forwarded-Proto`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from .readiness import Readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LIVES: Final = "/healthz"
READY: Final = "/readyz"
_PROXIED: Final = "HTTP_X_FORWARDED_PROTO"
_HEADERS: Final = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
]


class Probes:
    """A WSGI application that answers both questions itself, and hands all else on."""

    def __init__(self, app: "WSGIApplication", readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in (LIVES, READY) or _PROXIED in environ:
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _answer(start_response, "405 Method Not Allowed", {})
        if path == LIVES:
            return _answer(start_response, "200 OK", {"alive": True})
        found = self._readiness.now()
        status = "200 OK" if found.is_ready else "503 Service Unavailable"
        return _answer(start_response, status, {"ready": found.is_ready, **found.words})


def _answer(
    start_response: "StartResponse", status: str, words: Mapping[str, object]
) -> Iterable[bytes]:
    body = json.dumps(words).encode()
    start_response(status, [*_HEADERS, ("Content-Length", str(len(body)))])
    return [body]
