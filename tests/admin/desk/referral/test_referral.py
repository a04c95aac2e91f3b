"""A package made of a tip for an organ outside, over HTTP: what is kept of it, and the refusals."""

from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.auditor.words import detail_words, referral_codes
from admin.db import db, today
from admin.models import AuditEvent, Member, Note, Referral
from admin.sealing import age
from admin.tip.status import TipStatus

from .referring import RECORD, sealed_for


def lines(app, act):
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.act == act).order_by(AuditEvent.number)
        rows = db.reading.scalars(query)
        return [(row.by, row.unit_id, row.reference, row.detail) for row in rows]


def rows_of(app, tip):
    with app.app_context():
        query = select(Referral).where(Referral.tip_id == tip.id).order_by(Referral.number)
        return db.reading.scalars(query).all()


def test_a_package_that_was_made_has_a_number_and_has_gone_nowhere(
    app, desk, accepted, referrer, fresh, units
):
    tip = accepted()
    package = referrer.package(desk, tip)

    made = referrer.post(desk, tip, package)

    year = today().year
    assert made.json["number"] == f"公安承办组转〔{year}〕1号" == package["number"]
    [row] = rows_of(app, tip)
    assert str(row.id) == made.json["referral"]
    assert (row.organ, row.lock, row.size, row.files) == ("market", "passphrase", 9_000, 1)
    assert (row.sha256, row.made_by, row.sent_on) == (package["sha256"], "police-1", None)
    now = fresh(tip)
    assert (now.status, now.outcome) == (TipStatus.ACCEPTED, None)
    assert now.version > tip.version
    about = ("police-1", "police", tip.reference)
    assert lines(app, "referral_packed") == [(*about, package["sha256"])]
    kept = desk.get(f"/desk/tips/{tip.reference}/referral/{row.id}/record.json").json["sealed"]
    assert age.open_sealed(b64decode(kept), [units["police"].identity]) == RECORD
    assert lines(app, "referral_read") == [(*about, "")]


def test_the_record_is_no_note_of_the_chain(app, desk, accepted, referrer, fresh):
    tip = accepted()
    referrer.make(desk, tip)

    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["notes"] == []
    sealed = referrer.package(desk, tip, "transport")["record"]
    assert desk.post(fresh(tip), "notes", number="1", sealed=sealed).status_code == 303

    with app.app_context():
        kinds = db.reading.scalars(select(Note.kind).where(Note.tip_id == tip.id))
        assert sorted(kinds) == ["note", "record"]


STATES = {
    TipStatus.RECEIVED: 422,
    TipStatus.QUESTION: 422,
    TipStatus.ACCEPTED: 200,
    TipStatus.REFERRED: 200,
    TipStatus.OUT_OF_SCOPE: 422,
    TipStatus.CLOSED: 422,
}


@pytest.mark.table
@pytest.mark.parametrize("role", ["registrar", "analyst", "reviewer", "custodian", "dispatcher"])
def test_a_package_is_made_by_judges_of_what_was_taken_up(
    app, desk, colleague, make_tip, change, fresh, referrer, role
):
    """Each role and each status by a request; one of a role that may not is refused in all."""
    may, wrong = role not in ("registrar", "dispatcher"), {}
    with app.app_context():
        db.session.execute(update(Member).filter_by(name="police-2").values(roles=[role]))
        db.session.commit()
    for status, expected in STATES.items():
        tip = make_tip()
        change(tip, status=TipStatus.ACCEPTED)
        package = referrer.package(desk, tip)
        change(tip, status=status, is_open=status not in ENDED)

        answer = referrer.post(colleague, tip, package)

        if answer.status_code != (expected if may else 403):
            wrong[status] = (answer.status_code, answer.json)
        elif answer.status_code == 422 and "先受理" not in answer.json["error"]:
            wrong[status] = answer.json
    assert not wrong


ENDED = (TipStatus.OUT_OF_SCOPE, TipStatus.CLOSED)
OFFICIAL = {"county_discipline", "city_discipline", "city_police"}
ORGANS = OFFICIAL | {"market", "transport", "next_police"}


@pytest.mark.table
@pytest.mark.parametrize(
    ("name", "unit", "offered"),
    [
        ("police-1", "police", ORGANS),
        ("custodian-1", "supervision", OFFICIAL),
        ("drugs-1", "upper", OFFICIAL),
    ],
)
def test_what_may_be_about_an_official_goes_to_supervision_and_upwards_alone(
    app, sign_in, make_tip, change, referrer, name, unit, offered
):
    """Each organ from each kind of unit: by the page, by making a package, by handing one over."""
    with app.app_context():
        db.session.execute(update(Member).filter_by(name=name).values(unit_id=unit))
        db.session.commit()
    member, wrong = sign_in(name), {}
    member.staff = replace(member.staff, unit_id=unit)
    tip = make_tip(unit)
    change(tip, status=TipStatus.ACCEPTED)
    assert {row["id"] for row in referrer.page(member, tip)["organs"]} == offered
    for organ in sorted(ORGANS | {"nobody"}):
        made = referrer.make(member, tip, organ)
        if made.status_code != (200 if organ in offered else 422):
            wrong[organ] = (made.status_code, made.json)
    # What was made where the tip lay before it went up is handed over to no ordinary organ either.
    with app.app_context():
        if "market" not in offered:
            db.session.execute(update(Referral).values(organ="market").where(Referral.serial == 1))
        db.session.commit()
        first = db.reading.scalars(select(Referral.id).where(Referral.serial == 1)).one()
    given = referrer.step(member, tip, first, "handed-over", way="post")
    assert given.status_code == (303 if "market" in offered else 422)
    assert not wrong


REFUSED = {
    "no kind of lock": ({"lock": "ribbon"}, 400, ""),
    "no number": ({"number": None}, 400, ""),
    "a sum that is none": ({"sha256": "0" * 63}, 400, ""),
    "a size below nothing": ({"size": -1}, 400, ""),
    "files as a text": ({"files": "1"}, 400, ""),
    "no version": ({"version": None}, 400, ""),
    "no organ": ({"organ": 7}, 400, ""),
    "a record in clear": ({"record": b64encode(b"words").decode()}, 422, "留底没有加密成功"),
    "another letter's number": ({"number": "公安承办组转〔2020〕9号"}, 409, "这个文号刚刚被用掉了"),
    "a version of before": ({"version": 99}, 409, "刚刚有人动过"),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_what_no_page_of_ours_sends_is_refused_and_keeps_nothing(
    app, desk, accepted, referrer, name
):
    changes, status, said = REFUSED[name]
    tip = accepted()

    answer = referrer.make(desk, tip, **changes)

    assert answer.status_code == status
    assert not said or said in answer.json["error"]
    assert rows_of(app, tip) == []


def test_a_record_for_other_readers_than_unit_and_sheet_is_refused(desk, accepted, referrer, units):
    tip, own = accepted(), units["police"]
    alone = b64encode(age.seal(b"x", [own.identity.recipient])).decode()
    long = sealed_for(own, b"x" * 65_537)

    for record in (alone, long):
        answer = referrer.make(desk, tip, record=record)
        assert (answer.status_code, "留底没有加密成功" in answer.json["error"]) == (422, True)


def test_the_same_package_sent_again_after_a_cut_line_is_one_package(
    app, desk, accepted, referrer, fresh
):
    tip = accepted()
    package = referrer.package(desk, tip)
    first = referrer.post(desk, tip, package)
    version = fresh(tip).version

    again = referrer.post(desk, tip, package)

    assert (again.status_code, again.json) == (200, first.json)
    assert len(rows_of(app, tip)) == 1
    assert fresh(tip).version == version
    assert len(lines(app, "referral_packed")) == 1


def test_two_at_once_on_one_tip_and_the_second_is_told(app, desk, colleague, accepted, referrer):
    tip = accepted()
    one, two = referrer.package(desk, tip), referrer.package(colleague, tip, "transport")

    assert referrer.post(desk, tip, one).status_code == 200
    late = referrer.post(colleague, tip, two)

    assert late.status_code == 409
    assert late.json["events"][0]["what"] == "做好了转给示例县市场监督管理局的材料"
    assert len(rows_of(app, tip)) == 1


def test_two_tips_of_a_unit_never_get_one_number(app, desk, colleague, accepted, referrer):
    tip, other = accepted(), accepted()
    one, two = referrer.package(desk, tip), referrer.package(colleague, other)
    assert one["number"] == two["number"]

    with ThreadPoolExecutor(2) as pool:
        posts = [(desk, tip, one), (colleague, other, two)]
        posted = [pool.submit(referrer.post, *each) for each in posts]
        answers = [each.result() for each in posted]

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(rows_of(app, tip) + rows_of(app, other)) == 1


def test_who_has_a_part_or_has_not_said_so_or_has_not_taken_it_over_makes_none(
    app, desk, drugs, passer, sign_in, make_tip, change, accepted, referrer, fresh
):
    unasked = make_tip(is_clear=False)
    change(unasked, status=TipStatus.ACCEPTED)
    answer = referrer.make(desk, unasked)
    assert (answer.status_code, "有没有关系" in answer.json["error"]) == (422, True)

    recused = accepted()
    package = referrer.package(desk, recused)
    desk.submit(f"/desk/tips/{recused.reference}/recusal", {})
    assert referrer.post(desk, recused, package).status_code == 404

    passed = accepted()
    assert passer.pass_on(desk, passed, "drugs").json == {"passed": True}
    assert referrer.post(desk, passed, referrer_package(referrer, passed)).status_code == 410
    drugs.post(passed, "clear")
    assert 'id="referral-data"' not in drugs.get(f"/desk/tips/{passed.reference}/referral/").text
    waiting = referrer.post(drugs, passed, referrer_package(referrer, fresh(passed), "drugs"))
    assert (waiting.status_code, "先接收" in waiting.json["error"]) == (422, True)


def referrer_package(referrer, tip, unit="police"):
    """What a browser would post that did not look at the page."""
    return {
        "version": tip.version,
        "number": f"{'禁毒' if unit == 'drugs' else '公安'}承办组转〔{today().year}〕1号",
        "organ": "market",
        "lock": "paper",
        "sha256": "0" * 64,
        "size": 1,
        "files": 0,
        "record": sealed_for(referrer.secrets[unit]),
    }


def test_one_package_for_an_organ_waits_to_leave(desk, accepted, referrer):
    tip = accepted()
    package = referrer.package(desk, tip)
    referrer.make(desk, tip)
    page = referrer.page(desk, tip)
    assert "market" not in {row["id"] for row in page["organs"]}

    more = {"version": page["version"], "number": page["number"], "sha256": "1" * 64}
    again = referrer.post(desk, tip, package | more)

    assert (again.status_code, "还没有送出" in again.json["error"]) == (422, True)


def test_a_new_key_and_another_unit_take_the_record_along(
    app, desk, drugs, passer, accepted, referrer, fresh, units
):
    tip = accepted()
    number = referrer.send(desk, tip)

    assert passer.pass_on(desk, fresh(tip), "drugs").json == {"passed": True}
    drugs.post(fresh(tip), "clear")

    kept = drugs.get(f"/desk/tips/{tip.reference}/referral/{number}/record.json").json["sealed"]
    assert age.open_sealed(b64decode(kept), [units["drugs"].identity]) == RECORD


def test_the_log_says_each_step_in_plain_words_of_both_languages(app, desk, accepted, referrer):
    tip = accepted()
    number = referrer.send(desk, tip)
    referrer.step(desk, tip, number, "slip")
    referrer.step(desk, tip, number, "chased")
    referrer.step(desk, tip, number, "back", why="too_little")
    details = [line[-1] for line in lines(app, "acted") if "referral" in line[-1]]

    with app.test_request_context():
        codes = referral_codes(app_state().district)
        said = [detail_words(detail, codes) for detail in details]

    organ = "示例县市场监督管理局"
    assert said == [
        f"做好了转给{organ}的材料，现为已受理",
        f"把材料送出，转给{organ}，现为已转办",
        f"收到{organ}的回执，现为已转办",
        f"催问{organ}，现为已转办",
        f"{organ}退回：线索不足，没有办，现为已受理",
    ]


def test_a_practice_tip_is_referred_nowhere(app, desk, change, accepted, referrer):
    """By the page and by the door behind it, though its tip was taken up."""
    tip = accepted()
    package = referrer.package(desk, tip)
    with app.app_context():
        db.session.execute(update(Member).filter_by(name="police-1").values(unit_id="practice"))
        db.session.commit()
    change(tip, unit_id="practice")

    page = desk.get(f"/desk/tips/{tip.reference}/referral/").text
    assert "本单位没有可以转去的机关" in page
    answer = referrer.post(desk, tip, package | {"number": f"练习组转〔{today().year}〕1号"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["organ"])
