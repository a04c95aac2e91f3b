"""Headers, hosts and audiences: what holds for every page, whatever package it belongs to."""

import resource
from collections.abc import Callable
from functools import wraps
from typing import IO, Any, Final, TypeVar, cast

from flask import Flask, Request, Response, abort, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response as BaseResponse

from ..config import Config
from ..db.logins import is_desk_path
from ..settings.file_limits import MOST_WORDS
from ..wire.urlencoded import PlainFormParser

View = TypeVar("View", bound=Callable[..., Any])

CSP_PUBLIC: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The desk shows words of strangers: no string may become script or markup there.
_CSP_DESK: Final = CSP_PUBLIC + "; require-trusted-types-for 'script'; trusted-types dengshao"
_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), "
        "display-capture=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), "
        "local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    # Nor may a proxy on the way compress a page: its length would tell of the words in it, and the
    # filling of admin/wire/padding.py would be gone.
    "Cache-Control": "no-store, no-transform",
}
_PUBLIC_HEADERS: Final = [*_HEADERS.items(), ("Content-Security-Policy", CSP_PUBLIC)]
_DESK_HEADERS: Final = [*_HEADERS.items(), ("Content-Security-Policy", _CSP_DESK)]
# What pages of both hosts load; it holds nothing of anyone.
_SHARED_PATHS: Final = ("/assets/", "/app/", "/keys.json")


class DeskSessions(SecureCookieSessionInterface):
    """The desk's sessions. A public page has none: it reads no cookie, and can set none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if is_desk_path(request.path) else None


class NoSpoolRequest(Request):
    """A request whose body never touches a disk."""

    form_data_parser_class = PlainFormParser
    max_content_length = MOST_WORDS
    file_stream: Callable[[], IO[bytes]] | None = None
    """Makes what a file's bytes are written to; set by the one view that takes files."""

    def _get_file_stream(self, *_told: Any, **_more: Any) -> IO[bytes]:
        """Give no temp file, as werkzeug would: it would hold the file in clear."""
        if self.file_stream is None:
            raise UnsupportedMediaType
        return self.file_stream()


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    cast(Any, view).audience = "public"
    return view


def staff_only(view: View) -> View:
    """Let only a signed-in member in; others go to the sign-in page, scripts get a 401."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.get("staff") is None:
            if request.accept_mimetypes.best == "application/json":
                abort(401)
            return redirect(url_for("signin.sign_in"))
        return view(*args, **kwargs)

    cast(Any, guarded).audience = "staff"
    return cast(View, guarded)


def desk_policy(frames: str) -> str:
    """Give the policy of a desk's page that may show one address, and no other, in a frame."""
    return f"{_CSP_DESK}; frame-src {frames}"


def init_security(app: Flask, config: Config) -> None:
    """Set the hosts' wall and the headers of every answer."""
    app.request_class = NoSpoolRequest
    app.session_interface = DeskSessions()

    @app.before_request
    def keep_hosts_apart() -> BaseResponse | None:
        return _right_host(config)

    @app.after_request
    def set_headers(response: Response) -> Response:
        # Looked through once: `setdefault` walks all headers for each, a twentieth of a tip's time.
        there = {name.lower() for name, _value in response.headers}
        for name, value in _DESK_HEADERS if is_desk_path(request.path) else _PUBLIC_HEADERS:
            if name.lower() not in there:
                response.headers.add(name, value)
        return response


def _right_host(config: Config) -> BaseResponse | None:
    """Send a page asked of the wrong host to the right one: the two are different origins.

    A name that is not ours is refused: whoever made it lead here (a page that rebinds its own
    name, say) shall get no page of ours under it.
    """
    host = request.host.lower()
    if host not in {config.public_host, config.desk_host} | config.more_hosts:
        abort(421)
    if request.path.startswith(_SHARED_PATHS):
        return None
    wants_desk = is_desk_path(request.path)
    if wants_desk == (host == config.desk_host):
        return None
    if request.method not in ("GET", "HEAD"):
        abort(421)
    scheme = "https" if config.production else request.scheme
    right = config.desk_host if wants_desk else config.public_host
    return redirect(f"{scheme}://{right}{request.full_path.rstrip('?')}")


def forbid_core_dumps() -> None:
    """Keep the kernel from writing this process's memory to a disk when it crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
