"""Serves the application with gunicorn in the foreground."""

import fcntl
import gc
import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from .. import create_app
from ..config import Config
from ..db import db
from ..district.data import routes_digest
from ..district.preflight import check_all
from ..district.reloading import (
    Kept,
    ask_to_reread,
    start_looking,
)
from ..logs import (
    OWN,
    QuietLogger,
    quiet_process,
)
from ..mail.notices import start_noticing
from ..members.joining import write_setup_code
from ..reading.data_files import DataError
from ..release.running import running_release
from ..web.security import forbid_core_dumps
from ..wire.request_lock import RequestLock
from .measuring.around import Watched
from .measuring.keeping import begin as begin_measuring
from .probes import Probes
from .readiness import Leaving, Readiness, judge
from .swap import refuse_clear_swap
from .sweeper import delete_due_at_start, start_sweeping
from .worker import ReadAheadWorker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PID = re.compile(r"\(pid (\d+)(?:, ([^)]+))?\)")


class AlreadyRunning(Exception):
    """Another process serves this data folder; the message says where."""


def hold_lock(config: Config) -> TextIO:
    """Take `run.lock` for as long as the file stays open. Raises `AlreadyRunning`."""
    file = (config.data / "run.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        where = file.read().strip()
        file.close()
        raise AlreadyRunning(f"已经在运行：{where}  It runs already, at {where}") from None
    file.seek(0)
    file.truncate()
    file.write(f"http://{config.bind}/ (pid {os.getpid()}, {running_release().version})\n")
    file.flush()
    return file


def serving_pid(lock: Path) -> int | None:
    """Find the process that serves this data folder: it holds the lock for as long as it runs."""
    found = _held_by(lock)
    return int(found[1]) if found else None


def serving_version(lock: Path) -> str | None:
    """Tell which version serves this data folder."""
    found = _held_by(lock)
    return found[2] if found else None


def _held_by(lock: Path) -> re.Match[str] | None:
    try:
        with lock.open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _PID.search(file.read())
    except OSError:
        return None
    return None


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's first process, whose SIGHUP lets the workers read anew and ends none of them.

    gunicorn would put others in their place: requests under way would be hurried, and where a file
    can't be read, nobody would serve at all.
    """

    def reload(self) -> None:
        self.app.reread()

    def handle_term(self) -> None:
        """Say at /readyz that this node goes, and take what still comes, before the socket closes.

        A load balancer that asks each second has then sent its last press here.
        """
        self.app.leaving.tell()
        time.sleep(self.app.leaving_seconds)
        super().handle_term()

    def manage_workers(self) -> None:
        """At each turn, before it makes a worker: be where the workers are that serve."""
        self.app.kept.newest()
        super().manage_workers()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, configured from Python."""

    def __init__(
        self,
        make_app: Callable[[Kept], Flask],
        options: dict[str, Any],
        config: Config,
        kept: Kept,
    ) -> None:
        self._make_app = make_app
        self._options = options
        self._config = config
        self.kept = kept
        self.leaving = Leaving()
        super().__init__()

    @property
    def leaving_seconds(self) -> int:
        return self._config.leaving_seconds

    def run(self) -> None:
        Master(self).run()

    def reread(self) -> None:
        """Let the workers read content, data and keys anew; what can't be read is named instead."""
        known = routes_digest(self.kept.district)
        try:
            check_all(self._config, known=known)
        except DataError as error:
            logging.getLogger(OWN).error("没有换，还用原来的：%s", error)
        except Exception as error:
            # A schema with a slip, say. Whatever it is, the server goes on.
            logging.getLogger(OWN).error("没有换，还用原来的：%s", type(error).__name__)
        else:
            ask_to_reread(self._config.data)

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("post_worker_init", self.start_threads)

    def load(self) -> Probes:
        """Make the application once, before there are workers: they share its memory."""
        self._app = self._make_app(self.kept)
        with self._app.app_context():
            # A worker must not inherit an open connection.
            db.dispose()
        # What is there now stays: the garbage collector need not walk through it at every turn,
        # and so writes no mark of its own into pages that the workers share.
        gc.collect()
        gc.freeze()
        readiness = Readiness(partial(judge, self._app), self.leaving)
        return Probes(self.measured(RequestLock(self._app.wsgi_app)), readiness)

    def measured(self, lock: RequestLock) -> "WSGIApplication":
        """Measure from outside of the turns, where somebody wants to be told."""
        if not self._config.metrics.is_on:
            return lock
        begin_measuring(self._config.data)
        watched = Watched(lock, self._config.data)
        with self._app.app_context():
            for engine in db.engines.values():
                watched.watch_pool(engine)
        return watched

    def start_threads(self, _worker: object) -> None:
        """Start what each worker does beside answering: no thread lives through a fork."""
        start_sweeping(self._app)
        start_noticing(self._app)
        start_looking(self.kept)


def gunicorn_options(config: Config, *, workers: int, threads: int) -> dict[str, Any]:
    shm = Path("/dev/shm")  # noqa: S108 (memory, not a disk)
    return {
        "bind": config.bind,
        "workers": workers,
        "worker_class": ReadAheadWorker,
        "threads": threads,
        "keepalive": 5,
        "timeout": 60,
        # Longer than a silent connection may stay, so that no worker has to be killed.
        "graceful_timeout": 8,
        "preload_app": True,
        # An access log would hold addresses and times.
        "accesslog": None,
        "errorlog": "-",
        "logger_class": QuietLogger,
        "umask": 0o077,
        "loglevel": "warning",
        "worker_tmp_dir": str(shm) if shm.is_dir() else None,
        "control_socket_disable": True,
        "proc_name": "dengshao",
    }


def prepare(app: Flask) -> None:
    """Do what belongs to a start: delete what is due, and the sessions that ended meanwhile.

    Those that are still good stay (decision 52): another node may serve them.
    """
    # The rest of a sweep is made while serving: a start must not wait for it.
    delete_due_at_start(app)


def run(config: Config, app: Flask, *, workers: int, threads: int) -> None:
    """Serve until told to stop. The caller holds the lock."""
    forbid_core_dumps()
    refuse_clear_swap(config)
    prepare(app)
    with app.app_context():
        setup_code = _setup_code(config)
        db.reading.close()
        # A worker must not inherit an open connection.
        db.dispose()
    _announce(config)
    if setup_code is not None:
        _announce_setup(config, setup_code)
    quiet_process()
    options = gunicorn_options(config, workers=workers, threads=threads)
    shared = share_budgets(config, workers)
    kept = app.extensions["dengshao"].kept
    Server(lambda kept: create_app(shared, kept), options, config, kept).run()


def share_budgets(config: Config, workers: int) -> Config:
    """Let each worker take its share: the budgets are for all workers of all nodes together."""
    return replace(config, workers=workers * config.nodes)


def _announce(config: Config) -> None:
    scheme = "https" if config.production else "http"
    lines = (
        f"灯哨 Dengshao: {scheme}://{config.public_host}/",
        f"  线索 form     {scheme}://{config.public_host}/tip/",
        f"  回复 mailbox  {scheme}://{config.public_host}/mailbox/",
        f"  办公 desk     {scheme}://{config.desk_host}/desk/",
        "  Ctrl-C 停止 stops",
    )
    print("\n".join(lines), flush=True)  # noqa: T201 (the operator's terminal)


def _setup_code(config: Config) -> Path | None:
    """Leave the code for the first administrator where this node lets people sign in at all."""
    if "accounts" not in config.rooms:
        return None
    return write_setup_code(db.reading, config.data, _desk(config))


def _desk(config: Config) -> str:
    return f"{'https' if config.production else 'http'}://{config.desk_host}"


def _announce_setup(config: Config, path: Path) -> None:
    """Say where the code lies that makes the first administrator; never the code itself."""
    lines = (
        "还没有成员。请第一位系统管理员现在办：",
        f"  打开 {path} 里写的链接（只有本机的运行用户能读）",
        f"  或者打开 {_desk(config)}/desk/setup，照文件的第一行写首次设置码",
    )
    print("\n".join(lines), flush=True)  # noqa: T201 (the operator's terminal)
