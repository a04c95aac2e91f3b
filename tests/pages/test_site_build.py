"""The site is built anew in the place of the one that is served: whole files, or nothing at all."""

import shutil
import threading
from datetime import date

import pytest

from admin.config import ROOT
from admin.district.site_build import NotBuilt, _put_all, rebuild
from admin.reading.keys_file import (
    KeyLine,
    combined,
    publish,
    replace_file,
    written,
)

PRINT = " ".join(["0a1b"] * 8)


@pytest.fixture
def shop(tmp_path):
    """A district's folder, whose site is served from `out`."""
    for name in ("content", "site"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "out").mkdir()
    return tmp_path


def pages(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def write_key(shop):
    path = shop / "content" / "data" / "keys.yml"
    replace_file(path, written([KeyLine("police", PRINT)], source="x", checked=date(2026, 12, 1)))


def test_the_page_of_the_fingerprints_follows_and_a_page_is_never_half(shop):
    out = shop / "out"
    rebuild(shop / "content", out)
    before, seen, is_done = pages(out), set(), threading.Event()

    def visit():
        while not is_done.is_set():
            seen.add((out / "report" / "keys" / "index.html").read_bytes())

    visitor = threading.Thread(target=visit)
    visitor.start()
    write_key(shop)
    publish(out, combined([KeyLine("police", PRINT)], []))
    changed = rebuild(shop / "content", out)
    is_done.set()
    visitor.join()

    after = pages(out)
    assert "0a1b" in after["report/keys/index.html"].decode()
    assert set(after) == set(before)
    assert changed == sum(after[name] != before[name] for name in after) - 1
    assert seen <= {before["report/keys/index.html"], after["report/keys/index.html"]}
    assert [path.name for path in shop.glob("site-*")] == []
    assert (out / "index.html").stat().st_mode & 0o044 == 0o044


def test_a_build_that_fails_changes_nothing_and_says_why(shop):
    out = shop / "out"
    (out / "index.html").write_text("as it was")
    page = shop / "content" / "report" / "index.md"
    page.write_text(page.read_text("utf-8") + "\n{nonsense}\n", "utf-8")

    with pytest.raises(NotBuilt, match="nonsense"):
        rebuild(shop / "content", out)

    assert pages(out) == {"index.html": b"as it was"}


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_what_an_earlier_build_put_goes_and_what_others_laid_there_stays(tmp_path):
    first, second, out = (tmp_path / name for name in ("first", "second", "out"))
    write(first, home="1", town="1")
    write(second, home="1", village="1")
    write(out, token="a certificate's")

    assert (_put_all(first, out), _put_all(second, out), _put_all(second, out)) == (2, 2, 0)

    assert set(pages(out)) == {"home", "village", "token"}


def test_words_that_are_not_there_are_told(tmp_path):
    with pytest.raises(NotBuilt, match=r"index\.md"):
        rebuild(tmp_path / "content", tmp_path / "out")
