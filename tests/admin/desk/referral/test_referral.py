"""A package made of a tip for an organ outside, over HTTP: what is kept of it, and every refusal."""

from sqlalchemy import select

from admin.db import db, today
from admin.models import AuditEvent, Note, Referral
from admin.sealing import age
from admin.tip.status import TipStatus

from .referring import RECORD


def lines(app, act):
    with app.app_context():
        rows = db.reading.scalars(select(AuditEvent).where(AuditEvent.act == act))
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
    assert age.open_sealed(age_bytes(kept), [units["police"].identity]) == RECORD
    assert lines(app, "referral_read") == [(*about, "")]


def age_bytes(text):
    from base64 import b64decode

    return b64decode(text)


def test_the_record_is_no_note_of_the_chain(app, desk, accepted, referrer, fresh):
    tip = accepted()
    referrer.make(desk, tip)

    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["notes"] == []
    sealed = referrer.package(desk, tip, "transport")["record"]
    assert desk.post(fresh(tip), "notes", number="1", sealed=sealed).status_code == 303

    with app.app_context():
        kinds = db.reading.scalars(select(Note.kind).where(Note.tip_id == tip.id))
        assert sorted(kinds) == ["note", "record"]
