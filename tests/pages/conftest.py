"""The site, built once into a temporary folder; a reader of its pages; a server and a browser."""

import copy
import importlib
import os
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from admin.reading.citations import Reader
from admin.reading.languages import languages_of
from admin.reading.laws import laws_of
from tests.forked import run_forked
from tests.once import made_once

from .changed import change_much
from .server import served

ROOT = Path(__file__).parents[2]
# A district's address: a folder of a portal.
SITE_URL = "https://www.example.gov.cn/dengshao/"
ADDRESSED = os.environ | {"DENGSHAO_SITE_URL": SITE_URL}


def build_site(target, *, builder="mkdocs", root=ROOT, env=None, more=()):
    """Build strictly in a process of its own; gives that process."""
    command = ["build", "--strict", "-f", str(root / "mkdocs.yml"), "-d", str(target), *more]
    return run_forked(builder, *command, env=env)


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
    return made_once(tmp_path_factory, "built-site", build_well)


def build_well(target, **options):
    """Build what must come to be; what was said of it stands beside it."""
    result = build_site(target, **options)
    assert result.returncode == 0, result.stderr
    said_of(target).write_text(result.stderr, "utf-8")


def said_of(target):
    """Name the file that holds what the build of a folder said."""
    return target.with_name(f"{target.name}.said")


@pytest.fixture(scope="session")
def pages(site):
    return [read_page(site, path) for path in sorted(site.rglob("*.html"))]


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The site as a district builds it that has an address."""
    return made_once(tmp_path_factory, "published", partial(build_well, env=ADDRESSED))


@pytest.fixture(scope="session")
def offline(tmp_path_factory):
    """The copy for a disk, of a district without an address."""
    make = partial(build_well, more=["--no-directory-urls"])
    return made_once(tmp_path_factory, "offline-copy", make)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory):
    """The site of a district that has changed many things, each by itself (changed.py)."""
    return made_once(tmp_path_factory, "elsewhere", build_changed)


def build_changed(target):
    root = target.with_suffix(".root")
    copy_workshop(root)
    change_much(root)
    build_well(target, root=root)


def copy_workshop(root):
    """Copy what the build reads."""
    for name in ("content", "site"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)


@pytest.fixture(scope="session")
def data():
    folder = ROOT / "content" / "data"
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in folder.glob("*.yml")}


@pytest.fixture
def hook(monkeypatch):
    """Give a hook of the build by its name, as the build imports it."""
    monkeypatch.syspath_prepend(str(ROOT / "site" / "hooks"))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(ROOT / "site" / "hooks") in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def config(data, tmp_path):
    """What a hook asks of the build's configuration, with data of its own to be damaged."""
    folder = tmp_path / "content" / "data"
    shutil.copytree(ROOT / "content" / "data", folder)
    theme = SimpleNamespace(custom_dir=str(ROOT / "site" / "theme"))
    extra = {
        "data": copy.deepcopy(data),
        "languages": languages_of(data["languages"]),
        "laws": Reader(laws_of(data["laws"]["items"])),
    }
    return SimpleNamespace(docs_dir=str(folder.parent), extra=extra, theme=theme)


@pytest.fixture
def edit(hook, config):
    """A function that changes a data file, reads it again, and goes on to a step of the build.

    edit("places", old, new, step) calls step(config).
    """

    def change(name, old, new, step=None):
        path = Path(config.docs_dir) / "data" / f"{name}.yml"
        words = path.read_text("utf-8")
        assert old in words
        path.write_text(words.replace(old, new, 1), "utf-8")
        config.extra["data"][name] = hook("data_files").read(path)
        if step:
            step(config)

    return change


@pytest.fixture
def read_damaged(hook, tmp_path):
    """Read a data file of which a piece was changed, against its schema."""

    def read(name, old, new):
        folder = ROOT / "content" / "data"
        words = (folder / f"{name}.yml").read_text("utf-8")
        assert old in words
        data = tmp_path / "data"
        (data / "schema").mkdir(parents=True)
        shutil.copy(folder / "schema" / f"{name}.json", data / "schema")
        (data / f"{name}.yml").write_text(words.replace(old, new, 1), "utf-8")
        return hook("data_files").read(data / f"{name}.yml")

    return read


@pytest.fixture(scope="module")
def serve():
    """A function that serves a folder at the root of a host: serve(folder) -> address."""
    with ExitStack() as running:
        yield lambda folder: running.enter_context(served(folder))


@pytest.fixture(scope="module")
def address(site, serve):
    return serve(site)
