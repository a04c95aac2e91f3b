"""The frame in which files of strangers are shown: a page without an origin that can load nothing.

What is in it is its own style and its own script, written into it and named by their hashes: it
asks for no other file, so its policy needs to let none through.
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Response, abort, render_template

from ...access.permissions import Act, may
from ...app_state import app_state
from ..blueprint import bp

_STYLE: Final = Path(__file__).parents[2] / "static" / "desk-frame.css"
_SCRIPT: Final = "desk-frame.js"


@bp.get("/frame/")
@may(Act.OPEN)
def frame() -> Response:
    """Show the empty frame; the page around it gives it bytes and says what to do with them."""
    script = app_state().config.bundles / _SCRIPT
    if not script.is_file():
        abort(404)
    style, code = _read(_STYLE), _read(script)
    page = Response(render_template("desk/frame.html", style=style, script=code))
    page.headers["Content-Security-Policy"] = _policy(style, code)
    # A page that is in no group of windows anyway; with another word here, browsers would refuse
    # to show a sandboxed one by itself.
    page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return page


def _read(path: Path) -> str:
    return _text(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _text(path: Path, _changed: int) -> str:
    """Read a file that stands within an element of the page. Raises ValueError if it would end it.

    The strings are ours, and any other page would be spoilt by them too.
    """
    text = path.read_text("utf-8")
    if any(end in text.lower() for end in ("</script", "</style", "<!--")):
        raise ValueError(f"{path.name} would end its own element")
    return text


def _policy(style: str, script: str) -> str:
    """Let nothing in but these two, and nothing out; films play from the frame's own memory."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; sandbox allow-scripts"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
