"""The second browser of the unit that passed a tip on compares what was with what was sealed."""

from datetime import timedelta

from sqlalchemy import select, update

from admin.db import db, today
from admin.models import AuditEvent, Member, Transfer
from admin.vault import expiry
from admin.vault.key_change import transfers

from .passing import TALK, content_mac, parts_of, sealed_for, send


def check(passer, browser, transfer, words=None, **more):
    """Compare as checking.js does; `words` are what was found where the tip was."""
    unit = passer.secrets[browser.staff.unit_id]
    found = browser.get(f"/desk/transfers/{transfer}/kept.json").json
    parts = parts_of(found, unit) | ({"tip": words} if words else {})
    riddle = browser.get("/desk/transfers/next.json").json["riddle"]
    told = {
        "proof": passer.solved(browser, riddle),
        "content_mac": content_mac(found["reference"], parts),
    }
    return post(browser, transfer, told | more)


def post(browser, transfer, told):
    headers = {"Accept": "application/json", "X-CSRFToken": browser.token()}
    path = f"/desk/transfers/{transfer}/checked"
    return browser.client.post(path, json=told, headers=headers, base_url=browser.base_url)


def named(browser):
    return browser.get("/desk/transfers/next.json").json["tips"]


def acts(app):
    with app.app_context():
        return [row.act for row in db.reading.scalars(select(AuditEvent)) if "transfer_" in row.act]


def test_a_colleague_compares_and_then_the_old_bytes_go_with_the_acceptance(
    app, holders, passer, desk, colleague, drugs, passed, fresh, kept
):
    assert 'id="transfers-unchecked"' in colleague.get("/desk/").text
    # Not in the browser that sealed it, nor at the unit that has it.
    assert (named(desk), named(drugs)) == ([], [])
    [transfer] = named(colleague)

    assert check(passer, colleague, transfer).json == {"checked": True}

    assert named(colleague) == []
    # It waits still: should it come back, it must be whole.
    assert kept() == 2
    passer.take_over(drugs, fresh(passed))
    assert kept() == 0
    assert "transfers-unchecked" not in colleague.get("/desk/").text
    assert acts(app)[-3:] == ["transfer_compared", "transfer_checked", "transfer_read"]


def test_what_was_taken_over_first_stays_until_a_colleague_has_compared(
    holders, passer, colleague, drugs, passed, fresh, kept
):
    passer.take_over(drugs, fresh(passed))
    assert kept() == 2

    assert check(passer, colleague, named(colleague)[0]).status_code == 200
    assert kept() == 0


def test_words_that_the_sealer_changed_are_found_and_the_true_ones_come_back(
    app, holders, passer, desk, colleague, drugs, tip, fresh, kept
):
    packed = passer.packed(desk, tip, "drugs")
    false = b'{"v":1,"kind":"tip"}' + b" " * (16384 - 20)
    packed["sealed"] = sealed_for(false, passer.secrets["drugs"])
    packed["content_mac"] = content_mac(tip.reference, {"tip": false})
    assert send(desk, tip, "transfer", packed).status_code == 200
    assert passer.take_over(drugs, fresh(tip)).status_code == 200

    answer = check(passer, colleague, named(colleague)[0])

    assert (answer.status_code, answer.json) == (422, {"checked": False})
    assert "转出的单位核对过：和原来的不一样。" in drugs.show(tip).text
    assert "核对时发现和原来不一样" in desk.get("/desk/transfers").text
    assert acts(app)[-1] == "transfer_doubted"
    # No day deletes them.
    with app.app_context():
        late = today() + timedelta(days=400)
        assert transfers.forget_old(db.session, late, 10) == 0
    assert passer.hand_back(drugs, fresh(tip), reason="unreadable").status_code == 200
    now = fresh(tip)
    assert (now.unit_id, now.sealed) == ("police", tip.sealed)
    assert kept() == 0


def test_in_doubt_it_goes_nowhere_else(holders, passer, colleague, drugs, passed, fresh):
    passer.take_over(drugs, fresh(passed))
    check(passer, colleague, named(colleague)[0], words=b"others")

    assert passer.pass_on(drugs, fresh(passed), "trade").status_code == 422


def test_only_the_right_second_person_with_the_key_is_heard(
    app, holders, passer, desk, colleague, drugs, sign_in, passed, kept
):
    [transfer] = named(colleague)
    good = {"proof": "0" * 64, "content_mac": "0" * 64}

    assert post(colleague, transfer, good).status_code == 409
    for other in (desk, drugs, sign_in("custodian-1")):
        assert post(other, transfer, good).status_code == 409
        kept_json = other.get(f"/desk/transfers/{transfer}/kept.json")
        assert kept_json.status_code == 409
    # The sealer in another session is no second person while there are colleagues.
    assert named(sign_in("police-1")) == []
    assert kept() == 2


def test_where_nobody_else_holds_the_key_another_session_of_the_sealer_counts(
    app, holders, sign_in, passed
):
    with app.app_context():
        others = Member.name.in_(["police-2", "police-head", "police-desk"])
        db.session.execute(update(Member).where(others).values(suspended_on=today()))
        db.session.commit()

    assert len(named(sign_in("police-1"))) == 1


def test_after_fourteen_days_without_a_second_person_the_old_bytes_go(
    app, passer, drugs, passed, fresh, kept
):
    passer.take_over(drugs, fresh(passed))

    for days, left in ((13, 2), (14, 0)):
        with app.app_context():
            db.session.execute(update(Transfer).values(settled_on=today() - timedelta(days=days)))
            expiry.sweep(db.session)
            db.session.commit()
        assert kept() == left


def test_while_it_waits_to_be_taken_over_no_day_deletes_them(app, passed, kept):
    with app.app_context():
        db.session.execute(update(Transfer).values(made_on=today() - timedelta(days=400)))
        expiry.sweep(db.session)
        db.session.commit()

    assert kept() == 2


def test_the_mac_hangs_on_the_talks_key(passed):
    parts = {"tip": b"x"}

    assert content_mac(passed.reference, parts, TALK) != content_mac(passed.reference, parts, b"u")
