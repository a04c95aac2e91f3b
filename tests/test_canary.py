"""The search itself must find: a search that finds nothing proves nothing else."""

import base64
import shutil
from urllib.parse import quote

import pytest

from tests.canary import find_marks, written_since

MARK = "灯塔七号暗语"
FORMS = {
    "plain": lambda mark: mark.encode(),
    "utf-16": lambda mark: ("x" + mark).encode("utf-16"),
    "utf-16-be": lambda mark: mark.encode("utf-16-be"),
    "percent": lambda mark: quote(mark).encode(),
    "json": lambda mark: mark.encode("ascii", "backslashreplace"),
    "base64, alignment 0": lambda mark: base64.b64encode(mark.encode() + b"tail"),
    "base64, alignment 1": lambda mark: base64.b64encode(b"a" + mark.encode() + b"tail"),
    "base64, alignment 2": lambda mark: base64.b64encode(b"ab" + mark.encode()),
    "base64 for URLs": lambda mark: base64.urlsafe_b64encode(b"\xff\xfe" + mark.encode()),
}


@pytest.mark.parametrize("mark", [MARK, "012340 567894 012340", "kuan-lan-qing-hai"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_mark_is_found_in_every_spelling(tmp_path, form, mark):
    (tmp_path / "file").write_bytes(b"\x00\x81noise" + FORMS[form](mark) + b"noise")

    assert find_marks([tmp_path / "file"], {"it": mark})
    assert not find_marks([tmp_path / "file"], {"it": "另一句暗语"})


def test_the_search_goes_on_where_a_test_beside_it_takes_its_folder_away(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name / "base").mkdir(parents=True)
        (tmp_path / name / "file").write_bytes(b"words")
    files = written_since([tmp_path], 0)

    first = next(files).parent
    shutil.rmtree(first / "base")
    (gone,) = {tmp_path / "one", tmp_path / "other"} - {first}
    shutil.rmtree(gone)
    assert list(files) == []
