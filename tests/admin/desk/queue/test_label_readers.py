"""Category and township for dispatchers, by requests: who vouches, who takes back, who reads what.

That no browser seals a label on the server's word stands in tests/browser/label_readers_test.mjs.
"""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from admin.auditor.words import act_word
from admin.db import db, today
from admin.models import AuditEvent, KeyGrant, LabelCopy, LabelReader, Member, Tip, UnitKey
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.signin import services as signin
from admin.vault import expiry
from admin.vault.labels import vouched as readers_of
from admin.vault.practice import clear_practice

VOUCH, END = "/desk/unit/label-readers", "/desk/unit/label-readers/end"
COPIES, READ = "/desk/labels/copies", "/desk/labels/copies.json"
MAC = "a" * 64
TO = HybridIdentity.generate()


def post(desk, path, **content):
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token()}
    return desk.client.post(path, json=content, headers=headers, base_url=desk.base_url)


@pytest.fixture
def key_ids(app, members):
    """The units' keys in use; the heads and police-1 hold their own unit's."""
    with app.app_context():
        found = {row.unit_id: row.id for row in db.session.scalars(select(UnitKey))}
        for name in ("police-1", "police-head", "custodian-1"):
            staff = members[name]
            row = KeyGrant(unit_key_id=found[staff.unit_id], member_id=staff.member_id)
            row.sealed = b"g"
            db.session.add(row)
        change = update(Member).where(Member.name == "police-desk")
        db.session.execute(change.values(recipient=str(TO.recipient)))
        db.session.commit()
    return found


@pytest.fixture
def posted(key_ids):
    """What a head's browser posts for the police's dispatcher."""
    return {
        "name": "police-desk",
        "recipient": str(TO.recipient),
        "key": str(key_ids["police"]),
        "mac": MAC,
    }


@pytest.fixture
def head(sign_in, key_ids):
    return sign_in("police-head")


@pytest.fixture
def vouched(head, posted):
    assert post(head, VOUCH, **posted).status_code == 200
    return head


def copy_of(readers=(TO,), size=512):
    sealed = seal(b" " * size, [parse_recipient(str(one.recipient)) for one in readers])
    return base64.b64encode(sealed).decode()


def told_to(member, tip):
    return member.get("/desk/labels.json", of=tip.reference).json


def put(member, tip, *, name=None, copy=None):
    """Post a copy as the browser does that has just asked for the queue's labels."""
    readers = name or told_to(member, tip).get("readers_name", "none")
    return post(member, COPIES, readers=readers, copies={tip.reference: copy or copy_of()})


def read(dispatcher, tip):
    return dispatcher.get(READ, of=tip.reference).json["copies"]


def rows(app):
    with app.app_context():
        readers = db.reading.scalars(select(LabelReader)).all()
        return [row.vouched_by for row in readers], len(
            db.reading.scalars(select(LabelCopy.tip_id)).all()
        )


def lines(app):
    with app.app_context():
        return [(line.act, line.by, line.detail) for line in db.reading.scalars(select(AuditEvent))]


# (who) -> status of vouching, of taking back, of posting a copy, of reading copies.
MAY = {
    "police-head": (200, 409, 409, 403),
    "police-1": (403, 403, 409, 403),
    "police-2": (403, 403, 409, 403),
    "police-desk": (403, 403, 403, 200),
    # A head of the way for officials: nothing there has a label that says anything.
    "custodian-1": (409, 409, 400, 403),
    "drugs-1": (403, 403, 409, 403),
    "admin": (403, 403, 403, 403),
}


@pytest.mark.table
@pytest.mark.parametrize("name", MAY)
def test_who_may_do_what_with_labels_for_dispatchers(sign_in, posted, tip, name):
    member = sign_in(name)

    found = (
        # Taken back before: there is nothing to take.
        post(member, END, name="police-desk").status_code,
        put(member, tip, name="none").status_code,
        post(member, VOUCH, **posted).status_code,
        member.get(READ, of=tip.reference).status_code,
    )

    vouched, ended, copied, seen = MAY[name]
    assert found == (ended, copied, vouched, seen)


def with_no_key(app, posted):
    with app.app_context():
        db.session.execute(KeyGrant.__table__.delete())
        db.session.commit()


def with_suspended(app, posted):
    with app.app_context():
        row = update(Member).where(Member.name == posted["name"])
        db.session.execute(row.values(suspended_on=today()))
        db.session.commit()


def with_new_key(app, posted):
    posted["key"] = "1"


def with_new_recipient(app, posted):
    posted["recipient"] += "x"


def with_name(name):
    def change(_app, posted):
        posted["name"] = name

    return change


def without(field, value=None):
    def change(_app, posted):
        posted[field] = value

    return change


def with_others(app, posted):
    with app.app_context():
        key = db.session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
        for number in range(readers_of.MOST_READERS):
            member = Member(
                name=f"d{number}",
                unit_id="police",
                roles=["dispatcher"],
                recipient=f"r{number}",
                salt=b"s" * 16,
                auth_hash=b"h" * 32,
                made_on=today(),
                sealed_identity=b"",
            )
            db.session.add(member)
            db.session.flush()
            row = LabelReader(member_id=member.id, unit_id="police", unit_key_id=key.id, mac=MAC)
            row.vouched_by, row.vouched_on = "ada", today()
            db.session.add(row)
        db.session.commit()


REFUSED = {
    "a head who does not hold the unit's key": (with_no_key, 403),
    "a dispatcher who was shut out": (with_suspended, 409),
    "a colleague who reads the tips anyway": (with_name("police-1"), 409),
    "a member of another unit": (with_name("drugs-1"), 409),
    "nobody": (with_name("x"), 409),
    "a unit that has another key by now": (with_new_key, 409),
    "a dispatcher who has another key by now": (with_new_recipient, 409),
    "a fifth reader": (with_others, 409),
    "no MAC": (without("mac"), 400),
    "half a MAC": (without("mac", "a" * 32), 400),
    "no name": (without("name", 1), 400),
    "no key": (without("key", None), 400),
}


@pytest.mark.table
@pytest.mark.parametrize("case", REFUSED)
def test_a_head_vouches_for_no_other(app, head, posted, case):
    change, status = REFUSED[case]
    change(app, posted)
    before = rows(app)

    assert post(head, VOUCH, **posted).status_code == status

    assert rows(app) == before
    assert not [line for line in lines(app) if line[0] == "label_reader_added"]


def test_vouching_is_written_down_once_and_so_is_taking_back(app, vouched, posted):
    assert post(vouched, VOUCH, **posted).json == {"done": True}
    assert rows(app) == (["police-head"], 0)
    assert post(vouched, END, name="police-desk").status_code == 200
    late = post(vouched, END, name="police-desk")

    assert (late.status_code, "刚刚被收回" in late.json["error"]) == (409, True)
    assert rows(app) == ([], 0)
    assert [line for line in lines(app) if "label_reader" in line[0]] == [
        ("label_reader_added", "police-head", "police-desk"),
        ("label_reader_ended", "police-head", "police-desk"),
    ]


def test_what_was_typed_wrong_is_written_down_without_a_word_of_it(app, head):
    assert post(head, f"{VOUCH}/refused", typed="1234").status_code == 200

    assert lines(app)[-1] == ("vouch_refused", "police-head", "")


def test_a_false_list_is_written_down(app, colleague):
    assert post(colleague, "/desk/labels/false").status_code == 200

    assert lines(app)[-1] == ("labels_refused", "police-2", "")


def test_a_colleague_is_told_what_lacks_a_copy_and_the_dispatcher_gets_it(
    app, vouched, sign_in, desk, tip, make_tip
):
    dispatcher, other, bare = sign_in("police-desk"), make_tip(), make_tip(label=None)
    of = f"{tip.reference},{other.reference},{bare.reference}"
    told = desk.get("/desk/labels.json", of=of).json
    assert sorted(told["lacking"]) == sorted([tip.reference, other.reference])
    assert told["readers"] == [["police-desk", str(TO.recipient), MAC]]
    copy = copy_of()

    assert put(desk, tip, copy=copy).json == {"kept": 1}

    assert desk.get("/desk/labels.json", of=of).json["lacking"] == [other.reference]
    assert dispatcher.get(READ, of=of).json["copies"] == {tip.reference: copy}
    # Of two colleagues who look at once the second changes nothing.
    assert put(sign_in("police-2"), tip).json == {"kept": 0}
    assert read(dispatcher, tip) == {tip.reference: copy}
    # Its time would tell when the tip came.
    assert [line for line in lines(app) if line[1] == "police-1"] == []


def test_without_readers_a_colleague_hears_of_none(desk, tip, key_ids):
    assert [*told_to(desk, tip)] == ["labels"]


def test_the_dispatchers_page_has_places_for_it_only_while_somebody_vouches(
    vouched, sign_in, tip, members
):
    dispatcher = sign_in("police-desk")
    place = f'data-copy="{tip.reference}"'
    chosen = {"tip": f"{tip.reference}.{tip.version}", "bulk_action": "assign"}
    chosen["to"] = members["police-1"].member_id

    def pages():
        bulk = dispatcher.submit("/desk/assign", chosen)
        return [dispatcher.get().text, dispatcher.show(tip).text, bulk.text]

    assert [place in page for page in pages()] == [True, True, True]
    assert "还看不到类型和地点" not in dispatcher.get("/desk/unit/").text

    post(vouched, END, name="police-desk")

    assert [place in page for page in pages()] == [False, False, False]
    assert "只看编号和状态" in dispatcher.get().text
    assert 'id="no-labels"' in dispatcher.get().text
    assert "您还看不到类型和地点" in dispatcher.get("/desk/unit/").text


def test_who_reads_tips_has_no_place_for_a_copy(vouched, desk, tip):
    assert "data-copy=" not in desk.get().text
    assert "data-copy=" not in vouched.show(tip).text


# What ends it: the dispatcher reads no copy any more, and none is left.
def by_head(app, vouched):
    post(vouched, END, name="police-desk")


def by_suspension(app, vouched):
    with app.app_context():
        row = db.session.scalars(select(Member).filter_by(name="police-desk")).one()
        signin.suspend(db.session, row)
        db.session.commit()


def by_new_key(app, vouched):
    with app.app_context():
        readers_of.forget(db.session, "police")
        db.session.commit()


ENDS = {"a head": by_head, "a suspension": by_suspension, "a new key of the unit": by_new_key}


@pytest.mark.parametrize("case", ENDS)
def test_it_ends_at_once_and_no_copy_is_left(app, vouched, sign_in, desk, tip, case):
    dispatcher = sign_in("police-desk")
    put(desk, tip)
    name = told_to(desk, tip)["readers_name"]

    ENDS[case](app, vouched)

    assert rows(app) == ([], 0)
    # One who asked before posts a moment later: nothing comes in behind the deletion.
    assert put(desk, tip, name=name).status_code == 409
    assert rows(app) == ([], 0)
    if case != "a suspension":
        assert read(dispatcher, tip) == {}


def test_a_retired_key_vouches_for_nobody_even_where_its_rows_are_still_there(
    app, vouched, sign_in, desk, tip
):
    put(desk, tip)
    with app.app_context():
        old = update(UnitKey).where(UnitKey.unit_id == "police")
        db.session.execute(old.values(retired_on=today()))
        db.session.commit()

    assert read(sign_in("police-desk"), tip) == {}
    assert [*told_to(desk, tip)] == ["labels"]
    assert "data-copy=" not in sign_in("police-desk").get().text


def test_another_reader_makes_all_copies_anew(app, vouched, desk, tip, key_ids, posted):
    put(desk, tip)
    name = told_to(desk, tip)["readers_name"]
    second = HybridIdentity.generate()
    with app.app_context():
        db.session.execute(
            update(Member)
            .where(Member.name == "police-2")
            .values(roles=["dispatcher"], recipient=str(second.recipient))
        )
        db.session.commit()
    more = {"name": "police-2", "recipient": str(second.recipient), "mac": "b" * 64}

    assert post(vouched, VOUCH, **posted | more).status_code == 200

    assert rows(app) == (["police-head", "police-head"], 0)
    assert put(desk, tip, name=name).status_code == 409
    # Sealed to one of two it is not taken.
    assert put(desk, tip).status_code == 400
    assert put(desk, tip, copy=copy_of((TO, second))).json == {"kept": 1}


# What came is no copy: status, and nothing is kept.
MALFORMED = {
    "longer than a label": lambda: copy_of(size=1024),
    "shorter": lambda: copy_of(size=511),
    "to two where there is one": lambda: copy_of((TO, TO)),
    "not sealed": lambda: base64.b64encode(b"A4 shili").decode(),
    "no base64": lambda: "?",
}


@pytest.mark.table
@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_copy_is_not_kept(app, vouched, desk, tip, case):
    assert put(desk, tip, copy=MALFORMED[case]()).status_code == 400
    assert rows(app)[1] == 0


SHAPES = [None, {}, [], {"x": "y"}, {f"0000{n // 10}-0000{n % 10}": "YQ" for n in range(21)}]


@pytest.mark.table
@pytest.mark.parametrize("copies", SHAPES)
def test_what_no_script_of_ours_posts_is_refused(vouched, desk, copies):
    assert post(desk, COPIES, readers="x", copies=copies).status_code == 400


# A tip of which nobody gets a copy, whatever a browser posts.
def post_recusal(member, tip):
    assert member.post(tip, "recusal").status_code == 303


def purge(app, tip):
    with app.app_context():
        row = update(Tip).where(Tip.id == tip.id)
        db.session.execute(row.values(expires_on=today(), is_open=False))
        db.session.commit()
        assert expiry.sweep(db.session)["tips"] == 1
        db.session.commit()


def give_away(app, tip):
    with app.app_context():
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(unit_id="drugs"))
        db.session.commit()


HIDDEN = {
    "with a part of the member's": lambda _app, desk, tip: post_recusal(desk, tip),
    "deleted": lambda app, _desk, tip: purge(app, tip),
    "at another unit": lambda app, _desk, tip: give_away(app, tip),
}


@pytest.mark.table
@pytest.mark.parametrize("case", HIDDEN)
def test_of_a_tip_that_the_member_may_not_see_no_copy_is_kept(app, vouched, desk, tip, case):
    name = told_to(desk, tip)["readers_name"]

    HIDDEN[case](app, desk, tip)

    assert told_to(desk, tip)["lacking"] == []
    assert put(desk, tip, name=name).json == {"kept": 0}
    assert rows(app)[1] == 0


def test_a_dispatcher_with_a_part_in_a_tip_gets_no_copy_of_it(vouched, sign_in, desk, tip):
    put(desk, tip)
    dispatcher = sign_in("police-desk")
    assert tip.reference in read(dispatcher, tip)

    post_recusal(dispatcher, tip)

    assert read(dispatcher, tip) == {}


def test_copies_go_with_the_words_and_with_a_cleared_practice_unit(
    app, vouched, desk, tip, make_tip
):
    other = make_tip()
    put(desk, tip)
    put(desk, other)

    purge(app, tip)

    assert rows(app)[1] == 1
    with app.app_context():
        assert clear_practice(db.session, "police") == 2
        db.session.commit()
    assert rows(app)[1] == 0


def test_of_two_heads_at_once_both_are_told_the_truth_and_one_line_is_written(
    app, sign_in, posted, key_ids
):
    heads = [sign_in("police-head"), sign_in("police-head")]
    tokens = [head.token() for head in heads]

    def vouch(pair):
        head, token = pair
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        told = {"json": posted, "headers": headers, "base_url": head.base_url}
        return head.client.post(VOUCH, **told).status_code

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(vouch, zip(heads, tokens, strict=True)))

    assert found == [200, 200]
    assert rows(app) == (["police-head"], 0)
    assert len([line for line in lines(app) if line[0] == "label_reader_added"]) == 1


def test_no_copy_outlives_a_reader_who_is_taken_back_at_the_moment_when_it_comes(
    app, vouched, desk, tip
):
    told = {"readers": told_to(desk, tip)["readers_name"], "copies": {tip.reference: copy_of()}}
    desk.token(), vouched.token()

    with ThreadPoolExecutor(2) as pool:
        kept = pool.submit(post, desk, COPIES, **told)
        ended = pool.submit(post, vouched, END, name="police-desk")
        answers = kept.result().status_code, ended.result().status_code

    assert answers in ((200, 200), (409, 200))
    assert rows(app) == ([], 0)


def test_each_line_has_words_on_the_auditors_page(app):
    codes = ("label_reader_added", "label_reader_ended", "labels_refused")
    with app.test_request_context():
        for code in (*codes, "vouch_refused", "vouch", "unvouch", "copy_label", "see_label"):
            assert act_word(code) != code
