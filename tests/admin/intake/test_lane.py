"""A flood stands apart or is asked to wait, and whoever it meets is told so; all else passes."""

import dataclasses
from datetime import timedelta
from types import SimpleNamespace

import pytest

from admin.db import db, today
from admin.intake.flood import Flood, Verdict
from admin.models import Tip
from admin.vault.expiry import sweep
from admin.vault.lane import MACHINE_DAYS

from .conftest import LEAST, Reporter

APART = "您这一条先放在一边"
GONE = "就会删掉"
SIZE = 16 * 1024


@pytest.fixture
def judge(app, monkeypatch):
    """Give every new tip one verdict; gives what was asked of the judge."""

    def judge(verdict):
        asked = []
        monkeypatch.setitem(
            app.extensions,
            "dengshao.flood",
            SimpleNamespace(
                judge=lambda **facts: asked.append(facts) or verdict,
                sender=lambda *_args: b"group",
                undo=lambda _verdict, _group: asked.pop(),
            ),
        )
        return asked

    return judge


def test_a_tip_over_the_budget_stands_apart_and_its_reporter_is_told(judge, reporter, stored):
    judge(Verdict.MACHINE)

    page = reporter.tip()

    assert APART in page.text
    assert GONE in page.text
    [tip] = stored()
    assert (tip.row.machine_unit, tip.unit) == ("police", "police")
    assert tip.row.expires_on == today() + timedelta(days=MACHINE_DAYS)
    assert page.receipt


def test_the_same_words_are_said_to_a_retry_a_supplement_and_after_the_copy(judge, reporter):
    judge(Verdict.MACHINE)
    first = reporter.tip()
    judge(Verdict.NORMAL)

    pages = [reporter.send(), reporter.send(what="又来了")]
    group = first.read.groups[first.asked - 1]
    done = reporter.client.post("/tip/copied", data={"token": first.token, "group": group})
    wrong = reporter.client.post("/tip/copied", data={"token": first.token, "group": "1"})

    assert all(APART in page.text for page in (*pages, done, wrong))


def test_words_that_the_lane_let_go_are_stored_anew_when_they_come_again(
    app, judge, reporter, count
):
    judge(Verdict.MACHINE)
    first = reporter.tip()
    with app.app_context():
        sweep(db.session, today() + timedelta(days=MACHINE_DAYS))
        db.session.commit()

    again = [reporter.send().receipt for _ in range(2)]

    assert again[0] == again[1] != first.receipt
    assert count(Tip) == 2


def test_a_tip_within_the_budget_is_told_nothing_of_a_lane(reporter, stored):
    assert APART not in reporter.tip().text
    assert APART not in reporter.send().text
    assert (stored()[0].row.machine_unit, stored()[0].row.expires_on) == (None, None)


def test_where_the_machine_rests_every_word_comes_back_with_the_numbers_to_call(
    judge, reporter, stored
):
    judge(Verdict.REST)
    reporter.open_form()
    typed = {**LEAST, "who": "三个人", "contact": "电话", "exclude": ["market"], "when": "week"}

    page = reporter.send(status=503, **typed)

    assert "请一分钟后再发" in page.text
    assert page.response.headers["Retry-After"] == "60"
    assert all(number in page.text for number in ("110", "12388", "12345"))
    assert {name: page.read.values[name] for name in typed} == typed
    assert stored() == []
    judge(Verdict.NORMAL)
    reporter.form = page.read.values
    assert reporter.send().receipt


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_retry_and_a_supplement_pass_whatever_the_verdict(judge, reporter, stored, verdict):
    judge(Verdict.NORMAL)
    first = reporter.tip()
    judge(verdict)

    assert reporter.send().receipt == first.receipt
    assert reporter.send(what="又来了").receipt == first.receipt
    [tip] = stored()
    assert len(tip.messages) == 1
    assert APART not in reporter.send().text


def test_a_tip_of_its_own_under_a_spent_token_is_judged_as_any_new_one(judge, reporter, stored):
    judge(Verdict.MACHINE)
    reporter.tip()

    reporter.send(exclude=["station"])

    assert [tip.row.machine_unit is not None for tip in stored()] == [True, True]


def test_a_retry_and_a_supplement_cost_nothing_of_the_budgets(judge, reporter):
    asked = judge(Verdict.NORMAL)
    reporter.tip()

    for what in ("又来了", "又来了", "又来了两次"):
        reporter.send(what=what)

    # Each was judged, and its place was given back.
    assert len(asked) == 1


def test_a_form_with_errors_or_too_young_is_not_judged(judge, reporter):
    asked = judge(Verdict.REST)
    reporter.open_form()

    reporter.send(status=422, **LEAST | {"place": ""})
    reporter.send(status=422, token="forged")

    assert asked == []


def test_the_judge_is_told_of_the_trap_and_of_the_group_alone(judge, reporter, app):
    asked = judge(Verdict.NORMAL)
    reporter.tip()
    reporter.tip(website="http://x")

    assert [facts["decoy"] for facts in asked] == [False, True]
    assert [(facts["proven"], facts["group"]) for facts in asked] == [(False, b"group")] * 2
    with app.app_context():
        assert asked[0]["lane_size"]() == 0


def test_a_filled_trap_lowers_a_tip_and_refuses_nothing(reporter, stored):
    page = reporter.tip(website="http://x")

    assert page.receipt
    assert APART in page.text
    assert stored()[0].row.machine_unit == "police"
    assert "website" not in stored()[0].words.fields


def test_the_real_budgets_put_a_flood_apart_and_refuse_none_of_it(
    app, config, client, units, count
):
    small = dataclasses.replace(config, tips_per_minute=2)
    app.extensions["dengshao.flood"] = Flood(small, clock=lambda: 0.0)

    told = [APART in Reporter(client).tip().text for _ in range(6)]

    assert told == [False] * 4 + [True] * 2
    assert count(Tip) == 6


@pytest.mark.parametrize("address", ["/tip/", "/en/tip/"])
@pytest.mark.parametrize("verdict", [Verdict.NORMAL, Verdict.MACHINE])
def test_every_answer_after_sending_has_one_size(judge, reporter, address, verdict):
    judge(verdict)
    reporter.open_form(address)
    reporter.form |= LEAST

    def post(place="sent", **changes):
        answer = reporter.client.post(f"{address}{place}", data=reporter.form | changes)
        assert answer.status_code in (200, 422), answer.status_code
        return answer

    answers = [post(), post(), post(what="又来了" * 500), post(page="young")]
    answers += [post("copied", group="1"), post(what="再来一次")]
    token = answers[0].text.split('name="token" value="')[1].split('"')[0]
    answers.append(reporter.client.post(f"{address}copied", data={"token": token, "group": "1"}))

    assert {len(answer.data) for answer in answers} == {SIZE}
    assert "Content-Encoding" not in answers[0].headers
