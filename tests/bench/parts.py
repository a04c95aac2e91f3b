"""Where the time of one tip goes: `python -m tests.bench.parts` (one thread, SQLite, wall)."""

import io
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from flask import Flask, request

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db
from admin.intake import services, submission, views
from admin.intake.current import current_intake
from admin.intake.flood import Verdict
from admin.intake.sent_form import SentForm
from admin.vault import store
from admin.vault.spent import nonces

from .load import body
from .place import environment, furnish

TIPS = 300
PORT = 8123


class Parts:
    """Adds up the time between marks, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = 0.0

    def start(self) -> None:
        self._last = time.perf_counter()

    def mark(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] += now - self._last
        self._last = now


def post_environ(data: bytes) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/tip/sent",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(PORT),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": f"127.0.0.1:{PORT}",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }


def take_apart(app: Flask, parts: Parts) -> None:
    """Take one tip as the view does, step by step."""
    with app.app_context():
        data = body(app_state().tokens.new().encode())
    parts.start()
    with app.request_context(post_environ(data)):
        parts.mark("request opened")
        form = SentForm(request.form, ())
        assert request.form
        parts.mark("body read")
        assert form.is_right()
        parts.mark("answers read")
        intake = current_intake(db.session, form.nonce.day)
        assert intake is not None
        assert not nonces.spent_bodies(db.reading, form.nonce.nonce)
        assert views._judge(form) is Verdict.NORMAL
        parts.mark("nonce looked up, tip judged")
        sent = submission.Submission(intake, form.nonce, form.answers)
        assert sent.keys.identity.recipient_text
        parts.mark("receipt and reporter's key")
        sealed = services.seal_tip(sent)
        parts.mark("sealed to three")
        db.session.connection()
        parts.mark("lock taken")
        store.store_tip(db.session, sealed)
        nonces.spend(db.session, sent.nonce.nonce, sent.mac, day=sent.nonce.day)
        parts.mark("two rows written")
        db.session.commit()
        parts.mark("committed to disk")
        stored = services.Result(services.Received.STORED, form.nonce)
        views.show_result(stored, intake)
        parts.mark("answer made")
    parts.mark("request closed")


def measure_parts() -> dict[str, float]:
    """Give each part's milliseconds per tip."""
    parts = Parts()
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        environ = environment(folder, f"sqlite:///{folder / 'dengshao.sqlite3'}", PORT)
        config, _identities = furnish(folder, environ)
        app = create_app(config)
        for _ in range(30):
            take_apart(app, Parts())
        for _ in range(TIPS):
            take_apart(app, parts)
        with app.app_context():
            db.dispose()
    return {name: round(seconds / TIPS * 1000, 3) for name, seconds in parts.seconds.items()}


def show_parts(parts: dict[str, float]) -> None:
    print("where the time of one POST goes (ms, one thread, SQLite)")
    for name, milliseconds in parts.items():
        print(f"  {name:30}{milliseconds:8.3f}")
    print(f"  {'together':30}{sum(parts.values()):8.3f}")


if __name__ == "__main__":
    show_parts(measure_parts())
