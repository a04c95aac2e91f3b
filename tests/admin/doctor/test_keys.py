"""`dengshao doctor` over keys.yml: whose keys it trusts still, and what the public reads."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest
import yaml
from sqlalchemy import update

from admin.config import ROOT
from admin.db import db, today
from admin.doctor import keys
from admin.doctor.command import examine
from admin.doctor.findings import State
from admin.keys import issuing
from admin.models import KeyGrant, UnitKey
from admin.reading.keys_file import KeyLine, Keys
from tests.live import serving
from tests.ports import free_port

GOOD, BAD, UNKNOWN = State.GOOD, State.BAD, State.UNKNOWN
A, B = " ".join(["0a1b"] * 8), " ".join(["c2d3"] * 8)
DAY = date(2026, 12, 31)
USED = keys.LineState(KeyLine("police", A), True, True, (), 4)
OVERLAPPING = KeyLine("police", B, DAY, date(2027, 1, 1))
OLDER = keys.LineState(KeyLine("police", B, DAY), True, False, (), 3)


@pytest.mark.parametrize(
    ("state", "day", "verdict", "told"),
    [
        (USED, DAY, GOOD, "对得上"),
        (OLDER, DAY, GOOD, "对得上"),
        (OLDER, DAY, GOOD, "信箱里算到 2026-12-31，还有 3 条线索挂着"),
        (replace(OLDER, line=OVERLAPPING), DAY, GOOD, "表单里算到 2027-01-01，"),
        (replace(OLDER, tips=0, line=OVERLAPPING), DAY, GOOD, "还有 0 条线索挂着"),
        (replace(OLDER, tips=0, line=OVERLAPPING), date(2027, 1, 2), BAD, "忘了去掉"),
        (replace(USED, suspended=("ada",)), DAY, BAD, "停用的 ada 还拿着"),
        (replace(USED, is_in_use=False), DAY, BAD, "还是换掉的旧密钥"),
        (replace(USED, is_in_use=False, suspended=("ada",)), DAY, BAD, "停用的 ada 还拿着"),
        (replace(USED, is_known=False, is_in_use=False), DAY, BAD, "数据库里没有这把密钥"),
        (OLDER, date(2027, 1, 1), BAD, "还有 3 条线索挂着"),
        (replace(OLDER, tips=0), DAY, BAD, "忘了去掉"),
        (replace(OLDER, is_in_use=True), DAY, BAD, "现用的密钥写成了退役"),
    ],
)
def test_each_line_is_held_against_the_key_that_it_names(state, day, verdict, told):
    (found,) = keys.check_lines([state], day)

    assert (found.state, told in found.words) == (verdict, True), found.words
    assert bool(found.todo) == (verdict is BAD)


WANTED = Keys(frozenset({("police", A)}), frozenset({("police", B, DAY)}))
SEEN = {
    "keys": [{"unit": "police", "fingerprint": A}],
    "retiring": [{"unit": "police", "fingerprint": B, "until": "2026-12-31"}],
}


@pytest.mark.parametrize(
    ("seen", "verdict", "told"),
    [
        (SEEN, GOOD, "1 把"),
        (SEEN | {"routes": "abc"}, GOOD, "1 把"),
        ("没有应答（ConnectionRefusedError）", UNKNOWN, "没有应答"),
        ({}, BAD, f"公众看不到 police 的 {A}"),
        (SEEN | {"keys": []}, BAD, f"公众看不到 police 的 {A}"),
        (SEEN | {"keys": [{"unit": "police", "fingerprint": B}]}, BAD, "keys.yml 里没有"),
        (SEEN | {"retiring": []}, BAD, "退役的旧密钥不一样"),
        ({"keys": [{"unit": "police"}, "x", None], "retiring": 7}, BAD, "公众看不到"),
    ],
)
def test_what_the_public_reads_is_held_against_keys_yml(seen, verdict, told):
    found = keys.check_public(seen, WANTED)

    assert (found.state, told in found.words) == (verdict, True), found.words


@pytest.mark.parametrize(
    ("seen", "verdict", "told"),
    [
        (SEEN | {"routes": "abc"}, GOOD, "一样"),
        (SEEN | {"routes": "abd"}, BAD, "去向对不上"),
        (SEEN, BAD, "去向对不上"),
        ("没有应答（ConnectionRefusedError）", UNKNOWN, "没有应答"),
    ],
)
def test_what_the_public_reads_of_the_routes_is_held_against_the_nodes_own(seen, verdict, told):
    found = keys.check_public_routes(seen, "abc")

    assert (found.state, told in found.words) == (verdict, True), found.words


@pytest.fixture
def environ(environ):
    return environ | {"DENGSHAO_BIND": f"127.0.0.1:{free_port()}"}


@pytest.fixture
def findings(environ, monkeypatch):
    def findings():
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        return {found.matter: found for found in examine()}

    return findings


def test_the_list_is_fetched_as_a_reporter_fetches_it(app, config, units, findings):
    assert findings()[keys.PUBLIC].state is UNKNOWN

    with serving(app, config):
        assert findings()[keys.PUBLIC].state is GOOD
        path = config.data / "keys.yml"
        text = path.read_text("utf-8")
        kept = app.extensions["dengshao"].kept
        kept.newest = lambda: kept.district
        path.write_text(text.replace(units["police"].fingerprint, A), "utf-8")
        found = findings()

    assert found[keys.PUBLIC].state is BAD
    assert f"公众看不到 police 的 {A}" in found[keys.PUBLIC].words
    assert "dengshao keys apply" in found[keys.PUBLIC].todo
    assert found[f"{keys.MATTER} police"].state is BAD


def test_a_removed_persons_key_that_is_trusted_still_is_named(app, config, units, findings):
    assert findings()[keys.MATTER].state is GOOD
    with app.app_context():
        made = issuing.new_member_keys("yun-shan-he-feng-lan")
        member = issuing.add_member(
            db.session, made, name="ada", unit_id="police", roles=["analyst"]
        )
        member.suspended_on = today()
        key = issuing.current_key(db.session, "police")
        db.session.add(KeyGrant(unit_key_id=key.id, member_id=member.id, sealed=b"-"))
        db.session.commit()
    assert "停用的 ada 还拿着" in findings()[f"{keys.MATTER} police"].words

    # Renewed, and its line left as it was.
    with app.app_context():
        old = UnitKey.unit_id == "police"
        db.session.execute(update(UnitKey).where(old).values(retired_on=today()))
        db.session.commit()
    found = findings()[f"{keys.MATTER} police"]
    assert "还是换掉的旧密钥，停用的 ada 还拿着" in found.words

    # Made to retire by hand, and forgotten there.
    path = config.data / "keys.yml"
    data = yaml.safe_load(path.read_text("utf-8"))
    for row in data["items"]:
        if row["id"] == "police":
            row["retiring"] = today()
    path.write_text(yaml.safe_dump(data), "utf-8")
    assert "忘了去掉" in findings()[f"{keys.MATTER} police"].words


def test_a_file_that_can_not_be_read_is_named_with_its_line(app, environ, findings, tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    path = tmp_path / "content" / "data" / "keys.yml"
    line = path.read_text("utf-8").count("\n") + 1
    path.write_text(path.read_text("utf-8") + "  - {id: police}\n", "utf-8")
    environ["DENGSHAO_CONTENT"] = str(tmp_path / "content")

    found = findings()

    assert found["配置"].state is BAD
    assert f"{path} 第 {line} 行" in found["配置"].words


def test_a_check_that_could_not_be_finished_is_no_good_end(app, environ, findings, monkeypatch):
    def fails(*_told):
        raise RuntimeError("geheim")

    monkeypatch.setattr("admin.doctor.command.fetch", fails)
    found = findings()["检查"]

    assert (found.state, "RuntimeError" in found.words) == (BAD, True)
    assert "geheim" not in json.dumps(vars(found), ensure_ascii=False)
