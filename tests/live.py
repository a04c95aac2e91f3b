"""A running server and a real browser: fixtures for tests that go through Chromium.

bundles   the built browser scripts (a folder), once a session
demo      the demo's members, made once a session; every server starts on a copy of their store
live      a server on 127.0.0.1 with that demo: .public .desk .config .app .stop()
browser   Playwright's Chromium, once a session
undrawn   the same, which lays pages out and never draws them
visit     a function that opens a new page in a browser of its own: visit() -> Page

tests/signing_in.py signs members in.
"""

import re
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db
from admin.demo.members import make_demo, read_demo
from admin.migrate import migrate
from tests.once import folder_of_run, made_once
from tests.ports import free_port
from tests.support import WIDE_BUDGETS

# How long an expectation is waited for: a busy machine is no failure.
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)
IDLE_MS = 15 * 60 * 1000
# How often a server looks whether it is to stop: each test waits for it.
OFTEN = 0.02

CHROMIUM = "/usr/bin/chromium"
# The same engine of the same version without a window's own pages: half the work for each tab.
HEADLESS = shutil.which("chromium-headless-shell") or CHROMIUM
# Nothing glides to where a press is: each press waited up to a second and a half until it stood.
STILL = {"reduced_motion": "reduce"}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A page is laid out, and no picture is made of it. What waits for the next picture waits forever:
# presses, scrolling, images that come when they are seen. The whole Chromium knows nothing of it.
UNDRAWN = ["--enable-begin-frame-control", "--run-all-compositor-stages-before-draw"]


class QuietHandler(WSGIRequestHandler):
    """Writes no access log, as in production; how many of its answers are under way is known."""

    _under_way, _changed = 0, threading.Condition()

    def run_wsgi(self):
        QuietHandler._count(1)
        try:
            super().run_wsgi()
        finally:
            QuietHandler._count(-1)

    @classmethod
    def _count(cls, more):
        with cls._changed:
            cls._under_way += more
            cls._changed.notify_all()

    @classmethod
    def wait_for_all(cls):
        """Wait until no request is at work: one still is when the browser has its answer."""
        with cls._changed:
            cls._changed.wait_for(lambda: cls._under_way == 0, WAIT_MS / 1000)

    def log_request(self, *_args):
        return


def answer_no_more(server):
    """Let a stopped server's requests end: what one still takes of the database stays open else."""
    # A browser's line that is open already can still bring one.
    server.app = gone
    QuietHandler.wait_for_all()


def gone(_environ, start_response):
    start_response("503 Service Unavailable", [])
    return []


@dataclass
class Live:
    """A server that runs in a thread of this process."""

    app: object
    config: object
    server: object
    kept: object = None
    """The folder in which all processes of a run keep what sign-ins left."""

    @property
    def public(self):
        return f"http://{self.config.public_host}"

    @property
    def desk(self):
        return f"http://{self.config.desk_host}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        answer_no_more(self.server)
        dispose(self.app)


def dispose(app):
    with app.app_context():
        db.dispose()


def start_server(environ, kept=None):
    """Start a server for an installation; its port is chosen here. `kept` as `Live` has it."""
    port = free_port()
    config = load_config(environ | {"DENGSHAO_BIND": f"127.0.0.1:{port}"})
    app = create_app(config)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(OFTEN,), daemon=True).start()
    return Live(app=app, config=config, server=server, kept=kept)


def pass_idle_minutes(page):
    """Make the page's last touch 15 minutes old, and let it look."""
    # At once: it looks by itself too, every few seconds.
    page.evaluate(
        f"localStorage.setItem('dengshao.touched', String(Date.now() - {IDLE_MS}));"
        "window.dispatchEvent(new Event('focus'))"
    )


def press_escape_three_times(page):
    """Press as somebody does who must leave: all three within two seconds, however slow we are."""
    seconds = 2.0
    while seconds >= 2:
        began = time.monotonic()
        for _ in range(3):
            page.keyboard.press("Escape")
        seconds = time.monotonic() - began


def strip_scripts(page):
    """Serve pages as a browser without scripts sees them, to one that runs axe all the same."""

    def strip(route):
        if route.request.resource_type != "document":
            route.continue_()
            return
        answer = route.fetch(max_redirects=0)
        text = re.sub(r"<script\b.*?</script>", "", answer.text(), flags=re.DOTALL)
        # What is not the form's stays: the theme's own script, which brings the print button.
        bare = re.sub(r"<noscript>(<(?:button|link).*?)</noscript>", r"\1", text)
        theme = '<script src="/assets/lamp.js" defer></script></head>'
        route.fulfill(response=answer, body=bare.replace("</head>", theme))

    page.route("**/*", strip)


@contextmanager
def running(server):
    """Let a server answer from a thread of its own; gives the address of its port."""
    thread = threading.Thread(target=server.serve_forever, args=(OFTEN,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def serving(app, config):
    """Serve an application on the port of its own configuration; gives its public address."""
    port = int(config.bind.rpartition(":")[2])
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    with running(server):
        yield f"http://{config.public_host}"
    answer_no_more(server)


def on_a_port(environ, bundles, site_folder):
    """The settings of a node for reporters: a port of its own, the theme's files, the scripts."""
    return environ | {
        "DENGSHAO_ROOMS": "intake,mailbox",
        "DENGSHAO_BIND": f"127.0.0.1:{free_port()}",
        "DENGSHAO_BUNDLES": str(bundles),
        "DENGSHAO_SITE": str(site_folder),
    }


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    """The browser's scripts, bundled from the sources as they are now."""
    return made_once(tmp_path_factory, "bundles", build_bundles)


def build_bundles(folder):
    command = ["node", "admin/browser/build.mjs", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """A stand-in for the built site: the assets alone, which the app's pages load."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "site" / "theme" / "assets", folder / "assets")
    return folder


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory):
    """A data folder with a migrated SQLite file that the demo has filled, and its people."""
    filled = made_once(tmp_path_factory, "demo", fill_demo)
    # Whoever opens it leaves traces beside it: each process has its own.
    folder = shutil.copytree(filled, tmp_path_factory.mktemp("demo") / "data")
    return folder, read_demo(load_config({"DENGSHAO_DATA": str(folder)}))


def fill_demo(folder):
    config = load_config({"DENGSHAO_DATA": str(folder)})
    app = create_app(config)
    with app.app_context():
        migrate(db.engine)
        make_demo(db.session, config)
    dispose(app)


@pytest.fixture(scope="session")
def demo(demo_store):
    """The demo's members by name, with their passphrases and codes."""
    return {member.name: member for member in demo_store[1]}


@pytest.fixture
def live(demo_store, bundles, site_folder, tmp_path, tmp_path_factory):
    """A running server on a copy of the demo's store."""
    data = tmp_path / "live"
    shutil.copytree(demo_store[0], data)
    server = start_server(
        {
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            **WIDE_BUDGETS,
        },
        kept=folder_of_run(tmp_path_factory),
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, without a head where that is installed; tests/engines opens the whole."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=HEADLESS, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def undrawn(browser):
    """A Chromium for what is judged by layout alone: a third of the work is the pictures."""
    if HEADLESS == CHROMIUM:
        yield browser
        return
    chromium = browser.browser_type.launch(executable_path=HEADLESS, args=ARGUMENTS + UNDRAWN)
    yield chromium
    chromium.close()


@pytest.fixture
def visit(browser):
    """Open pages, each in a browser context of its own: nothing is shared between visitors."""
    contexts = []

    def open_page(**options):
        contexts.append(browser.new_context(locale="zh-CN", **(STILL | options)))
        contexts[-1].set_default_timeout(WAIT_MS)
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()
