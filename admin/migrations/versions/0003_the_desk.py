"""the desk: clocks, notes, links, second factors, invitations, audit, duty"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
told = "办公页面：期限、便签、链接、动态口令、邀请、操作记录、值班"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_ORDER = ["urgency", "received_on", "id"]
_TIP_INDEXES = (
    *("ix_tip_open", "ix_tip_free", "ix_tip_status"),
    *("ix_tip_due", "ix_tip_undated", "ix_tip_channel", "ix_tip_run_out"),
    *("ix_tip_unit_key", "ix_tip_expires", "ix_tip_purged"),
)
_NEW_TABLES = (
    "note",
    "tip_label",
    "tip_link",
    "clock_event",
    "passkey",
    "invitation",
    "audit_event",
    "saved_filter",
    "duty_shift",
    "handover_note",
    "notice_address",
    "outbox_mail",
)


def upgrade() -> None:
    _widen_tip()
    _widen_accounts()
    _add_tables_about_tips()
    _add_tables_about_members()
    _add_tables_about_duty()


def _widen_tip() -> None:
    op.drop_index("ix_tip_open", "tip")
    op.drop_index("ix_tip_status", "tip")
    op.drop_index("ix_tip_expires", "tip")
    # SQLite reads a row from its front: what the queue shows must stand before the sealed bytes.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("ALTER TABLE tip RENAME COLUMN label TO label_was")
        op.execute("ALTER TABLE tip RENAME COLUMN sealed TO sealed_was")
    form = sa.text("'form'")
    op.add_column("tip", sa.Column("channel", sa.String(10), nullable=False, server_default=form))
    op.add_column("tip", sa.Column("claimed_until", sa.BigInteger(), nullable=True))
    op.add_column("tip", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("tip", sa.Column("due_rule", sa.String(20), nullable=True))
    op.add_column("tip", sa.Column("extended_on", sa.Date(), nullable=True))
    # SQLite adds no constraint in place; the column is only ever written by merge().
    merged = [] if is_sqlite else [sa.ForeignKey("tip.id")]
    op.add_column("tip", sa.Column("merged_into_id", sa.BigInteger(), *merged, nullable=True))
    if is_sqlite:
        op.add_column("tip", sa.Column("label", sa.LargeBinary(), nullable=True))
        op.add_column("tip", sa.Column("sealed", sa.LargeBinary(), nullable=True))
        op.execute("UPDATE tip SET label = label_was, sealed = sealed_was")
        op.execute("ALTER TABLE tip DROP COLUMN label_was")
        op.execute("ALTER TABLE tip DROP COLUMN sealed_was")
    is_open = "is_open = 1" if is_sqlite else "is_open"
    # Claims made before claims ran out run out three days from now; on an ended tip none runs.
    until = int(time.time()) + 72 * 3600
    op.execute(
        f"UPDATE tip SET claimed_until = {until} "  # noqa: S608
        f"WHERE claimed_by_id IS NOT NULL AND {is_open}"
    )
    _index_tips(is_open=is_open)
    op.create_index("ix_decision_new", "decision", ["new", "tip_id", "old", "decided_on"])


def _index_tips(*, is_open: str) -> None:
    free = "status = 'received' AND claimed_by_id IS NULL AND machine_unit IS NULL"
    taken = "(status <> 'received' OR claimed_by_id IS NOT NULL) AND machine_unit IS NULL"
    is_open = f"{is_open} AND machine_unit IS NULL"
    _partial("ix_tip_open", ["unit_id", *_ORDER], is_open)
    _partial("ix_tip_free", ["unit_id", *_ORDER], free)
    _partial("ix_tip_status", ["unit_id", "status", *_ORDER], taken)
    _partial("ix_tip_due", ["unit_id", "due_on", *_ORDER], f"due_on IS NOT NULL AND {is_open}")
    _partial("ix_tip_undated", ["id"], "due_on IS NULL AND is_open AND machine_unit IS NULL")
    _partial("ix_tip_channel", ["unit_id", "channel", *_ORDER], "channel <> 'form'")
    _partial("ix_tip_run_out", ["claimed_until", "unit_id"], "claimed_until IS NOT NULL")
    _partial("ix_tip_unit_key", ["unit_key_id", "is_open", "id"], "status <> 'purged'")
    expiring = "expires_on IS NOT NULL AND status"
    _partial("ix_tip_expires", ["expires_on"], f"{expiring} <> 'purged'")
    _partial("ix_tip_purged", ["expires_on"], f"{expiring} = 'purged'")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "tip", columns, sqlite_where=where, postgresql_where=where)


def _widen_accounts() -> None:
    op.add_column("member", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    none = sa.text("'[]'")
    op.add_column(
        "member", sa.Column("recovery_codes", sa.JSON(), nullable=False, server_default=none)
    )
    op.add_column("unit_key", sa.Column("made_by", sa.String(80), nullable=True))
    op.add_column("unit_key", sa.Column("confirmed_by", sa.String(80), nullable=True))
    # As with merged_into_id: SQLite adds no constraint in place.
    before = [] if op.get_bind().dialect.name == "sqlite" else [sa.ForeignKey("unit_key.id")]
    op.add_column("unit_key", sa.Column("succeeds_id", sa.BigInteger(), *before, nullable=True))
    op.add_column("unit_key", sa.Column("vouch", sa.String(64), nullable=True))
    zero, empty = sa.text("0"), sa.text("''")
    op.add_column(
        "staff_session",
        sa.Column("opened_at", sa.BigInteger(), nullable=False, server_default=zero),
    )
    op.add_column(
        "staff_session", sa.Column("browser", sa.String(80), nullable=False, server_default=empty)
    )
    op.add_column(
        "staff_session",
        sa.Column("is_verified", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("staff_session", sa.Column("challenge", sa.LargeBinary(64), nullable=True))
    op.add_column("staff_session", sa.Column("new_totp", sa.LargeBinary(), nullable=True))


def _add_tables_about_tips() -> None:
    op.create_table(
        "note",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_note_number", "note", ["tip_id", "number"], unique=True)
    op.create_table(
        "tip_label",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("label", sa.String(40), primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tip_label_unit", "tip_label", ["unit_id", "label", "tip_id"])
    op.create_table(
        "tip_link",
        sa.Column("one_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("other_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tip_link_other", "tip_link", ["other_id"])
    op.create_table(
        "clock_event",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("rule", sa.String(20), primary_key=True),
        sa.Column("level", sa.String(10), primary_key=True),
        sa.Column("fired_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )


def _add_tables_about_members() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_passkey_member_id", "passkey", ["member_id"])
    op.create_table(
        "invitation",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("code_by", sa.String(80), nullable=True),
        sa.Column("head_hash", sa.LargeBinary(32), nullable=True, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("used_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_invitation_unit_id", "invitation", ["unit_id"])
    op.create_table(
        "audit_event",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=True),
        sa.Column("reference", sa.String(11), nullable=True),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )
    for column in ("by", "act", "unit_id", "reference", "at"):
        op.create_index(f"ix_audit_event_{column}", "audit_event", [column, "number"])
    _refuse_changes_of_the_audit_log()
    op.create_table(
        "saved_filter",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(400), nullable=False),
    )
    op.create_index("ix_saved_filter_member_id", "saved_filter", ["member_id"])


def _refuse_changes_of_the_audit_log() -> None:
    """Let no fault of ours change the log. Who owns the database can still: the chain shows it."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only()"
    )


def _add_tables_about_duty() -> None:
    op.create_table(
        "duty_shift",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=False),
    )
    op.create_index("ix_duty_shift_day", "duty_shift", ["unit_id", "day", "member_id"], unique=True)
    op.create_table(
        "handover_note",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("unit_key_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_handover_note_unit_id", "handover_note", ["unit_id"])
    op.create_table(
        "notice_address",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
    )
    op.create_index("ix_notice_address_unit_id", "notice_address", ["unit_id"])
    op.create_table(
        "outbox_mail",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("once", sa.String(64), nullable=False, unique=True),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_outbox_due", "outbox_mail", ["sent_at", "next_try"])


def downgrade() -> None:
    for table in reversed(_NEW_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_is_append_only()")
    for column in ("new_totp", "challenge", "is_verified", "browser", "opened_at"):
        op.drop_column("staff_session", column)
    for column in ("vouch", "succeeds_id", "confirmed_by", "made_by"):
        op.drop_column("unit_key", column)
    for column in ("recovery_codes", "totp_step", "totp_secret"):
        op.drop_column("member", column)
    op.drop_index("ix_decision_new", "decision")
    for index in _TIP_INDEXES:
        op.drop_index(index, "tip")
    for column in ("merged_into_id", "extended_on", "due_rule", "due_on", "claimed_until"):
        op.drop_column("tip", column)
    op.drop_column("tip", "channel")
    op.create_index("ix_tip_open", "tip", ["unit_id", "is_open", *_ORDER])
    op.create_index("ix_tip_status", "tip", ["unit_id", "status", *_ORDER])
    _partial("ix_tip_expires", ["expires_on"], "expires_on IS NOT NULL")
