"""edge_log.yml: who may be named as keeping the log, and what is refused."""

import shutil

import pytest

from admin.config import ROOT
from admin.district.edge_log import LogProfile, load_edge_log
from admin.reading.data_files import DataError
from admin.sealing.age import HybridIdentity

KEYS = [str(HybridIdentity.from_seed(bytes([n]) * 32).recipient) for n in (1, 2)]
OFFICE = "{{id: {0}, zh: 某县网信办, en: An office outside, person: 网络安全科科长{1}}}"


def row(name, key=None):
    return OFFICE.format(name, f", key: {key}" if key else "")


@pytest.fixture
def load(tmp_path):
    (tmp_path / "data" / "schema").mkdir(parents=True)
    for name in ("edge_log", "languages"):
        shutil.copy(ROOT / "content" / "data" / "schema" / f"{name}.json", tmp_path / "data/schema")
    shutil.copy(ROOT / "content" / "data" / "languages.yml", tmp_path / "data")

    def read(profile, *rows, days=183):
        (tmp_path / "data" / "edge_log.yml").write_text(
            f"source: x\nchecked: '2026-12-02'\nprofile: {profile}\ndays: {days}\n"
            f"holders: [{', '.join(rows)}]\n",
            "utf-8",
        )
        return load_edge_log(tmp_path)

    return read


def test_what_is_shipped_says_that_nobody_logs():
    log = load_edge_log(ROOT / "content")

    assert (log.profile, log.days, log.holders) == (LogProfile.NONE, 183, ())


def test_one_or_two_hold_the_key(load):
    assert not load("sealed", row("a", KEYS[0])).needs_two
    both = load("sealed", row("a", KEYS[0]), row("b", KEYS[1]), days=365)
    assert (both.needs_two, both.days, both.holders[1].key) == (True, 365, KEYS[1])
    assert load("elsewhere", row("cloud")).holders[0].person == "网络安全科科长"


REFUSED = {
    "sealed by nobody": ("sealed", (), 183),
    "sealed without a key": ("sealed", (row("a"),), 183),
    "sealed to a classic key": ("sealed", (row("a", "age1qqqq"),), 183),
    "three who hold": ("sealed", tuple(row(x, KEYS[0]) for x in "abc"), 183),
    "elsewhere, by nobody": ("elsewhere", (), 183),
    "elsewhere, with a key of ours": ("elsewhere", (row("a", KEYS[0]),), 183),
    "none, with a holder": ("none", (row("a"),), 183),
    "less than six months": ("sealed", (row("a", KEYS[0]),), 182),
    "no such profile": ("off", (), 183),
}


@pytest.mark.parametrize(("profile", "rows", "days"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_hang_together_is_refused_with_its_line(load, profile, rows, days):
    with pytest.raises(DataError, match=r"edge_log\.yml 第 \d+ 行"):
        load(profile, *rows, days=days)
