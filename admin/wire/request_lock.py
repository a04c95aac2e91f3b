"""Lets the requests of one process take turns, so that its threads do not fight over Python."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..settings.file_limits import MOST_WORDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_READ = MOST_WORDS
"""Bytes of a body that are read before its turn; of a longer one, its view decides."""
LEAVE = "dengshao.leave"
"""Under which a server may put what it wants called when a request gives its turn away."""
_TURN = "dengshao.turn"


class RequestLock:
    """A WSGI application whose requests are answered one after the other.

    Threads read bodies and write answers beside each other, so a slow sender keeps nobody
    waiting. What lies between is nearly all work of the processor: eight threads at it change
    places a dozen times a request, and each change costs more than it brings.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._turn = Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if length := _ahead(environ):
            environ["wsgi.input"] = _read(environ["wsgi.input"], length)
        environ[_TURN] = self._turn
        with self._turn:
            return self._app(environ, start_response)


@contextmanager
def unlocked(environ: Mapping[str, Any]) -> Iterator[None]:
    """Give the turn to others while a request reads a long body or waits, and take one again.

    Whoever steps aside holds no transaction: the next in turn may need the same lock. Where
    nobody takes turns (a test's client), nothing is given.
    """
    turn: Lock | None = environ.get(_TURN)
    if turn is None:
        yield
        return
    turn.release()
    if leave := environ.get(LEAVE):
        leave()
    try:
        yield
    finally:
        turn.acquire()


def _ahead(environ: "WSGIEnvironment") -> int:
    """Say how many bytes to read before the turn."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        # No length is told. One byte more than we take shows that there are too many.
        return MOST_READ + 1
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() and int(length) <= MOST_READ else 0


class _Broken:
    """A body that did not come as it should: whoever reads it meets the error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        del size
        raise self._error

    readline = read


def _read(stream: Any, length: int) -> "BytesIO | _Broken":
    try:
        return BytesIO(stream.read(length))
    except Exception as error:  # gunicorn has kinds of its own: the application judges it
        return _Broken(error)
