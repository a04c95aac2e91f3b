"""A store with tips in it is brought to the newest form, back, and forward: nothing is lost."""

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.event import listen
from sqlalchemy.exc import IntegrityError

from admin.migrate import alembic_config, migrate
from tests.tip_events import event

# Of each kind of tip that a store of the second revision can hold, as `values` of its columns.
TIPS = {
    1: "'received', TRUE, NULL, NULL, '2026-11-01', NULL",
    2: "'accepted', TRUE, NULL, 5, '2026-11-02', NULL",
    3: "'closed', FALSE, 'known', 5, '2026-10-03', NULL",
    4: "'purged', FALSE, 'spam', NULL, '2026-09-04', '2026-09-11'",
    5: "'received', TRUE, NULL, NULL, '2026-11-05', '2026-11-09'",
}
COLUMNS = "status, is_open, outcome, claimed_by_id, received_on, expires_on"
OLD = "id, reference, lookup, unit_id, urgency, version, talk_length, machine_unit, label, sealed"


def bytes_of(engine, text_):
    return f"X'{text_.encode().hex()}'" if engine.dialect.name == "sqlite" else f"'{text_}'::bytea"


@pytest.fixture
def store(database_url, tmp_path):
    """A store as the second revision left it, with a tip of each kind."""
    (tmp_path / "data").mkdir()
    engine = create_engine(database_url)
    migrate(engine, "0002")
    with engine.begin() as connection:
        for statement in rows(engine):
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def rows(engine):
    yield (
        "INSERT INTO unit_key (id, unit_id, recipient, recovery, fingerprint, roster_mac, made_on)"
        " VALUES (7, 'police', 'r', 'q', 'f', 'm', '2026-01-02')"
    )
    sealed = bytes_of(engine, "s")
    yield (
        "INSERT INTO member (id, name, unit_id, roles, recipient, salt, auth_hash, made_on,"
        f" sealed_identity) VALUES (5, 'ada', 'police', '[\"analyst\"]', 'r', {sealed}, {sealed},"
        f" '2026-01-02', {sealed})"
    )
    for number, values in TIPS.items():
        is_purged = number == 4
        lane = "'police'" if number == 5 else "NULL"
        words = (
            "NULL, NULL"
            if is_purged
            else ", ".join(bytes_of(engine, name * 9000) for name in ("l", f"{number}"))
        )
        yield (
            "INSERT INTO tip (id, reference, lookup, unit_id, unit_key_id, urgency, version,"
            f" talk_length, machine_unit, label, sealed, {COLUMNS}) VALUES ({number},"
            f" 'REF-{number}', {bytes_of(engine, str(number))}, 'police', 7, 'P2', 3, 1,"
            f" {lane}, {words}, {values})"
        )
        yield (
            "INSERT INTO message (id, tip_id, number, direction, sent_on, digest, sealed) VALUES"
            f" ({number}, {number}, 1, 'reporter', '2026-11-06', 'd', {sealed})"
        )


def read(engine):
    """Read what the second revision knew of each tip and its talk."""
    with engine.connect() as connection:
        tips = connection.execute(text(f"SELECT {OLD}, {COLUMNS} FROM tip ORDER BY id")).all()
        talk = connection.execute(text("SELECT * FROM message ORDER BY id")).all()
    return [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in [*tips, *talk]]


def test_tips_and_their_talk_come_through_the_third_revision_as_they_were(store):
    before = read(store)

    migrate(store, "0003")

    assert read(store) == before
    assert len(before) == 10


def test_only_a_claim_on_an_open_tip_begins_to_run(store):
    migrate(store, "0003")

    with store.connect() as connection:
        running = text("SELECT id FROM tip WHERE claimed_until IS NOT NULL")
        held = text("SELECT id FROM tip WHERE claimed_by_id IS NOT NULL ORDER BY id")
        assert list(connection.scalars(running)) == [2]
        assert list(connection.scalars(held)) == [2, 3]


def test_back_and_forward_again_loses_nothing_and_leaves_the_same_indexes(store):
    before = read(store)
    migrate(store, "0003")
    names = {index["name"] for index in inspect(store).get_indexes("tip")}

    with store.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    assert read(store) == before
    migrate(store, "0003")

    assert read(store) == before
    assert {index["name"] for index in inspect(store).get_indexes("tip")} == names


PACKED = {
    "in_scope": ("decided", "in_scope", None, None, None, None),
    "claim_run_out": ("claim_run_out", "", None, None, None, None),
    "first_read": ("first_read", "", None, None, None, None),
    "urgency_P1": ("urgency", "", "P1", None, None, None),
    "linked_7QX2M-00ABC": ("linked", "", None, "7QX2M-00ABC", None, None),
    "parted_7QX2M-00ABC": ("parted", "", None, "7QX2M-00ABC", None, None),
    "extend_complex": ("extend", "complex", None, None, None, None),
    "overdue_first_read_urgent_supervisor": (
        *("overdue", "", None, None, "first_read_urgent", "supervisor"),
    ),
}


def test_what_was_packed_into_a_reason_stands_in_columns_and_goes_back(store):
    migrate(store, "0009")
    with store.begin() as connection:
        for number, reason in enumerate(PACKED, 1):
            connection.execute(
                text(
                    "INSERT INTO decision (id, tip_id, step, old, new, reason, by, decided_on)"
                    f" VALUES ({number}, 1, {number}, 'received', 'received', '{reason}', 'ada',"
                    " '2026-11-07')"
                )
            )

    migrate(store, "0010")

    columns = "kind, reason, urgency, other, rule, level"
    with store.begin() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM decision ORDER BY id")).all()
        assert [tuple(row) for row in rows] == list(PACKED.values())
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
        reasons = connection.scalars(text("SELECT reason FROM decision ORDER BY id")).all()
    assert reasons == list(PACKED)


def test_a_history_full_of_other_tips_is_walked_a_few_times_and_not_once_for_each_of_them(store):
    migrate(store, "0009")
    others = [f"{number:05d}-AB0CD" for number in range(300)]
    kinds = ("linked", "unlinked", "merged", "joined", "parted")
    rows = [(kind, other) for kind in kinds for other in others]
    add = text(
        "INSERT INTO decision (id, tip_id, step, old, new, reason, by, decided_on)"
        " VALUES (:id, 1, :id, 'received', 'received', :reason, 'ada', '2026-11-07')"
    )
    with store.begin() as connection:
        packed = enumerate((f"{kind}_{other}" for kind, other in rows), 1)
        connection.execute(add, [{"id": number, "reason": reason} for number, reason in packed])

    walks = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE decision"):
            walks.append(statement)

    listen(store, "before_cursor_execute", note)
    migrate(store, "0010")

    assert 0 < len(walks) < 20
    with store.connect() as connection:
        found = connection.execute(
            text("SELECT kind, other FROM decision WHERE reason = '' ORDER BY id")
        )
        assert [tuple(row) for row in found] == rows


@pytest.mark.parametrize("code", PACKED)
def test_an_event_has_the_code_that_was_its_reason(code):
    assert event(code).code == code


def test_what_was_opened_by_the_log_is_read_up_to_the_last_answer_and_goes_back(store):
    migrate(store, "0010")
    with store.begin() as connection:
        for number, (act, reference) in enumerate(
            [("opened", "REF-1"), ("opened", "REF-1"), ("opened", "REF-3"), ("acted", "REF-2")], 1
        ):
            connection.execute(
                text(
                    "INSERT INTO audit_event (number, at, act, by, reference, detail, mac) VALUES"
                    f" ({number}, {number}, '{act}', 'ada', '{reference}', '', 'm')"
                )
            )
        answer = "(9, 3, 2, 'staff', '2026-11-06', 'd', " + bytes_of(store, "s") + ")"
        connection.execute(
            text(
                "INSERT INTO message (id, tip_id, number, direction, sent_on, digest, sealed)"
                f" VALUES {answer}"
            )
        )
    before = read(store)

    migrate(store, "0014")

    with store.begin() as connection:
        found = connection.execute(text("SELECT tip_id, upto FROM tip_opening ORDER BY tip_id"))
        assert [tuple(row) for row in found] == [(1, 0), (3, 2)]
        add = (
            "INSERT INTO handover_note (id, unit_id, unit_key_id, kind, by, written_at, sealed)"
            f" VALUES ({{0}}, 'police', 7, '{{1}}', 'ada', 1, {bytes_of(store, 's')})"
        )
        for number, kind in enumerate(("handover", "template"), 1):
            connection.execute(text(add.format(number, kind)))
        for number, kind in enumerate(("noted", "decided"), 1):
            connection.execute(
                text(
                    "INSERT INTO decision"
                    " (id, tip_id, step, old, new, kind, reason, by, decided_on) VALUES"
                    f" ({number}, 1, {number}, 'received', 'received', '{kind}', '', 'ada',"
                    " '2026-11-07')"
                )
            )
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
        assert connection.scalars(text("SELECT id FROM handover_note")).all() == [1]
        assert connection.scalars(text("SELECT kind FROM decision")).all() == ["decided"]
    assert read(store) == before
    migrate(store, "0014")


def test_an_open_tip_that_was_graded_low_may_have_been_urgent_and_nothing_else_changes(store):
    migrate(store, "0010")
    with store.begin() as connection:
        for number in (1, 3):
            connection.execute(
                text(
                    "INSERT INTO decision (id, tip_id, step, old, new, kind, reason, urgency, by,"
                    f" decided_on) VALUES ({number}, {number}, 1, 'received', 'received',"
                    " 'urgency', '', 'P2', 'ada', '2026-11-07')"
                )
            )
    before = read(store)

    migrate(store, "0012")

    with store.begin() as connection:
        eased = text("SELECT id, eased_from FROM tip WHERE eased_from IS NOT NULL")
        assert [tuple(row) for row in connection.execute(eased)] == [(1, "P1")]
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
    assert read(store) == before
    tables = inspect(store).get_table_names()
    assert not {"tip_reader", "recusal"} & set(tables)
    migrate(store, "0012")
    assert read(store) == before


def test_label_readers_come_and_go_and_leave_the_tips_as_they_were(store):
    migrate(store, "0018")
    before = read(store)
    migrate(store, "0019")

    with store.begin() as connection:
        for statement in (
            "INSERT INTO label_reader VALUES (5, 'police', 7, 'm', 'bo', '2026-12-01')",
            f"INSERT INTO label_copy VALUES (1, 'police', {bytes_of(store, 's')})",
        ):
            connection.execute(text(statement))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0018")
    assert read(store) == before
    assert not {"label_reader", "label_copy"} & set(inspect(store).get_table_names())
    migrate(store, "0019")
    assert read(store) == before


def test_an_invitation_keeps_its_code_through_the_fifteenth_revision_and_back(store):
    migrate(store, "0014")
    code = bytes_of(store, "c")
    with store.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO invitation (id, token_hash, code_hash, name, roles, made_by, ends_at)"
                f" VALUES (1, {bytes_of(store, 't')}, {code}, 'new', '[]', 'ada', 1)"
            )
        )

    migrate(store, "0015")

    asked = text("SELECT name, code_hash FROM invitation")
    with store.begin() as connection:
        connection.execute(text("UPDATE invitation SET heard_code = '1', heard_mac = NULL"))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
        ((name, kept),) = connection.execute(asked).all()
        columns = {column["name"] for column in inspect(connection).get_columns("invitation")}
    assert (name, bytes(kept)) == ("new", b"c")
    assert not {"heard_code", "heard_mac"} & columns
    migrate(store, "0015")


def test_packages_for_organs_outside_go_back_with_their_records_and_leave_the_notes(store):
    migrate(store, "0018")
    sealed = bytes_of(store, "s")
    note = "INSERT INTO note (id, tip_id, number, kind, by, written_at, sealed) VALUES"
    with store.begin() as connection:
        connection.execute(text(f"{note} (1, 2, 1, 'note', 'ada', 5, {sealed})"))
        connection.execute(text(f"{note} (2, 2, 1000001, 'record', 'ada', 5, {sealed})"))
        for number, kind in enumerate(("referral_made", "referral_sent", "claimed"), 1):
            connection.execute(
                text(
                    "INSERT INTO decision"
                    " (id, tip_id, step, old, new, kind, reason, by, decided_on) VALUES"
                    f" ({number}, 2, {number}, 'accepted', 'accepted', '{kind}', '', 'ada',"
                    " '2026-11-07')"
                )
            )
        connection.execute(
            text(
                "INSERT INTO referral (id, tip_id, number, unit_id, year, serial, organ, lock,"
                " sha256, size, files, made_by, made_on) VALUES (1, 2, 1, 'police', 2026, 1,"
                " 'market', 'paper', 'a', 1, 0, 'ada', '2026-11-07')"
            )
        )

        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")

        assert connection.scalars(text("SELECT number FROM note")).all() == [1]
        assert connection.scalars(text("SELECT kind FROM decision")).all() == ["claimed"]
    assert "referral" not in inspect(store).get_table_names()
    migrate(store, "0018")
    names = {index["name"] for index in inspect(store).get_indexes("referral")}
    kinds = ("serial", "tip", "made", "open")
    assert names == {f"ix_referral_{kind}" for kind in kinds}


def test_a_passkey_of_before_opens_nothing_and_one_that_opened_goes_back_to_a_second_factor(store):
    migrate(store, "0014")
    kept = "id, member_id, sign_count, name"
    sealed = bytes_of(store, "s")
    with store.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO passkey (id, member_id, credential_id, public_key, sign_count, name,"
                f" made_on) VALUES (1, 5, {sealed}, {sealed}, 7, 'k', '2026-11-07')"
            )
        )

    migrate(store, "0016")

    with store.begin() as connection:
        opens = text("SELECT answered_at, sealed_identity FROM passkey")
        assert [tuple(row) for row in connection.execute(opens)] == [(None, None)]
        connection.execute(
            text(f"UPDATE passkey SET answered_at = 1800000000, sealed_identity = {sealed}")
        )
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
        rows = connection.execute(text(f"SELECT {kept} FROM passkey")).all()
        assert [tuple(row) for row in rows] == [(1, 5, 7, "k")]
    migrate(store, "0016")


def test_departures_and_next_keys_come_and_go_and_lose_no_tip(store):
    migrate(store, "0010")
    before = read(store)

    migrate(store, "0017")

    with store.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO next_key (id, unit_id, succeeds_id, recipient, recovery, fingerprint,"
                " roster_mac, vouch, made_on, made_by) VALUES"
                " (1, 'police', 7, 'r', 'q', 'g', 'm', 'v', '2026-11-07', 'ada')"
            )
        )
        leaves = (
            "INSERT INTO departure (id, member_id, unit_id, key_id, begun_by, begun_on, ended_on)"
            " VALUES ({0}, 5, 'police', 7, 'boss', '2026-11-07', {1})"
        )
        for number, ended in ((1, "'2026-11-08'"), (2, "NULL")):
            connection.execute(text(leaves.format(number, ended)))
    # One open departure of a member, and one next key of a unit, however many write them.
    for again in (
        leaves.format(3, "NULL"),
        "INSERT INTO next_key SELECT 2, unit_id, succeeds_id,"
        " recipient, recovery, 'h', roster_mac, vouch, made_on, made_by, confirmed_by"
        " FROM next_key",
    ):
        with pytest.raises(IntegrityError), store.begin() as connection:
            connection.execute(text(again))
    with store.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
    assert not {"departure", "next_key", "next_grant"} & set(inspect(store).get_table_names())
    assert read(store) == before
    migrate(store, "0017")
    assert inspect(store).has_table("departure")
