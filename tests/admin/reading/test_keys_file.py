"""keys.yml: each line that can't be read is named in Chinese, and what is written is read back."""

import importlib.util
import json
import os
import re
import shutil
from datetime import date
from types import SimpleNamespace

import pytest
import yaml

from admin.config import ROOT
from admin.district.data import read_keys
from admin.reading.data_files import DataError
from admin.reading.keys_file import (
    KeyLine,
    Keys,
    combined,
    head_of,
    publish,
    published,
    read_lines,
    replace_file,
    written,
)

A = " ".join(["0a1b"] * 8)
B = " ".join(["c2d3"] * 8)
C = " ".join(["ffff"] * 8)
HEAD = "# 说明\nsource: 各单位\nchecked: 2026-11-24\n"
MALFORMED = {
    "a line beneath the empty list": (
        HEAD + "items: []\n  - {id: police, fingerprint: " + A + "}\n",
        r"第 5 行：上面写着 items: \[\]（空的），下面又写了内容。请把 \[\] 删掉",
    ),
    "the same without an indent": (
        HEAD + "items: []\n- {id: police, fingerprint: " + A + "}\n",
        r"第 5 行：上面写着 items: \[\]",
    ),
    "a tab": (
        HEAD + "items:\n\t- {id: police, fingerprint: " + A + "}\n",
        "第 5 行：这里的写法读不懂",
    ),
    "a bracket left open": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + "\n- {id: drugs}\n",
        r"第 [56] 行：这里的写法读不懂",
    ),
    "a group short": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + "}\n- {id: drugs, fingerprint: 0a1b}\n",
        "第 6 行（items › 第 2 个 › fingerprint）：指纹不对：要八组",
    ),
    "capitals": (
        HEAD + "items:\n- {id: police, fingerprint: " + A.upper() + "}\n",
        "第 5 行（items › 第 1 个 › fingerprint）：指纹不对",
    ),
    "a number": (
        HEAD + "items:\n- {id: police, fingerprint: 12}\n",
        "第 5 行（.*fingerprint）：指纹不对",
    ),
    "no fingerprint": (HEAD + "items:\n- {id: police}\n", "第 5 行（.*1 个）：少了 fingerprint"),
    "no unit": (HEAD + "items:\n- {fingerprint: " + A + "}\n", "第 5 行（.*1 个）：少了 id"),
    "an unknown name": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + ", until: 2027-01-01}\n",
        "第 5 行（items › 第 1 个）：until 不认识，看看是不是写错了",
    ),
    "a name twice": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + ", fingerprint: " + B + "}\n",
        "第 5 行：fingerprint 写了两次",
    ),
    "items twice": (HEAD + "items: []\nitems: []\n", "第 5 行：items 写了两次"),
    "a unit that is not there": (
        HEAD + "items:\n- {id: nowhere, fingerprint: " + A + "}\n",
        "第 5 行：routes.yml 里没有 nowhere 这个单位",
    ),
    "two keys in use": (
        HEAD + f"items:\n- {{id: police, fingerprint: {A}}}\n- {{id: police, fingerprint: {B}}}\n",
        "第 6 行：police 有两把现用的密钥",
    ),
    "one key twice": (
        HEAD + f"items:\n- {{id: police, fingerprint: {A}}}\n- {{id: police, fingerprint: {A}, "
        "retiring: 2027-01-01}\n",
        "第 6 行：police 的这把密钥上面已经写过",
    ),
    "a day that is none": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + ", retiring: 2027-02-30}\n",
        "第 5 行：没有这一天",
    ),
    "no day at all": (
        HEAD + "items:\n- {id: police, fingerprint: " + A + ", retiring: soon}\n",
        "第 5 行（.*retiring）：「soon」不是日子",
    ),
    "no list": (HEAD + "items: police\n", "第 4 行（items）：「police」不行，要写：一串"),
    "no items": (HEAD, "第 1 行（整个文件）：少了 items"),
    "nothing": ("", "里面什么也没有"),
    "not utf-8": (HEAD.encode() + b"items: []\n# \xb9\xfa\n", "第 5 行：不是 UTF-8 的字"),
}


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return tmp_path / "content"


@pytest.mark.parametrize("case", MALFORMED)
def test_what_can_not_be_read_is_named_in_chinese_with_its_line(content, case):
    text, complaint = MALFORMED[case]
    path = content / "data" / "keys.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(DataError) as caught:
        read_keys(content, None)

    said = str(caught.value)
    assert said.startswith(str(path))
    assert re.search(complaint, said), said
    assert "Error" not in said


def test_every_data_file_of_ours_can_be_read():
    assert read_keys(ROOT / "content", None) == Keys(frozenset(), frozenset())


LINES = [
    KeyLine("upper", B),
    KeyLine("police", A),
    KeyLine("police", C, date(2027, 1, 3)),
]


def test_what_is_written_is_read_back_whole_under_the_same_words(content):
    path = content / "data" / "keys.yml"
    head, source = head_of(path)
    assert head.startswith("# Fingerprints")
    path.chmod(0o640)

    replace_file(path, written(LINES, source=source, checked=date(2026, 12, 1), head=head))

    assert set(read_lines(content, path)) == set(LINES)
    assert head_of(path) == (head, source)
    assert yaml.safe_load(path.read_text("utf-8"))["checked"] == date(2026, 12, 1)
    assert path.stat().st_mode & 0o777 == 0o640
    assert not list(path.parent.glob("*.new"))
    replace_file(path, written([], source=source, checked=date(2026, 12, 1), head=head))
    assert read_lines(content, path) == []


def test_in_development_the_second_files_key_goes_before_the_editors():
    keys = combined([KeyLine("police", A), KeyLine("upper", B)], [KeyLine("police", C)])

    assert keys.open == {("police", C), ("upper", B)}


def test_a_key_in_use_again_retires_no_more():
    keys = combined([KeyLine("police", A, date(2027, 1, 3))], [KeyLine("police", A)])

    assert keys == Keys(frozenset({("police", A)}), frozenset())


def test_what_is_published_keeps_what_else_the_site_says(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text('{"keys": [], "routes": "abc"}')

    publish(tmp_path, combined(LINES, []))

    found = json.loads(path.read_text())
    assert found["routes"] == "abc"
    assert found["keys"] == [
        {"unit": "police", "fingerprint": A},
        {"unit": "upper", "fingerprint": B},
    ]
    assert found["retiring"] == [{"unit": "police", "fingerprint": C, "until": "2027-01-03"}]
    # A web server of another user reads it.
    assert path.stat().st_mode & 0o777 == 0o644


def test_where_no_site_was_built_nothing_is_published(tmp_path):
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "absent", combined(LINES, []))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for others")
def test_what_root_writes_still_belongs_to_whom_it_belonged(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text("{}")
    os.chown(path, 4711, 4712)
    os.chown(tmp_path, 4713, 4714)

    publish(tmp_path, combined(LINES, []))
    replace_file(tmp_path / "new", "")

    assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)
    assert (tmp_path / "new").stat().st_uid == 4713


def test_a_full_disk_leaves_the_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "keys.json"
    path.write_text("{}")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        publish(tmp_path, combined(LINES, []))

    assert path.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [path]


def test_a_build_of_the_site_publishes_the_very_same(tmp_path, monkeypatch):
    """Two programs write keys.json, by one function."""
    monkeypatch.syspath_prepend(str(ROOT / "site" / "hooks"))
    spec = importlib.util.spec_from_file_location("hook", ROOT / "site" / "hooks" / "keys_file.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    items = yaml.safe_load(written(LINES, source="x", checked=date(2026, 12, 1)))["items"]
    plain = json.loads(json.dumps(items, default=str))

    others = {
        name: yaml.safe_load((ROOT / "content" / "data" / f"{name}.yml").read_text("utf-8"))
        for name in ("routes", "categories")
    }
    extra = {"data": {"keys": {"items": plain}} | others}

    hook.on_post_build(config=SimpleNamespace(extra=extra, site_dir=str(tmp_path)))
    built = (tmp_path / "keys.json").read_bytes()
    publish(tmp_path, combined(LINES, []))

    assert (tmp_path / "keys.json").read_bytes() == built
    routes = hook.routes_digest(others)
    assert json.loads(built) == published(combined(LINES, [])) | {"routes": routes}
