"""A tip's files over HTTP: sealed parts to who may open the tip, and a note of what leaves."""

import re

import pytest
from sqlalchemy import select, update

from admin.db import db, today
from admin.models import AuditEvent, Decision, Tip, Upload
from admin.sealing import age, payload
from admin.sealing.files import parse_entries
from admin.vault.files import uploads
from admin.vault.files.blobs import PART, part_count
from admin.vault.key_change import kept, resealing
from tests.admin.desk.files.files_made import attach, lose, put_file, put_pack, with_files

DATA = bytes(range(256)) * 9_000  # more than a part
HASH = "a" * 64


@pytest.fixture
def entry(app, units):
    return put_file(app, DATA)


@pytest.fixture
def tip(app, sealed_tip, entry):
    return with_files(sealed_tip, app, [entry])


def address(tip, blob, number=0):
    return f"/desk/tips/{tip.reference}/files/{blob}/{number}"


def audit(app, *acts):
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.act.in_(acts)).order_by(AuditEvent.number)
        return [(row.act, row.by, row.detail) for row in db.reading.scalars(query)]


def change(app, blob, **values):
    with app.app_context():
        db.session.execute(update(Upload).where(Upload.blob == blob).values(**values))
        db.session.commit()


def test_the_parts_of_a_file_together_are_an_age_file_that_only_its_key_opens(desk, tip, entry):
    sealed = desk.show(tip) and desk.get(f"/desk/tips/{tip.reference}/sealed.json").json
    size = sealed["uploads"][entry.blob]

    parts = [desk.get(address(tip, entry.blob, n)).data for n in range(part_count(size))]

    assert [len(part) for part in parts] == [PART, size - PART]
    clear = age.open_sealed(b"".join(parts), [age.parse_identity(entry.key)])
    assert clear[: entry.size] == DATA
    assert not any(clear[entry.size :])


def test_a_part_is_a_file_to_save_and_never_a_document(desk, tip, entry):
    part = desk.get(address(tip, entry.blob))

    assert part.headers["Content-Type"] == "application/octet-stream"
    assert part.headers["Content-Disposition"] == "attachment"
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert part.headers["Cache-Control"] == "no-store, no-transform"
    assert part.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "sandbox" in part.headers["Content-Security-Policy"]


def test_who_opens_a_file_is_audited_once_and_by_no_name_of_the_file(app, desk, tip, entry):
    for number in (0, 1):
        assert desk.get(address(tip, entry.blob, number)).status_code == 200

    assert audit(app, "file_opened") == [("file_opened", "police-1", entry.blob[:8])]


def test_a_store_that_hangs_holds_no_turn_of_the_desk(desk, tip, entry, held_turns):
    assert len(desk.get(address(tip, entry.blob)).data) == PART

    assert held_turns
    assert not any(held_turns)


def break_off(app, entry):
    change(app, entry.blob, is_whole=False)


def let_go(app, entry):
    change(app, entry.blob, is_released=True)


def orphan(app, entry):
    change(app, entry.blob, tip_id=None)


NOT_THERE = {
    "a file that is not whole": break_off,
    "a file that was let go": let_go,
    "a file of no tip": orphan,
    "a file whose objects are gone": lose,
}


@pytest.mark.table
@pytest.mark.parametrize("spoil", NOT_THERE.values(), ids=NOT_THERE)
def test_what_is_not_there_is_not_sent_and_not_audited(app, desk, tip, entry, spoil):
    spoil(app, entry)

    assert desk.get(address(tip, entry.blob)).status_code == 404
    assert audit(app, "file_opened") == []


@pytest.mark.table
@pytest.mark.parametrize("number", [2, 99, 99_999, 10**30])
def test_there_is_no_part_beyond_the_last(desk, tip, entry, number):
    assert desk.get(address(tip, entry.blob, number)).status_code == 404


@pytest.mark.table
@pytest.mark.parametrize("blob", ["f" * 32, "x", "..", "A" * 32, "%00", "f" * 400])
def test_an_unknown_blob_is_a_404(desk, tip, blob):
    assert desk.get(address(tip, blob)).status_code == 404


def test_a_file_of_another_tip_of_the_unit_is_unknown_under_this_one(
    app, desk, tip, sealed_tip, entry
):
    other = sealed_tip(app)

    assert desk.get(address(other, entry.blob)).status_code == 404
    assert audit(app, "file_opened") == []


# Who asks, and what comes of it.
PEOPLE = [
    ("police-2", 200),
    ("police-head", 200),
    ("police-desk", 403),
    ("drugs-1", 404),
    ("custodian-1", 404),
    ("admin", 403),
]


@pytest.mark.table
@pytest.mark.parametrize(("name", "status"), PEOPLE)
def test_only_who_may_open_the_tip_gets_a_part(sign_in, tip, entry, name, status):
    assert sign_in(name).get(address(tip, entry.blob)).status_code == status


def test_a_stranger_is_sent_to_the_sign_in_page(visitor, tip, entry):
    answer = visitor.get(address(tip, entry.blob))

    assert (answer.status_code, answer.location) == (302, "/desk/sign-in")


def test_once_the_tip_is_purged_its_files_are_gone(app, desk, tip, entry):
    from admin.vault.expiry import sweep

    with app.app_context():
        db.session.execute(update(Tip).values(expires_on=today(), is_open=False))
        db.session.commit()
        sweep(db.session)
        db.session.commit()

    assert desk.get(address(tip, entry.blob)).status_code == 404


# What leaves the desk.


def told(entry, **changed):
    return {"blob": entry.blob, "what": "copied", "sha256": HASH} | changed


@pytest.mark.parametrize(("what", "reason"), [("copied", "file_copied"), ("taken", "file_taken")])
def test_what_leaves_stands_in_the_history_and_its_hash_in_the_audit(
    app, desk, tip, entry, fresh, what, reason
):
    desk.get(f"/desk/tips/{tip.reference}/sealed.json")
    before = fresh(tip)

    answer = desk.post(tip, "copies", **told(entry, what=what))

    assert (answer.status_code, answer.json) == (200, {"noted": True})
    assert [step.kind for step in fresh(tip).decisions][-1:] == [reason]
    assert audit(app, reason) == [(reason, "police-1", f"{entry.blob[:8]} {HASH}")]
    # Where the tip stands is as before: a colleague's page stays good.
    assert fresh(tip).version == before.version


WRONG = [
    {"what": "mailed"},
    {"what": ""},
    {"sha256": ""},
    {"sha256": "A" * 64},
    {"sha256": "a" * 63},
    {"sha256": f"{HASH}\n"},
    {"blob": ""},
    {"blob": "../../etc"},
]


@pytest.mark.table
@pytest.mark.parametrize("changed", WRONG)
def test_a_malformed_note_is_refused_and_leaves_no_line(app, desk, tip, entry, changed):
    assert desk.post(tip, "copies", **told(entry, **changed)).status_code == 422
    assert audit(app, "file_copied", "file_taken") == []


def test_a_note_about_a_file_that_is_not_the_tips_is_refused(app, desk, tip, entry, sealed_tip):
    for about, fields in ((tip, told(entry, blob="f" * 32)), (sealed_tip(app), told(entry))):
        assert desk.post(about, "copies", **fields).status_code == 404
    with app.app_context():
        assert db.reading.scalars(select(Decision)).all() == []


def test_a_note_without_the_sessions_token_is_refused(desk, tip, entry):
    assert desk.post_with("x", tip, "copies", **told(entry)).status_code in (400, 422)


# Re-routing and re-keying seal the words anew; the files stay as they are.


def test_a_tip_that_moves_to_a_new_key_still_names_and_opens_its_files(
    app, desk, tip, entry, unit_secrets
):
    with app.app_context():
        tip_row = db.session.get_one(Tip, tip.id)
        old = tip_row.unit_key_id
        new, identity = new_key(old)
        read = resealing.read_bundle(db.session, "police", tip.reference)
        assert read is not None
        moved = reseal(read[1], unit_secrets["police"].identity, identity)
        resealing.move_tip(
            db.session,
            unit_id="police",
            reference=tip.reference,
            old=old,
            new=new,
            bundle=moved,
            keep=lambda row, stored: kept.keep(
                db.session, row, stored, new=new, mover=kept.Mover("ada", b"a" * 32, "a" * 64)
            ),
        )
        db.session.commit()
        again = db.reading.get_one(Tip, tip.id)
        clear = age.open_sealed(again.sealed, [identity])
        assert parse_entries(payload.Tip.parse(clear).files) == (entry,)

    assert desk.get(address(tip, entry.blob)).status_code == 200
    sealed = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json
    assert list(sealed["uploads"]) == [entry.blob]


def new_key(old):
    """Give the unit another key, as a renewal does."""
    from admin.models import UnitKey

    identity, recovery = age.HybridIdentity.generate(), age.HybridIdentity.generate()
    db.session.execute(update(UnitKey).where(UnitKey.id == old).values(retired_on=today()))
    key = UnitKey(
        unit_id="police",
        recipient=str(identity.recipient),
        recovery=str(recovery.recipient),
        fingerprint="new",
        roster_mac="0" * 64,
        made_on=today(),
    )
    db.session.add(key)
    db.session.flush()
    return key.id, identity


def reseal(bundle, old, new):
    """Open and seal as the browser does: the words stay byte by byte."""
    other = age.HybridIdentity.generate()

    def anew(sealed, readers):
        return age.seal(age.open_sealed(sealed, [old]), readers)

    return resealing.Bundle(
        length=bundle.length,
        sealed=anew(bundle.sealed, [new.recipient, other.recipient]),
        label=anew(bundle.label, [new.recipient]),
        messages={},
        notes={},
    )


def test_the_files_of_one_tip_are_listed_with_their_sealed_bytes(app, desk, sealed_tip, units):
    facts = {"name": "a", "type": "image/png", "state": "cleaned"}
    pack = put_pack(app, [(b"one", facts), (b"two", facts)], lambda _size: 4 * 2**20)
    more = put_file(app, b"three")
    tip = with_files(sealed_tip, app, [*pack, more])
    attach(app, sealed_tip(app), [put_file(app, b"another tip's")])

    listed = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["uploads"]

    assert set(listed) == {pack[0].blob, more.blob}
    assert listed[pack[0].blob] > 4 * 2**20
    with app.app_context():
        assert len(uploads.of_tip(db.reading, tip.id)) == 2


# The frame.


def test_the_frame_lets_in_its_own_script_and_style_and_nothing_else(app, desk, config):
    (config.bundles / "desk-frame.js").is_file() or pytest.skip("the bundles are not built")
    page = desk.get("/desk/frame/")

    rules = dict(rule.strip().partition(" ")[::2] for rule in page.headers[CSP].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["sandbox"] == "allow-scripts"
    assert rules["frame-ancestors"] == "'self'"
    assert rules["media-src"] == "blob:"
    for part in ("script-src", "style-src"):
        assert rules[part].startswith("'sha256-")
        assert " " not in rules[part]
    assert not re.search(r"<(script|link|img|iframe|base)\s", page.text)
    assert page.text.count("<script>") == page.text.count("<style>") == 1


CSP = "Content-Security-Policy"


def test_a_tips_page_alone_may_show_the_frame_and_only_at_its_address(desk, tip, config):
    policy = desk.show(tip).headers[CSP]

    assert policy.endswith(f"; frame-src {config.desk_host}/desk/frame/")
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-src" not in desk.get("/desk/").headers[CSP]
