"""`dengshao keys apply`: only what somebody typed is published, and what that makes of keys.yml."""

import json
import shutil
from datetime import date, timedelta

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.commands.keys import keys as command
from admin.config import ROOT
from admin.db import db, today
from admin.district import public_keys
from admin.models import AuditEvent, UnitKey
from admin.reading.keys_file import (
    KeyLine,
    Keys,
    published,
    read_lines,
    replace_file,
    written,
)
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.check_code import check_code
from admin.sealing.member import fingerprint
from admin.unit_keys import key_lines
from tests.admin.staff import UNIT

OTHER = " ".join(["ffff"] * 8)


@pytest.fixture
def environ(environ, tmp_path):
    """A content folder of this test's own, and no second keys file: as in production."""
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    (tmp_path / "data" / "keys.yml").unlink()
    (tmp_path / "site").mkdir()
    return environ | {
        "DENGSHAO_CONTENT": str(tmp_path / "content"),
        "DENGSHAO_ENV": "production",
        "DENGSHAO_PUBLIC_HOST": "lamp.example",
        "DENGSHAO_DESK_HOST": "desk.example",
    }


class Office:
    """The operator's side: keys.yml, the site's keys.json, and the command."""

    def __init__(self, app, config, environ):
        self.app, self.config, self.environ = app, config, environ

    @property
    def path(self):
        return self.config.content / "data" / "keys.yml"

    def write(self, *lines):
        replace_file(self.path, written(lines, source="tests", checked=date(2026, 12, 1)))

    def lines(self):
        return set(read_lines(self.config.content, self.path))

    def site(self):
        return public_keys.seen_keys(self.fetched())

    def fetched(self):
        return json.loads((self.config.site / "keys.json").read_text())

    def run(self, *arguments, typed=""):
        obj = ScriptInfo(create_app=lambda: self.app)
        runner = self.app.test_cli_runner()
        return runner.invoke(command, arguments, input=typed, obj=obj, env=self.environ)

    def told(self):
        with self.app.app_context():
            rows = db.session.execute(select(AuditEvent.act, AuditEvent.by, AuditEvent.detail))
            return [tuple(row) for row in rows]


@pytest.fixture
def office(app, config, environ, people, monkeypatch):
    """An operator, and a unit whose key a second person has confirmed."""
    found = Office(app, config, environ)
    # A web server in front is not there; what it would send is what lies in the site.
    monkeypatch.setattr(public_keys, "_connection", lambda _config: SiteFolder(config.site))
    with app.app_context():
        db.session.execute(update(UnitKey).values(confirmed_by="bo"))
        db.session.commit()
    return found


class SiteFolder:
    """Answers for the web server out of the built site's folder."""

    status = 200

    def __init__(self, site):
        self.path = site / "keys.json"

    def request(self, *_asked, **_more):
        if not self.path.exists():
            raise ConnectionRefusedError

    def getresponse(self):
        return self

    def read(self, _most):
        return self.path.read_bytes()

    def close(self):
        return


def test_what_was_read_out_is_published_and_shown_as_the_public_sees_it(office, people):
    found = people.key.fingerprint

    result = office.run("apply", typed=f"{check_code(found).replace(' ', '-')}\n")

    assert result.exit_code == 0, result.output
    assert office.lines() == {KeyLine(UNIT, found)}
    assert office.site() == Keys(frozenset({(UNIT, found)}), frozenset())
    asked, _sep, shown = result.output.partition("公众现在看到的")
    assert f"  {UNIT}\t{found}" in shown
    # Nobody can read it off the screen before it is typed.
    before, _sep, _after = asked.partition("照听到的输入")
    assert found not in before
    assert check_code(found) not in before
    assert "ada" in before
    assert ("key_published", "-", found) in office.told()
    with office.app.app_context():
        assert (UNIT, found) in app_state().district.fingerprints


@pytest.mark.parametrize("how", ["typed", "given"])
def test_another_fingerprint_publishes_nothing(office, people, how):
    before = office.path.read_bytes()

    if how == "typed":
        result = office.run("apply", typed=f"{OTHER}\n")
    else:
        result = office.run("apply", "--fingerprint", f"{UNIT}={OTHER}")

    assert result.exit_code == 1
    assert "核对码不一样，什么也没有写" in result.output
    assert people.key.fingerprint not in result.output
    assert check_code(people.key.fingerprint) not in result.output
    assert office.path.read_bytes() == before
    assert not (office.config.site / "keys.json").exists()


def test_a_key_swapped_in_the_database_is_noticed_by_what_is_read_out(office, people):
    true = people.key.fingerprint
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    keys = {"recipient": identity.recipient.text, "recovery": recovery.recipient.text}
    with office.app.app_context():
        row = keys | {"fingerprint": fingerprint(UNIT, *keys.values())}
        db.session.execute(update(UnitKey).values(row))
        db.session.commit()

    assert office.run("apply", typed=f"{true}\n").exit_code == 1
    assert office.lines() == set()


def test_the_databases_word_alone_publishes_nothing(office, people):
    """Who writes confirmed_by into the row, and types nothing, opens no unit."""
    result = office.run("apply", typed="\n")

    assert result.exit_code == 0
    assert "没有新的密钥要公布" in result.output
    assert office.lines() == set()


def test_a_key_that_nobody_confirmed_at_the_desk_is_told_and_not_asked_for(office, people):
    with office.app.app_context():
        db.session.execute(update(UnitKey).values(confirmed_by=None))
        db.session.commit()

    result = office.run("apply")

    assert "还没有第二个人" in result.output
    assert office.lines() == set()
    assert office.run("apply", "--fingerprint", f"{UNIT}={people.key.fingerprint}").exit_code == 1


def test_where_one_is_given_nobody_is_asked_for_the_others(office, people):
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    keys = {"recipient": identity.recipient.text, "recovery": recovery.recipient.text}
    with office.app.app_context():
        row = {"unit_id": "upper", "roster_mac": "0" * 64, "made_on": today(), "made_by": "cy"}
        found = fingerprint("upper", *keys.values())
        db.session.add(UnitKey(**row, **keys, fingerprint=found, confirmed_by="di"))
        db.session.commit()

    result = office.run("apply", "--fingerprint", f"{UNIT}={people.key.fingerprint}")

    assert result.exit_code == 0, result.output
    assert office.lines() == {KeyLine(UNIT, people.key.fingerprint)}


def test_a_unit_that_waits_for_nothing_is_refused(office, people):
    given = ("--fingerprint", f"{UNIT}={people.key.fingerprint}")
    assert office.run("apply", *given).exit_code == 0

    again = office.run("apply", *given)

    assert again.exit_code == 1
    assert "没有等着公布的密钥" in again.output


def renew(app, people):
    """Put another key in the place of the unit's; gives its fingerprint."""
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    keys = {"recipient": identity.recipient.text, "recovery": recovery.recipient.text}
    with app.app_context():
        db.session.execute(update(UnitKey).values(retired_on=today()))
        db.session.add(
            UnitKey(
                unit_id=UNIT,
                **keys,
                fingerprint=fingerprint(UNIT, *keys.values()),
                roster_mac="0" * 64,
                made_on=today(),
                made_by="ada",
                confirmed_by="bo",
                succeeds_id=people.key.id,
            )
        )
        db.session.commit()
    return fingerprint(UNIT, *keys.values())


@pytest.fixture
def hang(monkeypatch):
    """Say how many tips hang on each key, by its fingerprint."""
    tips = {}
    monkeypatch.setattr(key_lines, "tips_on", lambda _session, line: tips.get(line.fingerprint, 0))
    return tips


def test_the_old_line_retires_while_tips_hang_on_it_and_goes_when_none_does(office, people, hang):
    old = people.key.fingerprint
    office.run("apply", typed=f"{old}\n")
    new, hang[old] = renew(office.app, people), 3

    result = office.run("apply", typed=f"{new}\n")

    until = today() + timedelta(days=key_lines.RETIRING_DAYS)
    assert result.exit_code == 0, result.output
    assert office.lines() == {KeyLine(UNIT, new), KeyLine(UNIT, old, until)}
    assert office.site() == Keys(frozenset({(UNIT, new)}), frozenset({(UNIT, old, until)}))
    assert office.fetched() == published(office.site())
    assert f"旧，到 {until}" in result.output

    # Until they are re-encrypted a later run leaves the day as it is; afterwards the line goes.
    assert office.run("apply", "--until", "2027-03-01").exit_code == 0
    assert office.lines() == {KeyLine(UNIT, new), KeyLine(UNIT, old, until)}
    hang.clear()
    assert "去掉了" in office.run("apply").output
    assert office.lines() == {KeyLine(UNIT, new)}


def test_a_day_that_has_passed_is_moved_only_where_somebody_says_so(office, people, hang):
    past = today() - timedelta(days=1)
    new, hang[OTHER] = people.key.fingerprint, 1
    office.write(KeyLine(UNIT, new), KeyLine(UNIT, OTHER, past))

    assert office.run("apply").exit_code == 0
    assert KeyLine(UNIT, OTHER, past) in office.lines()
    assert office.run("apply", "--until", str(past)).exit_code == 1
    assert office.run("apply", "--until", "2037-03-01").exit_code == 0
    assert office.lines() == {KeyLine(UNIT, new), KeyLine(UNIT, OTHER, date(2037, 3, 1))}


def test_an_old_key_on_which_nothing_hangs_goes_at_once(office, people):
    office.run("apply", typed=f"{people.key.fingerprint}\n")
    new = renew(office.app, people)

    office.run("apply", typed=f"{new}\n")

    assert office.lines() == {KeyLine(UNIT, new)}


def test_other_units_lines_and_the_comment_above_stay(office, people):
    office.path.write_text(
        "# 我们的说明\nsource: 甲乙当面核对\nchecked: 2026-01-01\nitems:\n"
        f"  - {{id: upper, fingerprint: {OTHER}}}\n"
    )
    # Nothing is known of that key here: another installation's line is not ours to keep open.
    office.run("apply", typed=f"{people.key.fingerprint}\n")

    text = office.path.read_text()
    assert text.startswith("# 我们的说明\n")
    assert "甲乙当面核对" in text
    assert office.lines() == {KeyLine("upper", OTHER), KeyLine(UNIT, people.key.fingerprint)}


def test_a_line_that_can_not_be_read_is_named_before_anything_is_asked(office):
    text = office.path.read_text("utf-8")
    office.path.write_text(text + f"  - {{id: {UNIT}, fingerprint: {OTHER}}}\n", "utf-8")

    result = office.run("apply")

    assert result.exit_code == 1
    assert f"{office.path} 第 {text.count(chr(10)) + 1} 行" in result.output
    assert "ParserError" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_where_the_site_can_not_be_written_keys_yml_stays_as_it_was(office, people):
    before = office.path.read_bytes()
    office.config.site.rmdir()

    result = office.run("apply", typed=f"{people.key.fingerprint}\n")

    assert result.exit_code == 1
    assert "--site-elsewhere" in result.output
    assert office.path.read_bytes() == before


def test_a_site_elsewhere_must_show_the_key_before_it_is_used(office, people):
    before = office.path.read_bytes()
    typed = f"{people.key.fingerprint}\n\n"

    early = office.run("apply", "--site-elsewhere", typed=typed)

    assert early.exit_code == 1
    assert "什么也没有写" in early.output
    assert office.path.read_bytes() == before
    # What lies in the data folder is carried over.
    shutil.copy(office.config.data / "keys.json", office.config.site / "keys.json")
    assert office.run("apply", "--site-elsewhere", typed=typed).exit_code == 0
    assert office.lines() == {KeyLine(UNIT, people.key.fingerprint)}


def test_the_public_list_is_mended_and_the_difference_told(office, people):
    office.run("apply", typed=f"{people.key.fingerprint}\n")
    (office.config.site / "keys.json").write_text('{"keys": [], "retiring": []}')

    shown = office.run("show")

    assert shown.exit_code == 1
    assert f"公众看不到 {UNIT} 的 {people.key.fingerprint}" in shown.output
    assert office.run("apply").exit_code == 0
    assert office.run("show").exit_code == 0
