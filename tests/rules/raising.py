"""Errors that hold what must never be told, in every way in which an error can hold something."""

import gc
import logging
import sys
import threading
import time
import warnings

from flask import abort, request
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, StatementError
from werkzeug.exceptions import BadRequestKeyError, ServiceUnavailable

TOLD = {
    "the words": "祠堂石阶下埋着的旧账本",
    "the receipt": "904188 275563 118840",
    "the passphrase": "锄头 灯笼 麦浪 渡船",
    "the address": "198.51.100.77",
}
"""What the errors hold."""
TYPED = {"typed words": "河埠头的第三盏蓝灯笼", "the address asked with": "203.0.113.9"}
"""What stands in the requests at which they are raised."""


def plain(held):
    raise ValueError(held["the words"], *held.values())


def chained(held):
    try:
        raise KeyError(held["the words"])
    except KeyError as error:
        raise RuntimeError(" ".join(held.values())) from error


def of_a_statement(held):
    values = dict(enumerate(held.values()))
    raise StatementError(held["the words"], str(values), values, ValueError(*held.values()))


def of_a_row(held):
    # As PostgreSQL tells it.
    reason = Exception(f"DETAIL: Key (reference)=({', '.join(held.values())}) already exists.")
    raise IntegrityError(str(held), [tuple(held.values())], reason)


def of_bytes(held):
    " ".join(held.values()).encode("ascii")


def in_a_group(held):
    error = ExceptionGroup(held["the words"], [ValueError(mark) for mark in held.values()])
    error.add_note(held["the receipt"])
    raise error


def of_a_field(held):
    raise BadRequestKeyError(" ".join(held.values()))


def by_abort(held):
    abort(409, description=" ".join(held.values()))


def busy(held):
    raise ServiceUnavailable(" ".join(held.values()))


WAYS = {
    way.__name__: way
    for way in (
        *(plain, chained, of_a_statement, of_a_row, of_bytes, in_a_group),
        *(of_a_field, by_abort, busy),
    )
}


class Explosive:
    """Raises where a template writes it."""

    def __html__(self):
        chained(TOLD)


def raise_at(place):
    """Raise where the request asks for it, in the way that it asks for."""
    if request.headers.get("X-Place") == place:
        words, receipt, passphrase, address = TOLD.values()
        WAYS[request.headers["X-Way"]](TOLD)
        raise AssertionError(words + receipt + passphrase + address)


def spoil(app, engine):
    """Make an application raise at the place that a request names."""
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = spoilt(view)
    app.before_request(lambda: raise_at("before"))
    app.teardown_request(lambda _error: raise_at("teardown"))

    @app.after_request
    def after(response):
        raise_at("after")
        return response

    @app.context_processor
    def in_templates():
        return {"lang": Explosive()} if request.headers.get("X-Place") == "template" else {}

    @event.listens_for(engine, "before_cursor_execute")
    def in_the_database(*_args):
        raise_at("database")


def spoilt(view):
    def raising(*args, **kwargs):
        raise_at("view")
        if request.headers.get("X-Place") == "process":
            fail_outside_of_requests()
        return view(*args, **kwargs)

    return raising


class Unraisable:
    def __del__(self):
        plain(TOLD)


def fail_outside_of_requests():
    """Let everything else tell of an error: threads, finalizers, warnings, other libraries."""
    thread = threading.Thread(target=of_a_row, args=(TOLD,))
    thread.start()
    thread.join()
    del thread
    Unraisable()
    gc.collect()
    told = " ".join(TOLD.values())
    warnings.warn(told, stacklevel=1)
    logging.getLogger("a.library").warning("%s", told)
    # A message whose arguments do not fit: Python tells of it by writing both.
    logging.getLogger("a.library").error("%d", told)
    try:
        chained(TOLD)
    except RuntimeError:
        logging.getLogger("a.library").exception(told)
        logging.getLogger("admin").exception("in a view of ours")
        sys.excepthook(*sys.exc_info())


def sweep_that_fails(_app, **_how):
    time.sleep(0.01)
    of_a_row(TOLD)
