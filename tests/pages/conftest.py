"""The site, built once into a temporary folder; a reader of its pages; a server and a browser."""

import functools
import http.server
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def build_site(target, *, builder="mkdocs", root=ROOT, env=None, more=()):
    """Build strictly in a process of its own; gives that process."""
    command = [sys.executable, "-m", builder, "build", "--strict", "-f", str(root / "mkdocs.yml")]
    return subprocess.run(
        [*command, "-d", str(target), *more], capture_output=True, text=True, env=env, check=False
    )


@dataclass
class Document(HTMLParser):
    """What the tests ask of a page: its elements in order, and the text of title and headings."""

    elements: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)

    def __post_init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("title", "h1", "table"):
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]][-1] += data

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@dataclass(frozen=True)
class BuiltPage:
    """One page of the built site: its address from the root, its source, its parsed form."""

    url: str
    path: Path
    html: str
    document: Document


def read_page(root, path):
    html = path.read_text("utf-8")
    document = Document()
    document.feed(html)
    url = path.relative_to(root).as_posix().removesuffix("index.html")
    return BuiltPage(url, path, html, document)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder that a reader's browser sees."""
    target = tmp_path_factory.mktemp("site")
    result = build_site(target)
    assert result.returncode == 0, result.stderr
    return target


@pytest.fixture(scope="session")
def pages(site):
    return [read_page(site, path) for path in sorted(site.rglob("*.html"))]


@pytest.fixture(scope="session")
def data():
    folder = ROOT / "content" / "data"
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in folder.glob("*.yml")}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Keep the test's output for the test."""


@pytest.fixture(scope="module")
def serve():
    """A function that serves a folder at the root of a host: serve(folder) -> address."""
    running = []

    def start(folder):
        handler = functools.partial(Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def address(site, serve):
    return serve(site)
