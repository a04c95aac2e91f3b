"""A tip that the reporter's browser sealed: taken once, kept as it came, refused by shape alone."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from admin.app_state import app_state
from admin.db import db, today
from admin.intake.flood import Verdict
from admin.models import SpentChallenge, SpentNonce, Tip, UnitKey
from admin.sealing import age, payload, receipt
from admin.sealing.age import HybridIdentity
from admin.vault.expiry import sweep
from admin.vault.lane import MACHINE_DAYS
from tests.admin.intake.js_api.at_once import press_at_once


def judged(verdict):
    """Budgets that give one verdict."""
    return SimpleNamespace(
        judge=lambda **_facts: verdict, group=lambda _address: None, max_number=lambda: 20
    )


def error(answer):
    return answer.status_code, answer.json["error"]


def test_a_sealed_tip_is_stored_as_it_came_under_its_receipt_and_the_unit_opens_it(
    app, scripted, stored
):
    digits = receipt.new_digits()
    parcel = scripted.parcel(digits, what="桥头有人收过路费")

    answer = scripted.post(parcel)

    assert (answer.status_code, answer.json) == (200, {"stored": True, "lane": ""})
    [tip] = stored()
    keys = receipt.derive(digits, scripted.site_id)
    with app.app_context():
        assert tip.row.lookup == app_state().peppered(keys.lookup)
    assert tip.row.sealed == b64decode(parcel["sealed"])
    assert (tip.unit, tip.urgency, tip.row.received_on) == ("police", "P3", today())
    assert (tip.row.reference, tip.label.township) == (parcel["reference"], "shili")
    assert tip.words.fields["what"] == "桥头有人收过路费"
    assert (tip.row.machine_unit, tip.row.expires_on) == (None, None)


def test_a_supervisory_tip_has_a_label_that_says_nothing(scripted, stored):
    empty = age.seal(
        payload.NO_LABEL.to_bytes(), [scripted.units["supervision"].identity.recipient]
    )
    label = b64encode(empty).decode()

    sent = scripted.post(scripted.parcel(unit="supervision") | {"label": label, "urgency": "P1"})

    assert sent.status_code == 200
    [tip] = stored()
    assert (tip.unit, tip.label, tip.urgency) == ("supervision", payload.NO_LABEL, "P1")


def test_the_mark_that_lets_later_words_follow_is_stored_with_the_tip(scripted, stored, count):
    without, whole = scripted.parcel(), scripted.parcel() | {"mark": "ab" * 32}

    assert [scripted.post(one).status_code for one in (without, whole)] == [200, 200]
    assert {tip.row.reference: tip.row.marks for tip in stored()} == {
        without["reference"]: None,
        whole["reference"]: bytes.fromhex("ab" * 32),
    }


def test_every_answer_has_one_size_and_no_cookie(scripted):
    parcel = scripted.parcel()
    answers = [
        scripted.post(parcel),
        scripted.post(parcel),
        scripted.post(parcel | {"sealed": scripted.parcel()["sealed"]}),
        scripted.client.post("/tip/challenge", json={}),
    ]

    assert {len(answer.data) for answer in answers} == {4096}
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)


@pytest.mark.parametrize("proof", ["the same", "", "fresh"])
def test_the_same_tip_again_gets_the_same_answer_and_stores_nothing(scripted, proof, count):
    parcel = scripted.parcel()
    first = scripted.post(parcel)
    if proof != "the same":
        parcel["proof"] = proof and scripted.proof()

    for _ in range(3):
        again = scripted.post(parcel)
        assert (again.status_code, again.data) == (200, first.data)
    # A fresh proof is used up by it: replayed, it would take of the budget again and again.
    assert (count(Tip), count(SpentChallenge)) == (1, 2 if proof == "fresh" else 1)


def test_other_words_under_a_known_receipt_are_sent_back_for_a_supplement(scripted, count):
    digits = receipt.new_digits()
    scripted.post(scripted.parcel(digits))
    more = scripted.parcel(digits, what="昨晚又来了")

    assert error(scripted.post(more)) == (409, "other_words")
    assert error(scripted.post(more | {"proof": ""})) == (409, "other_words")
    assert (count(Tip), count(SpentChallenge)) == (1, 2)


def test_a_reference_that_another_tip_has_is_sent_back(scripted, count):
    first = scripted.parcel()
    scripted.post(first)

    taken = scripted.post(scripted.parcel() | {"reference": first["reference"]})

    assert error(taken) == (409, "reference_taken")
    assert (count(Tip), count(SpentChallenge)) == (1, 2)


def test_a_thousand_replays_of_one_proof_make_one_tip(scripted, count):
    parcel = scripted.parcel()
    answers = []
    for number in range(1000):
        reference = payload.new_reference()
        changes = {"lookup": f"{number:032x}", "reference": reference}
        answers.append(scripted.post(parcel | changes))

    assert answers[0].json == {"stored": True, "lane": ""}
    assert {error(answer) for answer in answers[1:]} == {(400, "challenge")}
    assert (count(Tip), count(SpentChallenge)) == (1, 1)


def test_replays_take_nothing_of_the_budget(app, scripted, monkeypatch):
    judged = []
    real = app.extensions["dengshao.flood"].judge
    monkeypatch.setattr(
        app.extensions["dengshao.flood"], "judge", lambda **facts: judged.append(1) or real(**facts)
    )
    parcel = scripted.parcel()

    for number in range(5):
        scripted.post(parcel | {"lookup": f"{number:032x}"})
    scripted.post(parcel | {"lookup": f"{0:032x}"})

    assert len(judged) == 1


@pytest.mark.parametrize("proofs", ["one", "many"])
def test_the_same_tip_at_the_same_moment_is_stored_once(app, config, scripted, proofs, count):
    parcel = scripted.parcel()
    others = {"one": dict, "many": lambda: {"proof": scripted.proof()}}[proofs]
    parcels = [parcel | others() for _ in range(8)]

    answers = press_at_once(app, config, parcels)

    assert [answer.status_code for answer in answers] == [200] * 8
    assert (count(Tip), count(SpentChallenge)) == (1, {"one": 1, "many": 8}[proofs])


def test_one_proof_at_the_same_moment_makes_one_tip(app, config, scripted, count):
    proof = scripted.proof()
    parcels = [scripted.parcel() | {"proof": proof} for _ in range(8)]

    answers = press_at_once(app, config, parcels)

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert (count(Tip), count(SpentChallenge)) == (1, 1)


def test_different_words_under_one_receipt_at_the_same_moment_make_one_tip(
    app, config, scripted, count
):
    digits = receipt.new_digits()
    parcels = [scripted.parcel(digits, what=f"第{number}份") for number in range(6)]

    answers = press_at_once(app, config, parcels)

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert {answer.json.get("error") for answer in answers} == {None, "other_words"}
    assert (count(Tip), count(SpentChallenge)) == (1, 6)


def close(app, unit_id):
    with app.app_context():
        db.session.execute(
            update(UnitKey).where(UnitKey.unit_id == unit_id).values(retired_on=today())
        )
        db.session.commit()
    app.extensions["dengshao.vault"].units._until = 0.0


def test_a_tip_for_a_unit_that_has_closed_is_sent_back_unless_it_is_stored_already(
    app, scripted, count
):
    parcel = scripted.parcel()
    scripted.post(parcel)
    late = scripted.parcel()
    close(app, "police")

    assert error(scripted.post(late)) == (409, "unit_closed")
    assert error(scripted.post(late | {"unit": "nobody"})) == (409, "unit_closed")
    assert scripted.post(parcel).json["stored"] is True
    assert (count(Tip), count(SpentChallenge)) == (1, 1)


def test_a_tip_for_a_practice_unit_is_sent_back_whatever_the_browser_says(app, scripted, count):
    here = app.extensions["dengshao"]
    units = here.district.units
    practising = units | {"police": replace(units["police"], practice=True)}
    here.district = replace(here.district, units=practising)

    assert error(scripted.post(scripted.parcel())) == (409, "unit_closed")
    assert count(Tip) == 0


WRONG_PROOFS = ["", "!", "AAAA", "e30=", "W10=", "bnVsbA==", "A" * 2000, "\ud800", "…"]
CHANGED = [
    {"number": 21},
    {"number": -1},
    {"number": 1.0},
    {"number": "1"},
    {"number": True},
    {"number": None},
    {"algorithm": "SHA-512"},
    {"algorithm": "SHA-1"},
    {"algorithm": []},
    {"challenge": "0" * 64},
    {"signature": "0" * 64},
    {"signature": None},
    {"salt": "0" * 24 + "?expires=9999999999&"},
    {"salt": ""},
    {"salt": "\ud800"},
    {"salt": {}},
]


def test_a_wrong_proof_is_told_so_and_stores_nothing(scripted, count):
    parcel = scripted.parcel()

    for proof in WRONG_PROOFS:
        assert error(scripted.post(parcel | {"proof": proof})) == (400, "challenge"), proof
    for changes in CHANGED:
        proof = scripted.proof(**changes)
        assert error(scripted.post(parcel | {"proof": proof})) == (400, "challenge"), changes
    assert (count(Tip), count(SpentChallenge)) == (0, 0)
    assert scripted.post(parcel).status_code == 200


SEALED = HybridIdentity.generate().recipient, HybridIdentity.generate().recipient


def sealed(size, recipients=2):
    readers = (SEALED * 2)[:recipients]
    return b64encode(age.seal(b" " * size, readers)).decode()


MALFORMED = {
    "lookup": ["", "0" * 31, "0" * 33, "G" * 32, "A" * 32, None, 5, ["0" * 32], "０" * 32],
    "reference": ["", "ABCDE", "ABCDE-FGHI", "abcde-fghjk", "ABCDE-FGHJK\n", "OOOOO-OOOOO", None],
    "unit": ["", None, 1, ["police"], {}, "po lice", "p" * 41, "\ud800"],
    "urgency": ["", "P4", "p0", None, 0, ["P0"], {}],
    "label": [None, "!", "AAAA", sealed(511, 1), sealed(1024, 1), sealed(512, 2), sealed(0, 1)],
    "sealed": [
        *(None, "", "!", 7, "QUJD", "\ud800", [[]], "AAAA" * 1000),
        *(sealed(8192, 1), sealed(8192, 3), sealed(8191), sealed(8193), sealed(0), sealed(512)),
    ],
    "proof": [None, 5, [], {}],
    "website": [None, 5, []],
}


@pytest.mark.table
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_parcel_is_refused_and_stores_nothing(scripted, name, count):
    parcel = scripted.parcel()

    for value in MALFORMED[name]:
        assert scripted.post(parcel | {name: value}).status_code == 400, value
    absent = {key: parcel[key] for key in parcel if key != name}
    assert scripted.post(absent).status_code == 400
    assert (count(Tip), count(SpentChallenge)) == (0, 0)


@pytest.mark.parametrize("unit", ["police", "supervision", "upper"])
def test_no_tip_goes_without_a_label(scripted, unit, count):
    parcel = scripted.parcel(unit=unit) | {"label": "", "urgency": "P1"}

    assert scripted.post(parcel).status_code == 400
    assert count(Tip) == 0


@pytest.mark.table
@pytest.mark.parametrize("mark", ["", "ab" * 31, "AB" * 32, "ab" * 33, 7, None])
def test_a_mark_of_another_shape_is_refused(scripted, mark, count):
    assert scripted.post(scripted.parcel() | {"mark": mark}).status_code == 400
    assert count(Tip) == 0


def test_a_tip_of_up_to_64_kib_is_taken_and_a_longer_one_refused(scripted, count):
    parcel = scripted.parcel()

    assert scripted.post(parcel | {"sealed": sealed(8 * 8192)}).status_code == 413
    assert count(Tip) == 0
    assert scripted.post(parcel | {"sealed": sealed(7 * 8192)}).status_code == 200


NO_JSON_OF_OURS = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b"\xff\xfe", 400),
    (b"[" * 60_000, 400),
    (b'{"lookup":' * 6_000, 400),
    (b" " * 131_073, 413),
    (b" " * 300_000, 413),
]


@pytest.mark.table
@pytest.mark.parametrize(("body", "code"), NO_JSON_OF_OURS)
def test_what_is_no_json_of_ours_is_refused(scripted, body, code):
    refused = scripted.client.post("/tip/sealed", data=body, content_type="application/json")

    assert refused.status_code == code


def test_a_body_sent_in_pieces_is_held_to_the_same_length(scripted):
    for length, code in ((131_073, 413), (131_072, 400)):
        refused = scripted.client.post(
            "/tip/sealed",
            input_stream=BytesIO(b" " * length),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
        assert refused.status_code == code


@pytest.mark.table
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("address", ["/tip/sealed", "/tip/challenge"])
def test_a_page_of_another_origin_cannot_post_without_asking(scripted, address, kind):
    refused = scripted.client.post(address, data=b"{}", content_type=kind)

    assert refused.status_code == 415


def test_over_the_budget_a_tip_stands_apart_and_its_retry_says_the_same(app, scripted, stored):
    app.extensions["dengshao.flood"] = judged(Verdict.MACHINE)
    parcel = scripted.parcel()

    answers = [scripted.post(parcel).json for _ in range(2)]

    assert answers == [{"stored": True, "lane": "machine"}] * 2
    [tip] = stored()
    assert tip.row.machine_unit == "police"
    assert tip.row.expires_on == today() + timedelta(days=MACHINE_DAYS)


def test_a_filled_trap_lowers_a_tip_to_the_lane_and_refuses_nothing(scripted, stored):
    answer = scripted.post(scripted.parcel() | {"website": "http://x"})

    assert answer.json == {"stored": True, "lane": "machine"}
    assert stored()[0].row.machine_unit == "police"


def test_where_the_machine_rests_nothing_is_stored_and_the_proof_stays_good(
    app, scripted, monkeypatch, count
):
    parcel = scripted.parcel()
    known = scripted.parcel()
    scripted.post(known)
    with monkeypatch.context() as resting:
        resting.setitem(app.extensions, "dengshao.flood", judged(Verdict.REST))
        refused = scripted.post(parcel)
        again = scripted.post(known | {"proof": scripted.proof()})

    assert error(refused) == (503, "busy")
    assert refused.headers["Retry-After"] == "60"
    assert again.json == {"stored": True, "lane": ""}
    assert (count(Tip), count(SpentChallenge)) == (1, 1)
    assert scripted.post(parcel).status_code == 200


def test_a_database_that_is_away_is_busy_and_the_proof_stays_good(
    scripted, monkeypatch, count, caplog
):
    parcel = scripted.parcel()

    def away(*_args):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr("admin.intake.js_api.tips.store.store_tip", away)
        refused = scripted.post(parcel)

    assert error(refused) == (503, "busy")
    assert "OperationalError at" in caplog.text
    assert (count(Tip), count(SpentChallenge)) == (0, 0)
    assert scripted.post(parcel).status_code == 200


def test_a_sealed_tip_leaves_no_trace_but_its_row_and_its_spent_proof(app, scripted, count):
    scripted.post(scripted.parcel())

    with app.app_context():
        [spent] = db.session.query(SpentChallenge).all()
    assert spent.day in (today(), today() + timedelta(days=1))
    assert count(SpentNonce) == 0


def test_a_spent_proof_is_forgotten_once_its_challenge_has_ended(app, scripted, count):
    scripted.post(scripted.parcel())

    with app.app_context():
        sweep(db.session, today())
        db.session.commit()
        assert count(SpentChallenge) == 1
        sweep(db.session, today() + timedelta(days=2))
        db.session.commit()
    assert (count(SpentChallenge), count(Tip)) == (0, 1)
