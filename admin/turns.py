"""Lets the requests of one process take turns, so that its threads do not fight over Python."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_READ = 256 * 1024
"""Bytes of a body that are read before its turn; a longer one is answered apart from all turns."""
TURN: Final = "dengshao.turn"
"""Where a request finds its `Turn`."""


class Turn:
    """One request's place among those that take turns: it may have it, or be apart."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self.is_mine = False

    def take(self) -> None:
        self._lock.acquire()
        self.is_mine = True

    def give(self) -> None:
        self.is_mine = False
        self._lock.release()


class TakingTurns:
    """A WSGI application whose requests are answered one after the other.

    Threads read bodies and write answers beside each other, so a slow sender keeps nobody
    waiting. What lies between is nearly all work of the processor: eight threads at it change
    places a dozen times a request, and each change costs more than it brings.

    Long bodies, and the parts of files, are answered apart: they wait for lines and disks, and
    what they reckon (a digest, a seal) holds no other thread up.
    """

    def __init__(self, app: "WSGIApplication", apart: Collection[str] = ()) -> None:
        """`apart` names the paths that are answered apart, however short their bodies are."""
        self._app = app
        self._apart = frozenset(apart)
        self._turn = Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ[TURN] = turn = Turn(self._turn)
        ahead = _ahead(environ)
        if ahead is None or environ.get("PATH_INFO") in self._apart:
            return self._app(environ, start_response)
        if ahead:
            environ["wsgi.input"] = _read(environ["wsgi.input"], ahead)
        turn.take()
        try:
            return self._app(environ, start_response)
        finally:
            turn.give()


@contextmanager
def own_turn(environ: Mapping[str, Any]) -> Iterator[None]:
    """Take a turn within a request that is answered apart; any other is in its turn already."""
    turn: Turn | None = environ.get(TURN)
    if turn is None or turn.is_mine:
        yield
        return
    turn.take()
    try:
        yield
    finally:
        turn.give()


@contextmanager
def aside(environ: Mapping[str, Any]) -> Iterator[None]:
    """Give the turn to others while a request reads a long body or waits, and take one again.

    Whoever steps aside holds no transaction: the next in turn may need the same lock. A request
    that is answered apart, or that a test's client makes, has no turn to give.
    """
    turn: Turn | None = environ.get(TURN)
    if turn is None or not turn.is_mine:
        yield
        return
    turn.give()
    try:
        yield
    finally:
        turn.take()


def _ahead(environ: "WSGIEnvironment") -> int | None:
    """Say how many bytes to read before the turn; None for a body that is too long for it."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        # No length is told. One byte more than we take shows that there are too many.
        return MOST_READ + 1
    text = environ.get("CONTENT_LENGTH") or "0"
    length = int(text) if text.isdigit() else 0
    return length if length <= MOST_READ else None


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
