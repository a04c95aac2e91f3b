"""Notes what a request does: its statements, and the calls that cost."""

from sqlalchemy import event

from admin.db import db


def watch(monkeypatch, place, name, done):
    """Note each call of a function that goes on working, and of which template."""
    real = getattr(place, name)

    def called(*given, **named):
        done.append((name, *(text for text in given if str(text).endswith(".html"))))
        return real(*given, **named)

    monkeypatch.setattr(place, name, called)


def statements_of(app, visit):
    """List the database's work during one request."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement != "BEGIN":
            seen.append(statement)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    visit()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return seen
