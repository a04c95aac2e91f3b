"""With scripts: a lookup comes in, sealed bytes go either way."""

import json
import threading
from base64 import b64decode, b64encode
from unittest.mock import ANY

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin.app_state import app_state
from admin.db import db, today
from admin.mailbox import js_api
from admin.mailbox.js_api import MOST_SEALED
from admin.models import Message, SpentNonce, Upload
from admin.sealing import age, payload
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import store, vault
from admin.vault.files import uploads
from admin.vault.store import TalkState
from admin.wire.upload_tokens import Ticket

from .work import statements_of, watch


@pytest.fixture
def ask(client):
    def ask(lookup, address="/mailbox/thread"):
        return client.post(address, json={"lookup": lookup})

    return ask


@pytest.fixture
def send(client, reporter, ask):
    """Send a letter as the reporter's browser does; `changes` replace what it posts."""

    def send(body="又来了", kind="message", *, state=None, **changes):
        answer = ask(reporter.keys.lookup.hex()).json
        letter = letter_of(reporter, answer, body, kind, state)
        return client.post("/mailbox/sealed", json=letter | {"token": answer["token"]} | changes)

    return send


def letter_of(reporter, answer, body, kind="message", state=None):
    last = answer["messages"][-1] if answer["messages"] else {"number": 0, "digest": ""}
    state = state or TalkState(last["number"], last["digest"])
    envelope = reporter.envelope(body, state, kind=kind, direction="reporter")
    return {
        "lookup": reporter.keys.lookup.hex(),
        "number": envelope.number,
        "digest": envelope.digest,
        "sealed": b64encode(age.seal(envelope.to_bytes(), reporter.unit.recipients)).decode(),
        "kind": kind,
    }


def test_a_lookup_gives_the_status_and_the_staffs_messages_still_sealed(ask, reporter, send):
    reporter.ask("几点？")
    send("八点")
    reporter.answer("好")

    answer = ask(reporter.keys.lookup.hex()).json

    first, own, last = answer["messages"]
    assert answer["known"] is True
    assert answer["reference"] == reporter.reference
    assert (answer["status"], answer["status_words"]) == ("received", "已收到")
    recipients = [str(key) for key in reporter.unit.recipients]
    assert answer["unit"] == {"id": "police", "key": ANY, "recipients": recipients}
    assert (answer["length"], answer["apart"]) == (3, False)
    assert (first["number"], first["direction"], first["day"]) == (1, "staff", str(today()))
    assert (own["direction"], own["sealed"]) == ("reporter", "")
    plain = age.open_sealed(b64decode(last["sealed"]), [reporter.keys.identity])
    assert payload.Envelope.parse(plain).body == "好"
    assert payload.Envelope.parse(plain).previous == own["digest"]


def test_out_of_scope_comes_with_where_to_turn(ask, reporter):
    reporter.move(TipStatus.OUT_OF_SCOPE, "protected", "protected")

    answer = ask(reporter.keys.lookup.hex()).json

    assert answer["status_words"] == "这件事不归这里办，可以找…"
    assert "12345" in answer["turn_to"]


def test_an_unknown_lookup_costs_the_same_pieces_of_work(app, ask, reporter, monkeypatch):
    done = []
    for name in ("_cover", "_answer", "_decoys", "readers"):
        watch(monkeypatch, js_api, name, done)
    lookups = reporter.keys.lookup.hex(), "0" * 32
    ask(lookups[1])

    work = []
    for lookup in lookups:
        done.clear()
        asked = statements_of(app, lambda lookup=lookup: ask(lookup))
        work.append((asked, list(done)))

    assert work[0] == work[1]
    assert len(work[0][0]) == 2
    assert sorted(name for name, *_told in done) == [
        *("_answer", "_answer", "_answer", "_cover", "_decoys", "readers")
    ]


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_an_unknown_lookup_is_answered_in_the_same_shape_and_length(ask, reporter, answers):
    for number in range(answers):
        reporter.answer(f"{number}：" + "几点？" * 400)
    known = ask(reporter.keys.lookup.hex())
    unknown = ask("0" * 32)

    assert unknown.json["known"] is False
    assert unknown.status_code == known.status_code == 200
    assert list(unknown.json) == list(known.json)
    assert len(unknown.data) == len(known.data)
    assert "Set-Cookie" not in unknown.headers
    assert unknown.headers["Cache-Control"] == "no-store, no-transform"


def test_a_letter_is_stored_and_does_what_its_kind_asks_for(send, reporter):
    reporter.ask("几点？")

    stored = send("八点")

    assert stored.json == {"stored": True}
    assert reporter.tip().status is TipStatus.RECEIVED
    assert [envelope.body for envelope in reporter.opened()] == ["几点？", "八点"]


def test_danger_and_withdrawal_act_as_without_scripts(send, reporter):
    send("危险", "danger")
    send("撤回", "withdraw")

    tip = reporter.tip()
    assert (tip.urgency, tip.danger_on, tip.withdrawn_on) == (Urgency.P0, today(), today())
    assert [decision.kind for decision in tip.decisions] == ["danger", "asked_to_withdraw"]


def test_the_very_same_letter_is_stored_once(client, ask, reporter, count):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "一句") | {"token": answer["token"]}

    codes = [client.post("/mailbox/sealed", json=letter).status_code for _ in range(3)]

    assert codes == [200, 200, 200]
    assert (count(Message), count(SpentNonce)) == (1, 1)


@pytest.fixture
def whole_file(app):
    """Bring a file whole; gives its ticket."""

    def make(*, is_whole=True):
        with app.app_context():
            upload = uploads.reserve(db.session, 1000)
            ticket = Ticket(upload.blob, upload.size)
            db.session.commit()
            if is_whole:
                vault().blobs.put(ticket.blob, 0, bytes(1000))
                uploads.finish(db.session, vault().blobs, ticket.blob)
            db.session.commit()
            return app_state().upload_tokens.new(ticket)

    return make


@pytest.fixture
def named(app):
    """Tell which tip names each file that there is."""

    def read():
        with app.app_context():
            return db.session.scalars(select(Upload.tip_id)).all()

    return read


@pytest.mark.parametrize("kind", ["message", "supplement", "danger"])
def test_a_letter_and_its_files_are_stored_together_once(
    client, ask, reporter, whole_file, named, count, kind
):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "一句", kind) | {"token": answer["token"]}
    letter["files"] = [whole_file(), whole_file()]

    codes = [client.post("/mailbox/sealed", json=letter).status_code for _ in range(3)]

    assert codes == [200, 200, 200]
    assert named() == [reporter.tip_id] * 2
    assert count(Message) == 1


def test_a_letter_never_names_a_file_that_is_not_there_for_it(
    send, reporter, other_reporter, whole_file, named, count
):
    others = whole_file()
    with reporter.app.app_context():
        blob = app_state().upload_tokens.read(others)[0].blob
        uploads.attach(db.session, other_reporter.tip_id, [blob])
        db.session.commit()
    good = whole_file()

    for bad in (others, whole_file(is_whole=False), "none"):
        refused = send("一句", files=[good, bad])
        assert (refused.status_code, refused.json) == (409, {"error": "files"})

    assert (count(Message), count(SpentNonce)) == (0, 0)
    assert reporter.tip_id not in named()
    assert send("一句", files=[good]).json == {"stored": True}
    assert named().count(reporter.tip_id) == 1


@pytest.mark.table
@pytest.mark.parametrize("files", [None, "x", {}, [5], ["x"] * 21])
def test_a_malformed_list_of_files_is_refused(send, files, count):
    assert send("一句", files=files).status_code == 400
    assert count(Message) == 0


def test_more_bytes_than_a_letter_may_bring_are_refused(app, send, count):
    with app.app_context():
        largest = [app_state().upload_tokens.new(Ticket(f"{n:032x}", 2 << 30)) for n in range(2)]

    refused = send("一句", files=largest)

    assert (refused.status_code, refused.json) == (413, {"error": "too_big"})
    assert count(Message) == 0


def test_a_full_talk_takes_no_more_words_but_for_danger(
    send, reporter, count, monkeypatch, no_networks
):
    monkeypatch.setattr(store, "TALK_MAX", 2)
    monkeypatch.setattr(store, "DANGER_ROOM", 1)
    kinds = ("message", "supplement", "message", "danger", "danger")

    answers = [send("话", kind) for kind in kinds]

    assert [answer.status_code for answer in answers] == [200, 200, 409, 200, 409]
    assert answers[2].json == {"error": "talk_full"}
    assert [envelope.kind for envelope in reporter.opened()] == ["message", "supplement", "danger"]
    assert count(SpentNonce) == 3
    # Staff can always answer.
    reporter.ask("还在吗？")
    assert count(Message) == 4


def test_a_letter_with_a_number_that_is_taken_is_sent_back(send, reporter, count):
    reporter.answer("先来一步")

    late = send("后来", state=TalkState(0, ""))

    assert (late.status_code, late.json) == (409, {"error": "number_taken"})
    assert (count(Message), count(SpentNonce)) == (1, 0)


def test_a_letter_for_nobody_is_refused(client, ask, reporter, count):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "一句") | {"token": answer["token"]}

    refused = client.post("/mailbox/sealed", json=letter | {"lookup": "0" * 32})

    assert (refused.status_code, refused.json) == (404, {"error": "unknown"})
    assert count(Message) == 0


def test_a_purged_tip_takes_no_letter(send, reporter, count):
    reporter.expire(today())

    refused = send("还有")

    assert (refused.status_code, refused.json) == (410, {"error": "purged"})
    assert count(SpentNonce) == 0


def test_an_old_token_is_refused_unless_the_letter_is_stored_already(
    client, ask, reporter, monkeypatch, count
):
    answer = ask(reporter.keys.lookup.hex()).json
    stored = letter_of(reporter, answer, "昨天") | {"token": answer["token"]}
    late = letter_of(reporter, answer, "今天") | {"token": answer["token"]}
    client.post("/mailbox/sealed", json=stored)
    monkeypatch.setattr("admin.wire.form_tokens.TOKEN_SECONDS", -1)

    again = client.post("/mailbox/sealed", json=stored)
    refused = client.post("/mailbox/sealed", json=late)

    assert again.status_code == 200
    assert (refused.status_code, refused.json) == (400, {"error": "token"})
    assert count(Message) == 1


MALFORMED = {
    "lookup": ["", "0" * 31, "G" * 32, "A" * 32, None, 5, ["0" * 32], "０" * 32],
    "number": [0, -1, 1.0, True, "1", None, 2**31, 10**400],
    "digest": ["", "0" * 63, None, {}],
    "kind": ["", None, "tip", ["message"]],
    "sealed": ["", "!", None, 7, "QUJD", "\ud800", [[]], "AAAA" * 100],
    "token": [None, "\ud800", "…", {}],
}


@pytest.mark.table
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_letter_is_refused_and_stores_nothing(client, ask, reporter, name, count):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "一句") | {"token": answer["token"]}

    for value in MALFORMED[name]:
        refused = client.post("/mailbox/sealed", json=letter | {name: value})
        assert refused.status_code == 400, value
    absent = {key: letter[key] for key in letter if key != name}
    assert client.post("/mailbox/sealed", json=absent).status_code == 400
    assert count(Message) == 0


def test_a_forged_token_asks_the_browser_to_look_again(send):
    assert send(token="forged").json == {"error": "token"}


@pytest.mark.parametrize("readers", [1, 3])
def test_a_letter_for_more_or_fewer_than_the_units_two_keys_is_refused(
    send, reporter, readers, count
):
    identity, recovery = reporter.unit.recipients
    sealed = age.seal(b"{}", [identity, recovery, identity][:readers])

    assert send(sealed=b64encode(sealed).decode()).status_code == 400
    assert count(Message) == 0


def test_a_letter_over_32_kib_is_refused(send, reporter, count):
    fits = age.seal(b" " * (MOST_SEALED - 4096), reporter.unit.recipients)
    too_long = age.seal(b" " * MOST_SEALED, reporter.unit.recipients)

    assert send(sealed=b64encode(too_long).decode()).status_code == 413
    assert count(Message) == 0
    assert send(sealed=b64encode(fits).decode()).status_code == 200


NO_JSON_OF_OURS = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b"\xff\xfe", 400),
    (b"[" * 60_000, 400),
    (b'{"lookup":' * 6_000, 400),
    (b" " * 65_537, 413),
    (b" " * 300_000, 413),
]


@pytest.mark.parametrize("address", ["/mailbox/thread", "/mailbox/sealed"])
def test_what_is_no_json_of_ours_is_refused(client, address):
    for body, code in NO_JSON_OF_OURS:
        refused = client.post(address, data=body, content_type="application/json")
        assert refused.status_code == code, body[:9]


def test_a_form_of_another_site_cannot_post_json_as_plain_text(client, reporter):
    body = json.dumps({"lookup": reporter.keys.lookup.hex()})

    refused = client.post("/mailbox/thread", data=body, content_type="text/plain")

    assert refused.status_code == 415


NOBODY = {"id": "", "key": "", "recipients": []}


def test_a_unit_without_an_open_key_hands_out_no_recipients(ask, reporter, close_units):
    close_units()

    assert ask(reporter.keys.lookup.hex()).json["unit"] == NOBODY


def test_a_tip_that_stands_apart_says_so(ask, reporter, change_tip):
    change_tip(machine_unit="police")

    assert ask(reporter.keys.lookup.hex()).json["apart"] is True


def test_a_supplement_is_logged_as_the_forms_own_is(send, reporter):
    reporter.ask("几点？")

    assert send('{"place":"桥头"}', "supplement").status_code == 200

    tip = reporter.tip()
    assert (tip.decisions[-1].kind, tip.status) == ("more_words", TipStatus.QUESTION)
    assert reporter.opened()[1].kind == "supplement"


@pytest.mark.parametrize(
    ("unit_id", "urgency", "becomes"),
    [
        ("police", "P0", Urgency.P0),
        ("police", "P3", Urgency.P2),
        # A supervisory tip: its cover must tell nothing of its matter.
        ("supervision", "P0", Urgency.P2),
        ("upper", "P0", Urgency.P2),
    ],
)
def test_a_supplement_lets_the_urgency_only_rise(
    send, reporter, change_tip, unit_id, urgency, becomes
):
    change_tip(unit_id=unit_id)

    send("{}", "supplement", urgency=urgency)

    assert reporter.tip().urgency is becomes


@pytest.mark.table
@pytest.mark.parametrize(
    ("kind", "urgency"),
    [("supplement", "P4"), ("supplement", None), ("supplement", ["P0"]), ("message", "P0")],
)
def test_an_urgency_that_is_none_or_not_a_supplements_is_refused(send, kind, urgency, count):
    assert send("{}", kind, urgency=urgency).status_code == 400
    assert count(Message) == 0


def test_danger_is_marked_without_a_message_where_no_key_is_there(
    send, reporter, close_units, count
):
    close_units()

    marked = send(kind="danger", sealed="", number=0, digest="")

    tip = reporter.tip()
    assert (marked.status_code, marked.json) == (200, {"stored": True})
    assert (tip.urgency, tip.danger_on) == (Urgency.P0, today())
    assert [decision.kind for decision in tip.decisions] == ["danger"]
    assert (count(Message), tip.talk_length) == (0, 0)


def test_a_mark_sent_twice_counts_once(client, ask, reporter, close_units):
    close_units()
    answer = ask(reporter.keys.lookup.hex()).json
    mark = {"kind": "danger", "sealed": "", "lookup": reporter.keys.lookup.hex()}

    for _ in range(2):
        sent = client.post("/mailbox/sealed", json=mark | {"token": answer["token"]})
        assert sent.status_code == 200

    assert len(reporter.tip().decisions) == 1


def test_a_mark_without_words_is_sent_back_while_a_key_is_there(send, reporter):
    refused = send(kind="danger", sealed="")

    assert (refused.status_code, refused.json) == (409, {"error": "unit_open"})
    assert reporter.tip().danger_on is None


@pytest.mark.parametrize("kind", ["message", "supplement", "withdraw"])
def test_nothing_else_comes_without_sealed_bytes(send, reporter, close_units, kind):
    close_units()

    assert send(kind=kind, sealed="").status_code == 400
    assert reporter.tip().decisions == []


def test_a_purged_tip_takes_no_mark(send, reporter, close_units):
    reporter.expire(today())
    close_units()

    assert send(kind="danger", sealed="").json == {"error": "purged"}


def test_the_same_letter_at_the_same_moment_is_stored_once(app, config, ask, reporter, count):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "一句") | {"token": answer["token"]}
    codes = []

    def post():
        client = app.test_client()
        codes.append(client.post("/mailbox/sealed", json=letter).status_code)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == [200] * 4
    assert count(Message) == 1


def test_the_english_address_speaks_through_the_same_views(ask, reporter, app):
    with app.app_context():
        assert app_state().district.outcomes["civil"].turn_to["en"]
    reporter.move(TipStatus.OUT_OF_SCOPE, "civil", "civil")

    answer = ask(reporter.keys.lookup.hex(), "/en/mailbox/thread").json

    assert "mediation" in answer["turn_to"]


def test_without_room_no_letter_is_taken_but_a_call_is_marked_and_a_known_one_known_again(
    app, client, ask, send, reporter, monkeypatch
):
    answer = ask(reporter.keys.lookup.hex()).json
    known = letter_of(reporter, answer, "先发的") | {"token": answer["token"]}
    assert client.post("/mailbox/sealed", json=known).json == {"stored": True}
    monkeypatch.setattr(app.extensions["dengshao.vault"].room, "_full_until", float("inf"))

    refused = send()
    assert (refused.status_code, refused.json) == (507, {"error": "no_room"})
    assert client.post("/mailbox/sealed", json=known).json == {"stored": True}
    assert send(kind="danger").json == {"error": "marked"}
    assert reporter.tip().danger_on == today()
    assert [envelope.body for envelope in reporter.opened()] == ["先发的"]


def test_a_database_that_is_away_is_busy_to_the_reporter_and_told_to_the_operator(
    ask, client, reporter, monkeypatch, caplog
):
    def away(*_args, **_kwargs):
        raise OperationalError("INSERT", {}, Exception("先发的"))

    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "先发的") | {"token": answer["token"]}
    with monkeypatch.context() as broken:
        broken.setattr(js_api, "store_letter", away)
        refused = client.post("/mailbox/sealed", json=letter)

    assert (refused.status_code, refused.json) == (503, {"error": "busy"})
    assert "OperationalError at" in caplog.text
    assert "先发的" not in caplog.text
    assert client.post("/mailbox/sealed", json=letter).json == {"stored": True}
    assert [envelope.body for envelope in reporter.opened()] == ["先发的"]
