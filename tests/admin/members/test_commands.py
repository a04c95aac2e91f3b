"""Units and members on the command line, as an operator types them."""

import re

import pytest
from flask.cli import ScriptInfo

from admin.auditor import words as audit_words
from admin.commands.people import staff, unit
from admin.db import db
from admin.keys import issuing
from admin.models import AuditEvent, Member, UnitKey
from admin.sealing import age
from admin.sealing.check_code import check_code

PASSPHRASE = "hai-yun-shan-feng"
FIRST = ["add", "ada", "--unit", "police", "--role", "analyst"]
SECOND = ["add", "bo", "--unit", "police", "--role", "registrar", "--holder", "ada"]


@pytest.fixture(scope="module")
def made():
    """The keys of members by their passphrases, made once: they cost."""
    return {}


@pytest.fixture
def run(app, made, monkeypatch):
    """Run a command of a group with these answers at its prompts."""
    make = issuing.new_member_keys

    def kept(passphrase):
        if passphrase not in made:
            made[passphrase] = make(passphrase)
        return made[passphrase]

    monkeypatch.setattr(issuing, "new_member_keys", kept)

    def run_command(group, arguments, *answers):
        runner = app.test_cli_runner()
        obj = ScriptInfo(create_app=lambda: app)
        return runner.invoke(group, arguments, input="".join(f"{a}\n" for a in answers), obj=obj)

    return run_command


@pytest.fixture
def first(run):
    """The output of adding the unit's first member."""
    return run(staff, FIRST, PASSPHRASE, PASSPHRASE).output


def find(label, output):
    return re.search(f"{label}：(.+)", output)[1].strip()


def names(app):
    with app.app_context():
        return [name for (name,) in db.session.query(Member.name).order_by(Member.name)]


def test_the_first_member_makes_the_key_and_gets_card_and_recovery_sheet(app, first):
    with app.app_context():
        member, key = db.session.query(Member).one(), db.session.query(UnitKey).one()
        identity = issuing.open_identity(member, PASSPHRASE, find("成员码", first))
        assert issuing.open_grant(db.session, key, member, identity).recipient.text == key.recipient
        assert check_code(key.fingerprint) in first
    assert PASSPHRASE not in first


def test_the_two_halves_give_the_recovery_identity_back(app, run, first):
    printed = find("第一半", first), find("第二半", first)

    result = run(unit, ["recover", "police"], *printed)

    identity = age.parse_identity(result.stdout.strip().splitlines()[-1].strip())
    with app.app_context():
        assert identity.recipient.text == db.session.query(UnitKey).one().recovery


def test_halves_of_another_sheet_are_refused(run, first):
    result = run(unit, ["recover", "police"], find("第一半", first), find("第一半", first))

    assert result.exit_code == 1
    assert "拼不出" in result.output
    assert "AGE-SECRET-KEY" not in result.output


@pytest.fixture
def hand_on(run, first, monkeypatch):
    """Add the second member; the holder types `fingerprint`, or the right one."""

    def add(fingerprint=None, code=None, passphrase=PASSPHRASE):
        made = issuing.new_member_keys("a passphrase of bo")
        monkeypatch.setattr(issuing, "new_member_keys", lambda _passphrase: made)
        right = check_code(issuing.member_fingerprint("bo", made.recipient))
        holder = passphrase, code or find("成员码", first)
        new = "a passphrase of bo", "a passphrase of bo"
        return run(staff, SECOND, *holder, *new, fingerprint or right.replace(" ", "-"))

    return add


def test_a_holder_hands_the_key_on_after_typing_the_fingerprint(app, run, hand_on):
    assert hand_on().exit_code == 0

    listed = run(unit, ["list"]).output
    assert "ada、bo" in listed
    assert "未核对，不开放" in listed


@pytest.mark.table
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fingerprint": "0000 " * 6}, "核对码不一样"),
        ({"code": "0" * 26}, "口令或成员码不对"),
        ({"code": "123"}, "成员码不完整"),
        ({"passphrase": "something else"}, "口令或成员码不对"),
    ],
)
def test_without_holder_or_fingerprint_nothing_is_stored(app, hand_on, change, sentence):
    result = hand_on(**change)

    assert result.exit_code == 1
    assert sentence in result.output
    assert names(app) == ["ada"]


REFUSED = {
    "taken": ([*FIRST, "--holder", "ada"], "已经有这个姓名"),
    "no holder named": (["add", "bo", "--unit", "police", "--role", "analyst"], "--holder"),
    "unknown holder": (
        ["add", "bo", "--unit", "police", "--role", "analyst", "--holder", "eve"],
        "没有这个成员",
    ),
    "unknown unit": (["add", "bo", "--unit", "moon", "--role", "analyst"], "没有这个承办单位"),
    "no unit": (["add", "bo", "--role", "analyst"], "请写明单位"),
    "unknown role": (["add", "bo", "--role", "emperor"], "emperor"),
    "both hats": (
        ["add", "bo", "--unit", "police", "--role", "analyst", "--role", "administrator"],
        "不能和分派、审计",
    ),
    "empty name": (["add", " ", "--role", "administrator"], "姓名不合用"),
}


@pytest.mark.table
@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_one_sentence_and_stores_nothing(app, run, first, case):
    arguments, sentence = REFUSED[case]
    code = find("成员码", first)

    result = run(staff, arguments, PASSPHRASE, code, PASSPHRASE, PASSPHRASE, "x")

    assert result.exit_code != 0
    assert sentence in result.output
    assert names(app) == ["ada"]


def test_a_short_passphrase_is_refused(app, run):
    result = run(staff, ["add", "eve", "--role", "auditor"], "short", "short")

    assert "至少 12 个字符" in result.output
    assert names(app) == []


def test_a_generated_passphrase_is_printed_on_the_card(app, run):
    output = run(staff, ["add", "eve", "--role", "auditor", "--generate"]).output

    passphrase = find("口令", output).split("（")[0]
    with app.app_context():
        issuing.open_identity(db.session.query(Member).one(), passphrase, find("成员码", output))


def test_suspension_shows_in_the_list(run, first):
    assert "已停用" in run(staff, ["suspend", "ada"]).output

    assert re.search(r"ada\tpolice\tanalyst\t已停用", run(staff, ["list"]).output)
    assert "没有持钥人" in run(unit, ["list"]).output


def lines(app):
    """What the log holds, in the auditor's words for its details."""
    with app.test_request_context():
        query = db.session.query(AuditEvent).order_by(AuditEvent.number)
        return [
            (line.act, line.by, line.unit_id, audit_words.detail_words(line.detail, {}))
            for line in query
        ]


def test_what_a_command_does_with_members_and_keys_stands_in_the_log(app, run, hand_on):
    hand_on()
    run(staff, ["suspend", "ada"])
    run(staff, ["add", "eve", "--role", "auditor", "--generate"])

    assert lines(app) == [
        ("joined", "-", "police", "命令行，ada"),
        ("unit_key_made", "-", "police", "命令行，ada"),
        ("joined", "-", "police", "命令行，bo"),
        ("key_handed", "-", "police", "命令行，bo"),
        ("suspended", "-", "police", "命令行，ada"),
        ("joined", "-", None, "命令行，eve"),
    ]


def test_a_command_that_was_refused_leaves_no_line(app, hand_on):
    hand_on(code="0" * 26)

    assert [act for act, *_ in lines(app)] == ["joined", "unit_key_made"]


def test_a_unit_shows_its_public_keys(app, run, first):
    output = run(unit, ["show", "police"]).output

    with app.app_context():
        key = db.session.query(UnitKey).one()
        assert all(text in output for text in (key.recipient, key.recovery, key.fingerprint))


@pytest.mark.parametrize(("name", "sentence"), [("moon", "没有这个"), ("drugs", "还没有密钥")])
def test_a_unit_without_key_has_nothing_to_show(run, name, sentence):
    assert sentence in run(unit, ["show", name]).output
