"""What holds for every route: an audience, a method, headers, and no cookie for the public."""

import re
from io import BytesIO

import pytest

from admin.db import db
from admin.db.logins import is_desk_path

AUDIENCES = {"public", "staff"}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_declares_its_audience(app):
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        assert getattr(view, "audience", None) in AUDIENCES, rule.endpoint


# Who comes here has no account yet: to sign in, to take up an invitation that a link and a spoken
# code prove, and, only while there is no member at all, to set up with the code on the server.
OPEN_AT_THE_DESK = (
    *("/desk/sign-in", "/desk/sign-out", "/desk/join", "/desk/setup"),
    # What the gate asks is asked before anybody is known.
    "/desk/gate/",
)


def test_only_who_has_no_account_yet_is_let_in_at_the_desk_and_nothing_else_is_closed(app):
    for rule in rules(app):
        audience = app.view_functions[rule.endpoint].audience
        if not is_desk_path(rule.rule):
            assert audience == "public", rule.endpoint
        elif audience == "public":
            assert rule.rule.startswith(OPEN_AT_THE_DESK), rule.rule


def test_a_staff_view_sends_a_stranger_away_and_tells_nothing(app, config):
    client = app.test_client()
    tried = 0
    for rule in rules(app):
        if app.view_functions[rule.endpoint].audience != "staff":
            continue
        address = rule.rule
        for argument in rule.arguments:
            address = address.replace(f"<string:{argument}>", "X").replace(f"<{argument}>", "X")
            address = address.replace(f"<int:{argument}>", "1")
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            page = client.open(address, method=method, headers={"Host": config.desk_host})
            assert page.status_code in (302, 400, 401), (method, address, page.status_code)
            tried += 1
    assert tried >= 8


@pytest.mark.parametrize("address", ["/tip/", "/mailbox/", "/en/tip/", "/nowhere"])
def test_a_public_page_has_every_header_and_no_cookie(client, address):
    page = client.get(address)

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in page.headers["Permissions-Policy"]
    assert page.headers["Cache-Control"] == "no-store, no-transform"
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("address", ["/tip/", "/mailbox/", "/tip/routes.json", "/not-here"])
def test_every_public_answer_says_what_it_is_and_in_which_letters(client, address):
    kind = client.get(address).headers["Content-Type"]

    # JSON is UTF-8 by its own rules, and has no such parameter.
    assert kind in ("text/html; charset=utf-8", "application/json")


def test_no_address_answers_to_trace(app, client):
    assert not [rule.rule for rule in rules(app) if "TRACE" in rule.methods]
    assert client.open("/tip/", method="TRACE").status_code == 405


def test_the_desk_lets_no_string_become_script(app, config):
    page = app.test_client().get("/desk/sign-in", headers={"Host": config.desk_host})

    assert "require-trusted-types-for 'script'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store, no-transform"


@pytest.mark.parametrize("address", ["/tip/copied", "/mailbox/"])
def test_a_multipart_body_is_refused_before_a_byte_of_it_reaches_a_disk(client, address):
    page = client.post(address, data={"file": (BytesIO(b"x" * 200_000), "x.txt")})

    assert page.status_code == 415


def test_a_body_that_is_too_large_is_refused_with_a_sentence(client):
    page = client.post("/tip/sent", data={"what": "x" * 300_000})

    assert page.status_code == 413
    assert "内容太长" in page.text


def test_no_coroutine_runs_at_the_end_of_a_request(app):
    from inspect import iscoroutinefunction

    assert not any(iscoroutinefunction(closer) for closer in app.teardown_appcontext_funcs)


def test_every_enum_is_stored_by_its_value(app):
    from admin.models import Tip

    assert Tip.__table__.c.status.type.enums == [
        *("received", "question", "accepted", "referred", "out_of_scope", "closed", "purged")
    ]


def test_the_reading_session_cannot_write(app, database):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with app.app_context(), pytest.raises(DBAPIError):
        db.reading.execute(text("DELETE FROM setting"))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/page.html", 200),
        ("/", 200),
        ("/none.html", 404),
        ("/../data/secret", 404),
        ("/%2e%2e/data/secret", 404),
        ("/app/desk.css", 200),
        ("/app/../db.py", 404),
    ],
)
def test_files_are_served_from_their_folders_alone(client, config, address, status):
    config.site.mkdir(exist_ok=True)
    for name in ("index.html", "page.html"):
        (config.site / name).write_text("<title>x</title>")

    page = client.get(address)

    assert page.status_code == status
    if status == 200:
        again = client.get(address, headers={"If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_no_answer_of_the_app_is_compressed_and_none_may_be_on_its_way(app, client, config):
    hosts = {True: config.desk_host, False: config.public_host}
    tried = 0
    for rule in rules(app):
        if rule.endpoint.startswith("public_site."):
            continue
        address = re.sub("<[^>]*>", "X", rule.rule)
        headers = {"Host": hosts[is_desk_path(address)], "Accept-Encoding": "gzip, br"}
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            page = client.open(address, method=method, headers=headers)
            assert "Content-Encoding" not in page.headers, (method, address)
            assert page.headers["Cache-Control"] == "no-store, no-transform", (method, address)
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("address", ["/tip/copied", "/mailbox/"])
def test_a_form_that_was_cut_off_on_its_way_is_not_taken_for_the_whole(client, address):
    body = b"what=the%20first%20half"
    kind = "application/x-www-form-urlencoded"
    server = {"CONTENT_LENGTH": str(len(body) + 1), "wsgi.input_terminated": True}

    cut = client.post(address, data=body, content_type=kind, environ_overrides=server)

    assert cut.status_code == 400
    assert "没有传全" in cut.text


# Tables of the staff's own acts, which may be timed more finely.
STAFF_TABLES = {
    *("staff_session", "sign_in_failure", "audit_event", "passkey", "invitation"),
    *("handover_note", "outbox_mail"),
}
# Columns of other tables that time an act of staff, or a turn of the sweep.
STAFF_TIMES = {"tip.claimed_until", "note.written_at", "member.totp_step", "retention_line.at"}
# Whole numbers that count something of one tip, from one upwards.
COUNTS = {"version", "number", "step", "talk_length", "upto", "messages", "notes", "note"}
# Of a package for an organ outside, which staff made.
COUNTS |= {"year", "serial", "files", "slip_note", "end_note"}
# Of a number of what became of many tips.
COUNTS |= {"slot", "count"}
# Yuan of a reward, from the short list of the district's document.
COUNTS |= {"sum"}
# Lengths of what is padded and sealed, and of a package that staff made.
LENGTHS = {"upload.size", "referral.size"}


def test_no_table_knows_anything_finer_than_a_day_of_what_a_reporter_did(app):
    from sqlalchemy import JSON, BigInteger, Boolean, Date, Enum, Integer, LargeBinary, String

    from admin.models import Base

    seen = 0
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            name, kind = f"{table.name}.{column.name}", column.type
            if table.name in STAFF_TABLES or (column.primary_key and isinstance(kind, BigInteger)):
                continue
            if name in STAFF_TIMES | LENGTHS:
                continue
            if isinstance(kind, BigInteger):
                assert column.foreign_keys, name
            elif isinstance(kind, Integer):
                assert column.name in COUNTS, name
            else:
                plain = (Boolean, Date, Enum, JSON, LargeBinary, String)
                assert isinstance(kind, plain), name
            seen += 1
    assert seen > 40


def test_no_key_of_a_reporters_table_tells_the_order_of_arrival(app):
    from sqlalchemy import BigInteger

    from admin.models import Base, random_key

    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if table.name == "audit_event" or keys[0].foreign_keys:
            # Staff acts are in order on purpose; a key that is another row's tells no more than it.
            continue
        if isinstance(keys[0].type, BigInteger):
            assert keys[0].default.arg.__wrapped__ is random_key, table.name
        elif table.name.startswith("spent_"):
            # In SQLite a table without an integer key keeps a hidden one, unless told otherwise.
            assert table.dialect_options["sqlite"]["with_rowid"] is False, table.name
