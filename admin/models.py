"""The tables. One file on purpose: every package reads them, none owns them.

Days are days in Asia/Shanghai. No column holds a time of anything that a reporter did.
"""

import enum
import secrets
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    false,
    text,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from .tip.channels import Channel
from .tip.events import Event, EventKind, Level
from .tip.status import TipStatus
from .tip.urgency import Urgency

# A BIGINT key in SQLite keeps a hidden row number in order of arrival; INTEGER is the row number.
RandomKey = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


def random_key() -> int:
    """Pick a key that tells nothing about the order of arrival."""
    return secrets.randbits(63)


class Base(DeclarativeBase):
    # Enum values, not names, are stored: a renamed member must not change the data.
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        enum.StrEnum: Enum(
            enum.StrEnum,
            values_callable=lambda members: [member.value for member in members],
            native_enum=False,
            length=20,
            create_constraint=False,
        ),
        bytes: LargeBinary,
    }


class LaneRank(enum.StrEnum):
    """Where a tip stands in the machine lane, the first first.

    Outside of the lane a tip is proven or plain: calls of plain ones have a budget, see
    `vault.calls`.
    """

    CALLING_PROVEN = "0"
    """Its reporter told of danger, and it came with a proof of work."""
    CALLING = "1"
    PROVEN = "2"
    """It came with a proof of work, or a person of the unit has acted on it."""
    PLAIN = "3"


class Direction(enum.StrEnum):
    STAFF = "staff"
    REPORTER = "reporter"


class HoldKind(enum.StrEnum):
    """What a step of a legal hold asks for."""

    SET = "set"
    RENEW = "renew"
    RELEASE = "release"


def _partial(name: str, first: str, *rest: str) -> Index:
    """Make an index of the rows alone whose first column is set."""
    where = text(f"{first} IS NOT NULL")
    return Index(name, first, *rest, sqlite_where=where, postgresql_where=where)


FREE = "tip.status = 'received' AND tip.claimed_by_id IS NULL AND tip.machine_unit IS NULL"
"""Tips that nobody has looked at. A new one is in this index and in that of the open ones."""
TAKEN = "(tip.status <> 'received' OR tip.claimed_by_id IS NOT NULL) AND tip.machine_unit IS NULL"
"""All other tips outside the machine lane: what comes in must not pay for their index."""
TAKEN_DUE = f"tip.due_on IS NOT NULL AND {TAKEN}"
"""Those of them that have a deadline, which an ended tip has not."""
OPEN = {
    "sqlite": "tip.is_open = 1 AND tip.machine_unit IS NULL",
    "postgresql": "tip.is_open AND tip.machine_unit IS NULL",
}
"""What is to be done, without the machine lane: a flood of it must not slow the queue beside it."""

NOT_PURGED = "tip.status <> 'purged'"
"""What still has words: of a purged tip nothing is left to open, or to delete once more."""
EXPIRING = f"tip.expires_on IS NOT NULL AND {NOT_PURGED}"
PURGED = "tip.expires_on IS NOT NULL AND tip.status = 'purged'"
"""What the mailbox still calls deleted: half a year of tips that no other search walks."""


def _within(name: str, where: str | dict[str, str], *columns: str) -> Index:
    """Make an index of the tips alone for which a condition holds; the queue says it word by word.

    SQLite takes such an index only where the query holds its condition as it stands.
    """
    by_dialect = where if isinstance(where, dict) else dict.fromkeys(OPEN, where)
    bare = {kind: text(words.replace("tip.", "")) for kind, words in by_dialect.items()}
    return Index(name, *columns, sqlite_where=bare["sqlite"], postgresql_where=bare["postgresql"])


UNDATED: Final = "due_on IS NULL AND is_open AND machine_unit IS NULL"
"""Rows whose next deadline nobody worked out yet; the sweep does. Outside the lane alone."""


def _undated(name: str, column: str) -> Index:
    """Make an index of the rows alone that the sweep must date: as a rule, of none."""
    return Index(name, column, sqlite_where=text(UNDATED), postgresql_where=text(UNDATED))


class Tip(Base):
    """A tip as we hold it: a cover that stays readable, and bytes that this server can't open."""

    __tablename__ = "tip"
    __table_args__ = (
        # A new tip stands in the first two alone (and in that of its deadline): the form's path
        # must not pay for what staff look for later.
        _within("ix_tip_open", OPEN, "unit_id", "urgency", "received_on", "id"),
        _within("ix_tip_free", FREE, "unit_id", "urgency", "received_on", "id"),
        _within("ix_tip_status", TAKEN, "unit_id", "status", "urgency", "received_on", "id"),
        _within(
            "ix_tip_due",
            {kind: f"due_on IS NOT NULL AND {words}" for kind, words in OPEN.items()},
            *("unit_id", "due_on", "urgency", "received_on", "id"),
        ),
        # What is due and stands so is walked, not looked for among all that is due. Of no new tip.
        _within(
            "ix_tip_due_status",
            TAKEN_DUE,
            *("unit_id", "status", "due_on", "urgency", "received_on", "id"),
        ),
        _within(
            "ix_tip_channel",
            "channel <> 'form'",
            *("unit_id", "channel", "status", "urgency", "received_on", "id"),
        ),
        _partial("ix_tip_claimed", "claimed_by_id", "is_open", "urgency", "received_on", "id"),
        _undated("ix_tip_undated", "id"),
        # Claims that ran out are freed by the sweep: few rows lie before now.
        _partial("ix_tip_run_out", "claimed_until", "unit_id"),
        _within("ix_tip_expires", EXPIRING, "expires_on"),
        _within("ix_tip_purged", PURGED, "expires_on"),
        # Legal holds, of which a unit has few.
        _partial("ix_tip_held", "held_until", "unit_id"),
        _partial(
            "ix_tip_machine",
            *("machine_unit", "is_open", "lane_rank", "urgency", "received_on", "id"),
        ),
        # What still hangs on a key that its unit has renewed, open tips last.
        _within("ix_tip_unit_key", NOT_PURGED, "unit_key_id", "is_open", "id"),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    reference: Mapped[str] = mapped_column(String(11), unique=True)
    # HMAC of the receipt's lookup under the pepper: the database alone gives nothing to guess at.
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    unit_id: Mapped[str] = mapped_column(String(40))
    unit_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    urgency: Mapped[Urgency]
    received_on: Mapped[date]
    status: Mapped[TipStatus] = mapped_column(default=TipStatus.RECEIVED)
    is_open: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[str | None] = mapped_column(String(40))
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    claimed_by: Mapped["Member | None"] = relationship()
    expires_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    danger_on: Mapped[date | None]
    # How many messages the talk has: a row that went missing at its end would show nowhere else.
    talk_length: Mapped[int] = mapped_column(default=0)
    # The unit again, while the tip stands apart in the lane 疑似机器发送; otherwise nothing.
    machine_unit: Mapped[str | None] = mapped_column(String(40))
    # How it came: by the form, or taken down by staff who heard it.
    channel: Mapped[str] = mapped_column(
        String(10), default=Channel.FORM.value, server_default=Channel.FORM.value
    )
    # Epoch seconds until which the claim holds; a claim that ran out is nobody's.
    claimed_until: Mapped[int | None] = mapped_column(BigInteger)
    # The next deadline of deadlines.yml that is not met yet, and its day.
    due_on: Mapped[date | None]
    due_rule: Mapped[str | None] = mapped_column(String(20))
    # The day on which a reviewer gave the result more time, once.
    extended_on: Mapped[date | None]
    # The tip of the same event into which this one was merged.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"))
    decisions: Mapped[list["Decision"]] = relationship(
        back_populates="tip", order_by="Decision.step"
    )
    messages: Mapped[list["Message"]] = relationship(
        back_populates="tip", order_by="Message.number"
    )
    version: Mapped[int] = mapped_column()
    label: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Last in the row, so that a list of tips never reads them. Gone once the tip is purged.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    # One after the other, for each unit at which the tip lawfully lies: sealing/marks.py.
    marks: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    # Up to where the reporter has read, for the unit's browsers: sealing/seen.py. Of one size, and
    # there from the first answer on.
    seen: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    # Where a tip of the lane stands in it, and of others whether it is proven: `LaneRank`. Behind
    # the sealed bytes, because only the lane's own index and few urgent rows are asked for it.
    lane_rank: Mapped[LaneRank] = mapped_column(
        default=LaneRank.PLAIN, server_default=LaneRank.PLAIN.value, deferred=True
    )
    # The last day of a legal hold, or of the last one there was: on the tip, so that it goes along
    # wherever the tip goes.
    held_until: Mapped[date | None] = mapped_column(deferred=True)

    # The most urgent grade, of P0 and P1, from which staff ever lowered it: an end still takes two.
    eased_from: Mapped[Urgency | None] = mapped_column(deferred=True)

    # Whether it is among the tips received: what came into the machine lane is not, until a person
    # takes it out.
    is_counted: Mapped[bool] = mapped_column(default=True, server_default=true(), deferred=True)

    # Two people deciding at once: the second gets StaleDataError, answered with a 409.
    __mapper_args__ = {"version_id_col": version}


class TipReader(Base):
    """A member who said to have no part in a tip, and how much of it they have been shown since."""

    __tablename__ = "tip_reader"
    __table_args__ = (
        Index("ix_tip_reader_member", "member_id"),
        {"sqlite_with_rowid": False},
    )

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    cleared_on: Mapped[date]
    # How many messages and notes there were at the last opening; none before the first.
    messages: Mapped[int | None]
    notes: Mapped[int | None]


class Recusal(Base):
    """A member who has a part in a tip: it is hidden from them until a head lifts this."""

    __tablename__ = "recusal"
    __table_args__ = (
        Index("ix_recusal_unit", "unit_id", "lifted_on"),
        Index("ix_recusal_tip", "tip_id"),
        Index(
            "ix_recusal_open",
            *("member_id", "tip_id"),
            unique=True,
            sqlite_where=text("lifted_on IS NULL"),
            postgresql_where=text("lifted_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    tip: Mapped[Tip] = relationship()
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    member: Mapped["Member"] = relationship()
    # The member's unit, as it was then.
    unit_id: Mapped[str] = mapped_column(String(40))
    declared_on: Mapped[date]
    lifted_by: Mapped[str | None] = mapped_column(String(80))
    lifted_on: Mapped[date | None]


class Message(Base):
    """One sealed message of the talk between a reporter and the staff. Rows are only added."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_number", "tip_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    tip: Mapped[Tip] = relationship(back_populates="messages")
    number: Mapped[int]
    direction: Mapped[Direction]
    sent_on: Mapped[date]
    # Of the clear envelope. It hangs on a MAC under a key that the server lacks.
    digest: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # danger or withdraw, for the reporter to know the act again; none for words. The tip's cover
    # tells on which day either was told.
    act: Mapped[str | None] = mapped_column(String(10))


class Note(Base):
    """Words of staff about a tip, or its grading, sealed to the unit. Rows are only added."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_number", "tip_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    number: Mapped[int]
    # note, or grading: source x information x handling, of which the last one counts.
    kind: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(80))
    # Epoch seconds: a staff act.
    written_at: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class TipOpening(Base):
    """Up to which message of its talk somebody of the unit has opened a tip; no row: not at all.

    Of the unit and of nobody by name: whose browser it was stands in the audit log alone. A table
    of its own: a column would lie behind the sealed bytes, and each row of the queue shows it.
    """

    __tablename__ = "tip_opening"
    __table_args__ = {"sqlite_with_rowid": False}

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    upto: Mapped[int]


class TipLabel(Base):
    """A working label in clear, of the district's list labels.yml: staff write no free words."""

    __tablename__ = "tip_label"
    __table_args__ = (
        Index("ix_tip_label_unit", "unit_id", "label", "tip_id"),
        {"sqlite_with_rowid": False},
    )

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40))


class TipLink(Base):
    """Two tips of one unit that tell of the same event; the smaller id stands first."""

    __tablename__ = "tip_link"
    __table_args__ = (Index("ix_tip_link_other", "other_id"), {"sqlite_with_rowid": False})

    one_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(80))
    made_on: Mapped[date]


class ClockEvent(Base):
    """A deadline that ran out, told once: to the holder, the reviewer or the supervisor."""

    __tablename__ = "clock_event"
    __table_args__ = {"sqlite_with_rowid": False}

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    level: Mapped[str] = mapped_column(String(10), primary_key=True)
    fired_on: Mapped[date]


class Decision(Base):
    """One line of a tip's history. Rows are added, never changed."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_step", "tip_id", "step", unique=True),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    tip: Mapped[Tip] = relationship(back_populates="decisions")
    step: Mapped[int]
    old: Mapped[TipStatus]
    new: Mapped[TipStatus]
    # What happened, as `tip.events` declares it; never free words.
    kind: Mapped[EventKind] = mapped_column(server_default=EventKind.DECIDED.value)
    reason: Mapped[str] = mapped_column(String(40), default="")
    urgency: Mapped[Urgency | None]
    other: Mapped[str | None] = mapped_column(String(11))
    rule: Mapped[str | None] = mapped_column(String(40))
    level: Mapped[Level | None]
    unit: Mapped[str | None] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(80))
    decided_on: Mapped[date]

    @property
    def event(self) -> Event:
        """What happened, with all that it carries."""
        carried = (self.urgency, self.other, self.rule, self.level, self.unit)
        return Event(self.kind, self.reason, *carried)


class Tally(Base):
    """How often something happened to tips in a month, a quarter or a year: `tip.counted`.

    Counted when it happens, so that it outlives the tips. A row names no tip, no member, no day.
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    # 2026-11, 2026-Q4, 2026; `all` for what was folded out of every year.
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    family: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    # The unit to which the tip came first; empty where units are not told apart.
    unit_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Tips that come at one moment wait for each other at a row: there are several for each number,
    # taken by chance. What it counts is their sum.
    slot: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ClosedCount(Base):
    """A count as it stood when its quarter was first to be published: `counts.publishing`.

    All numbers of its year are made of these, and agree for good. They are small true counts: they
    go when the numbers of their year are folded.
    """

    __tablename__ = "closed_count"
    __table_args__ = {"sqlite_with_rowid": False}

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    measure: Mapped[str] = mapped_column(String(64), primary_key=True)
    # A kind of unit, of count_groups.yml; never a unit.
    group_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class CountPublication(Base):
    """What is said of the counts on one fixed day: asked for by one person, confirmed by another.

    The body is the file that goes out, and holds nothing else. At most one row is not confirmed.
    """

    __tablename__ = "count_publication"

    day: Mapped[date] = mapped_column(primary_key=True)
    quarters: Mapped[list[str]] = mapped_column(JSON)
    # Which units made which group then: neither moves afterwards.
    groups: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    # Whether the counts of its quarters stand in `closed_count`, while their year is there.
    is_closed: Mapped[bool]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(80))
    made_on: Mapped[date]
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    confirmed_on: Mapped[date | None]
    refused_by: Mapped[str | None] = mapped_column(String(80))
    # A code of `counts.publishing.confirming`.
    refused_why: Mapped[str | None] = mapped_column(String(20))
    written_on: Mapped[date | None]
    body: Mapped[str]


class HoldStep(Base):
    """One step of a legal hold: asked for by one member, granted or not by another.

    Codes of holds.yml alone; what is to be said in words lies in a sealed note. Rows are added, and
    settled once.
    """

    __tablename__ = "hold_step"
    __table_args__ = (
        Index("ix_hold_step_number", "tip_id", "number", unique=True),
        # One open request for one tip, however many ask at once.
        Index(
            "ix_hold_step_open",
            "tip_id",
            unique=True,
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    number: Mapped[int]
    kind: Mapped[HoldKind]
    # Codes of holds.yml: why, and who asked for it. A release names those of the hold that it ends.
    reason: Mapped[str] = mapped_column(String(20))
    authority: Mapped[str] = mapped_column(String(20))
    # The last day of the hold that was asked for; of a release none until it is granted.
    until: Mapped[date | None]
    asked_by: Mapped[str] = mapped_column(String(80))
    # The first day on which this was asked for, however often it was asked for anew.
    asked_on: Mapped[date]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_on: Mapped[date | None]
    is_granted: Mapped[bool | None]


class RetentionLine(Base):
    """What is still to be written into the journal of deletions, which lies outside this database.

    Written with the deletion or the hold itself, and gone once it stands in the journal.
    """

    __tablename__ = "retention_line"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # Epoch seconds of a sweep, or of an act of staff.
    at: Mapped[int] = mapped_column(BigInteger)
    # Made of the tip's lookup under a key of the server's secret: of no use to whoever lacks it.
    tag: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Of a hold its last day; none: the words were deleted.
    until: Mapped[date | None]


class SpentNonce(Base):
    """A form's nonce that was used, as a hash, beside the MAC of each body that came with it."""

    __tablename__ = "spent_nonce"
    # The hash is the row's own key: no hidden row number in order of arrival.
    __table_args__ = {"sqlite_with_rowid": False}

    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    body_mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # Not indexed: the table holds eight days and is swept once an hour.
    day: Mapped[date]
    is_closed: Mapped[bool] = mapped_column(default=False)


class SpentChallenge(Base):
    """A solved proof of work that was good for one tip, as a hash."""

    __tablename__ = "spent_challenge"
    __table_args__ = {"sqlite_with_rowid": False}

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # The day on which the challenge ends: with it the row goes.
    day: Mapped[date]


class DayKey(Base):
    """The key from which the receipts of one day's forms are made; destroyed with that day."""

    __tablename__ = "day_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


class Upload(Base):
    """A sealed file of evidence: promised room, then parts, then a tip that names it.

    Neither name, type nor time: what a file is stands in the sealed payload alone.
    """

    __tablename__ = "upload"
    __table_args__ = (
        # What a day has promised already, and what no tip names yet: summed at each new upload.
        Index("ix_upload_made", "made_on", "size"),
        Index(
            "ix_upload_orphan",
            *("made_on", "size"),
            sqlite_where=text("tip_id IS NULL"),
            postgresql_where=text("tip_id IS NULL"),
        ),
        _partial("ix_upload_tip_id", "tip_id"),
        Index(
            "ix_upload_released",
            "id",
            sqlite_where=text("is_released = 1"),
            postgresql_where=text("is_released"),
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # Random; the folder of its objects.
    blob: Mapped[str] = mapped_column(String(32), unique=True)
    # Sealed bytes, as promised at first: known before the first of them comes.
    size: Mapped[int] = mapped_column(BigInteger)
    made_on: Mapped[date]
    # All of its parts stand, each as long as it must be.
    is_whole: Mapped[bool] = mapped_column(default=False)
    # Its objects may go, and after them this row.
    is_released: Mapped[bool] = mapped_column(default=False)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"))


class UnitKey(Base):
    """A unit's public keys: its own and the one whose secret stands only on a printed sheet."""

    __tablename__ = "unit_key"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    recipient: Mapped[str] = mapped_column(String(2100))
    recovery: Mapped[str] = mapped_column(String(2100))
    fingerprint: Mapped[str] = mapped_column(String(39), unique=True)
    # Hex HMAC under a key derived from the unit's secret: browsers check the members by it.
    roster_mac: Mapped[str] = mapped_column(String(64))
    made_on: Mapped[date]
    retired_on: Mapped[date | None]
    # Who made it in their browser: another must confirm its fingerprint.
    made_by: Mapped[str | None] = mapped_column(String(80))
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    # The key in whose place this one came, and a MAC by one who held that key or its recovery
    # sheet: no browser moves a tip to a new key on the server's word alone.
    succeeds_id: Mapped[int | None] = mapped_column(ForeignKey("unit_key.id"))
    vouch: Mapped[str | None] = mapped_column(String(64))
    grants: Mapped[list["KeyGrant"]] = relationship(back_populates="unit_key")


class LabelReader(Base):
    """A dispatcher for whom a holder of their unit's key vouched: they may read what labels say."""

    __tablename__ = "label_reader"
    __table_args__ = (Index("ix_label_reader_unit", "unit_id"), {"sqlite_with_rowid": False})

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40))
    unit_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    # Hex HMAC over name and recipient, under a key of the unit's secret: no browser seals a label
    # to a dispatcher on the server's word.
    mac: Mapped[str] = mapped_column(String(64))
    vouched_by: Mapped[str] = mapped_column(String(80))
    vouched_on: Mapped[date]


class LabelCopy(Base):
    """Category and township of a tip, sealed by a member's browser to all label readers there are.

    When anybody is added to them or leaves them, all copies of the unit go and are made anew.
    """

    __tablename__ = "label_copy"
    __table_args__ = (Index("ix_label_copy_unit", "unit_id"), {"sqlite_with_rowid": False})

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class KeptTip(Base):
    """A tip that was sealed anew, of which the old bytes stay until a second browser opened it."""

    __tablename__ = "kept_tip"
    __table_args__ = (
        Index("ix_kept_tip_unit", "unit_id", "moved_on"),
        {"sqlite_with_rowid": False},
    )

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40))
    old_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    new_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    moved_by: Mapped[str] = mapped_column(String(80))
    # A hash of the session that moved it: the same browser is no second one.
    moved_in: Mapped[bytes] = mapped_column(LargeBinary(32))
    moved_on: Mapped[date]
    # Hex HMAC over the opened content under a key of the new unit seed, which the server lacks.
    content_mac: Mapped[str] = mapped_column(String(64))
    # A second browser could not open it, or found other words: no day deletes the old bytes then.
    is_doubted: Mapped[bool] = mapped_column(default=False, server_default=false())


class KeptFile(Base):
    """One sealed file of a kept tip: its words, label, a message or a note, as they were before."""

    __tablename__ = "kept_file"
    __table_args__ = {"sqlite_with_rowid": False}

    tip_id: Mapped[int] = mapped_column(ForeignKey("kept_tip.tip_id"), primary_key=True)
    # tip, label, message or note; the first two have the number 0.
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Transfer(Base):
    """A tip that one unit passed on to another, and what the other made of it."""

    __tablename__ = "transfer"
    __table_args__ = (
        # A tip waits at one unit at a time to be taken over.
        Index(
            "ix_transfer_open",
            "tip_id",
            unique=True,
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
        Index("ix_transfer_tip", "tip_id", "step"),
        Index("ix_transfer_to", "to_unit", "settled_on"),
        Index("ix_transfer_from", "from_unit", "made_on"),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    # The line of the history with which it began: of several transfers, the order.
    step: Mapped[int]
    from_unit: Mapped[str] = mapped_column(String(40))
    to_unit: Mapped[str] = mapped_column(String(40))
    # The key on which the tip hung before.
    old_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    by: Mapped[str] = mapped_column(String(80))
    # A hash of the session in which it was sealed: the same browser is no second one.
    sealed_in: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_on: Mapped[date]
    # Codes of transfers.yml.
    reason: Mapped[str] = mapped_column(String(40))
    back_reason: Mapped[str | None] = mapped_column(String(40))
    # Hex HMAC over the opened content under a key of the talk, which the server lacks: who takes
    # the tip over shows with it that they opened the same.
    content_mac: Mapped[str] = mapped_column(String(64))
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_on: Mapped[date | None]
    # Whether the other unit took it over; false where it was handed or fetched back.
    is_taken: Mapped[bool | None]
    # Who of the first unit opened the old files besides, and whether they found other words.
    checked_by: Mapped[str | None] = mapped_column(String(80))
    is_doubted: Mapped[bool] = mapped_column(default=False, server_default=false())


class TransferFile(Base):
    """One sealed file of a tip that was passed on, as it was at the unit before.

    There until the tip is taken over and a second browser of that unit has compared.
    """

    __tablename__ = "transfer_file"
    __table_args__ = {"sqlite_with_rowid": False}

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"), primary_key=True)
    # As in KeptFile.
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Referral(Base):
    """A package made of a tip for an organ outside, and what became of it.

    What left was made by a member's browser; a record of it lies among the tip's notes, sealed to
    the unit. Here stand days, codes and sums alone.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_serial", "unit_id", "year", "serial", unique=True),
        Index("ix_referral_tip", "tip_id", "number", unique=True),
        # One package at a time waits to leave for each organ.
        Index(
            "ix_referral_made",
            *("tip_id", "organ"),
            unique=True,
            sqlite_where=text("sent_on IS NULL AND settled_on IS NULL"),
            postgresql_where=text("sent_on IS NULL AND settled_on IS NULL"),
        ),
        # What is open, of all units: few rows.
        Index(
            "ix_referral_open",
            "tip_id",
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    # Of the tip's packages, the first is 1; its record's number among the notes follows from it.
    number: Mapped[int]
    # The number of the letter: running, for the unit that made it and the year.
    unit_id: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    serial: Mapped[int]
    # Of organs.yml.
    organ: Mapped[str] = mapped_column(String(40))
    # Of referral.services.Lock.
    lock: Mapped[str] = mapped_column(String(10))
    # Of the package file: hex, bytes, how many files of the tip are in it.
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(80))
    made_on: Mapped[date]
    # Of organs.yml, how it left this house; none while it has not.
    way: Mapped[str | None] = mapped_column(String(20))
    sent_by: Mapped[str | None] = mapped_column(String(80))
    sent_on: Mapped[date | None]
    # The day of the organ's return slip; their number stands in the note of that number.
    received_on: Mapped[date | None]
    slip_note: Mapped[int | None]
    # The last day on which the organ was asked how it stands.
    chased_on: Mapped[date | None]
    # Of referral.services.End: how it came out; none while it is open.
    end: Mapped[str | None] = mapped_column(String(12))
    # A code: of organs.yml where it came back, of outcomes.yml where it has a result.
    why: Mapped[str] = mapped_column(String(40), default="", server_default="")
    end_note: Mapped[int | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_on: Mapped[date | None]


class Countersign(Base):
    """What one person asked for and a second one must agree to, or is to look over afterwards."""

    __tablename__ = "countersign"
    __table_args__ = (
        Index("ix_countersign_unit", "unit_id", "settled_on"),
        # One open request for one matter, however many ask at once.
        *(
            Index(
                f"ix_countersign_{name}",
                f"{name}_id",
                unique=True,
                sqlite_where=text(f"{name}_id IS NOT NULL AND settled_on IS NULL"),
                postgresql_where=text(f"{name}_id IS NOT NULL AND settled_on IS NULL"),
            )
            for name in ("member", "tip")
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # suspend, close or review: of members/countersign.Kind.
    kind: Mapped[str] = mapped_column(String(10))
    # The unit whose matter it is; who agrees: `tip.routing.Ways`.
    unit_id: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_on: Mapped[date]
    # A code: of countersign.WHY, or of outcomes.yml.
    why: Mapped[str] = mapped_column(String(40))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"))
    # Of the tip, as the asker saw it: what came since must not be closed unread.
    version: Mapped[int | None]
    # Whose people answer; none where `tip.routing.Ways` alone says it.
    second_unit_id: Mapped[str | None] = mapped_column(String(40))
    # Why it takes two: codes of members/grounds.Ground.
    grounds: Mapped[str] = mapped_column(String(100), default="", server_default="")
    # The note in which the asker says why, sealed to the unit.
    note: Mapped[int | None]
    # The tip into which this one is to be merged.
    other_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"))
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_on: Mapped[date | None]
    is_granted: Mapped[bool | None]
    # How it came out: of members/grounds.Result.
    result: Mapped[str | None] = mapped_column(String(10))


class RewardRequest(Base):
    """A reward for a tip that one member asked for; the row goes with the second one's answer.

    The sum stands beside the tip only while it waits.
    """

    __tablename__ = "reward_request"
    __table_args__ = {"sqlite_with_rowid": False}

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40))
    sum: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_on: Mapped[date]
    # The first half of the code: its hash, and itself for the reporter alone.
    half_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_half: Mapped[bytes]


class Reward(Base):
    """What the paying office's list holds of one code. Nothing here leads to a tip, unit or day."""

    __tablename__ = "reward"
    # In SQLite no row number keeps the order of arrival; for PostgreSQL see `serving.blurring`.
    __table_args__ = {"sqlite_with_rowid": False}

    # Of `sealing.reward`: only the whole code leads to it.
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # In yuan.
    sum: Mapped[int]
    # The last day of a quarter, the same for all of three months.
    until: Mapped[date]
    # Of the press with which it was paid, so that the same press again is told the same.
    paid_mark: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    # A backup was restored: it may have been paid since that was made.
    is_stopped: Mapped[bool] = mapped_column(default=False, server_default=false())


class Member(Base):
    """A staff member. The server holds nothing that opens this member's identity."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    unit_id: Mapped[str | None] = mapped_column(String(40), index=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    recipient: Mapped[str] = mapped_column(String(2100))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    # SHA-256 of the sign-in secret, which the browser derives from passphrase and member code.
    auth_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_on: Mapped[date]
    suspended_on: Mapped[date | None]
    # Sealed under a key of the secret file: a stolen database makes no one-time codes.
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The 30-second step of the last code taken: none is taken twice.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # Hex HMACs of the recovery codes not yet used, under a key of the secret file; the codes open
    # the sign-in, never a key.
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # By which the gate before the sign-in must name who signs in here; empty where anybody may who
    # passed it. Entered by an administrator; it opens nothing.
    gate_name: Mapped[str | None] = mapped_column(String(200))
    grants: Mapped[list["KeyGrant"]] = relationship(back_populates="member")
    sealed_identity: Mapped[bytes] = mapped_column(LargeBinary)


class KeyGrant(Base):
    """A unit's identity, sealed to one member."""

    __tablename__ = "key_grant"
    __table_args__ = (Index("ix_key_grant_pair", "unit_key_id", "member_id", unique=True),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    unit_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    unit_key: Mapped[UnitKey] = relationship(back_populates="grants")
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    member: Mapped[Member] = relationship(back_populates="grants")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class NextKey(Base):
    """A unit's key that was made before a member leaves, and takes over once it is published.

    Of the very shape of the `UnitKey` that it becomes, with its id. Nothing is sealed to it before.
    """

    __tablename__ = "next_key"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # One at a time for a unit, however many browsers make one.
    unit_id: Mapped[str] = mapped_column(String(40), unique=True)
    succeeds_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    recipient: Mapped[str] = mapped_column(String(2100))
    recovery: Mapped[str] = mapped_column(String(2100))
    fingerprint: Mapped[str] = mapped_column(String(39), unique=True)
    roster_mac: Mapped[str] = mapped_column(String(64))
    vouch: Mapped[str] = mapped_column(String(64))
    made_on: Mapped[date]
    made_by: Mapped[str] = mapped_column(String(80))
    confirmed_by: Mapped[str | None] = mapped_column(String(80))


class NextGrant(Base):
    """A unit's next identity, sealed to one member who stays."""

    __tablename__ = "next_grant"
    __table_args__ = {"sqlite_with_rowid": False}

    next_key_id: Mapped[int] = mapped_column(ForeignKey("next_key.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Departure(Base):
    """A holder of a unit's key who leaves, or left at once: its rest is worked off by a list."""

    __tablename__ = "departure"
    __table_args__ = (
        # One at a time of one member, however many begin it.
        Index(
            "ix_departure_open",
            "member_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    member: Mapped[Member] = relationship()
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    # The key that they held: what hangs on it is what they could still open.
    key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    begun_by: Mapped[str] = mapped_column(String(80))
    begun_on: Mapped[date]
    # Of a planned one; none: shut out at once, before the next key was there.
    last_day: Mapped[date | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_on: Mapped[date | None]
    # Whether it was worked off; false where the member stays after all.
    is_done: Mapped[bool | None]


class StaffSession(Base):
    """A sign-in. Holds the key under which the browser keeps its opened identity."""

    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    member: Mapped[Member] = relationship()
    wrap_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Epoch seconds: staff acts may be timed finer than a day.
    last_seen: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # The kind of browser in words of ours, so that a member knows their own sessions apart.
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")
    # Whether the second factor was shown; without it a session opens nothing but that question.
    is_verified: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Locked by the member or by idleness: until they unlock it, the server does nothing for it.
    is_locked: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When an old second factor was shown, to change one: good once, for a few minutes.
    proved_at: Mapped[int | None] = mapped_column(BigInteger)
    # What a passkey is to sign next. Good for one answer, right or wrong.
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    # A secret for one-time codes that was shown and not yet proved, sealed as Member.totp_secret.
    new_totp: Mapped[bytes | None] = mapped_column(LargeBinary)


class Passkey(Base):
    """A passkey of a member: a second factor, or what signs in and opens by itself."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    made_on: Mapped[date]
    # When the last question was put that it answered to sign in, in epoch milliseconds: none is
    # answered twice.
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    # The member's identity under a secret that this passkey alone gives, and no server ever saw;
    # none where it is a second factor and no more.
    sealed_identity: Mapped[bytes | None] = mapped_column(LargeBinary)


class Invitation(Base):
    """A one-time link for a new member, good only with a code that the unit's head speaks."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # Of the spoken code; none until the unit's head has made it.
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    code_by: Mapped[str | None] = mapped_column(String(80))
    # The unit whose head speaks the code, where it is not the new member's own.
    code_unit_id: Mapped[str | None] = mapped_column(String(40))
    # Of the head's own one-time link, for a unit that has no members yet.
    head_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    unit_id: Mapped[str | None] = mapped_column(String(40), index=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(80))
    # A member who forgot the passphrase: the new row takes their place.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    # Epoch seconds.
    ends_at: Mapped[int] = mapped_column(BigInteger)
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")
    used_on: Mapped[date | None]
    # The 核对码 that the new member read back to a holder of the unit's key, and that holder's MAC
    # over it: a row that was changed must not pass.
    heard_code: Mapped[str | None] = mapped_column(String(24))
    heard_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class AuditEvent(Base):
    """One line of the audit log. Rows are only added; each carries MACs over the one before."""

    __tablename__ = "audit_event"
    # For the auditor's page, newest first: by member, by act, by unit, by tip, by day.
    __table_args__ = (
        Index("ix_audit_event_by", "by", "number"),
        Index("ix_audit_event_act", "act", "number"),
        Index("ix_audit_event_unit_id", "unit_id", "number"),
        Index("ix_audit_event_reference", "reference", "number"),
        Index("ix_audit_event_at", "at", "number"),
    )

    # A plain count: a row that is missing shows by its number.
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Epoch seconds: staff acts alone stand here.
    at: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(80))
    unit_id: Mapped[str | None] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(11))
    # Codes of ours, never words that somebody typed.
    detail: Mapped[str] = mapped_column(String(200))
    mac: Mapped[str] = mapped_column(String(64))
    # The same by SM3; lines from before it have none.
    sm3: Mapped[str | None] = mapped_column(String(64))


class SavedFilter(Base):
    """A view of the queue that a member gave a name."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(400))


class DutyShift(Base):
    """Who is on duty for a unit's P0 tips on a day."""

    __tablename__ = "duty_shift"
    __table_args__ = (Index("ix_duty_shift_day", "unit_id", "day", "member_id", unique=True),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    unit_id: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))


class HandoverNote(Base):
    """What a unit's members keep for each other, sealed to the unit.

    One table for all kinds of it, so that nothing is forgotten when the unit gets a new key.
    """

    __tablename__ = "handover_note"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    unit_key_id: Mapped[int] = mapped_column(ForeignKey("unit_key.id"))
    # handover, what one shift tells the next; or template, an answer that is written once.
    kind: Mapped[str] = mapped_column(String(10), default="handover", server_default="handover")
    by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Bulletin(Base):
    """A short text about closed matters (办结通报), until it is published: then the row is gone.

    It names no tip, no claim and no day of writing: a text must not lead to what was told. Its
    words are meant for all, and lie here as they are.
    """

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # A part of its file's name: who published it once finds it again, whatever came between.
    slug: Mapped[str] = mapped_column(String(8), unique=True)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    # 2026-12: by it goes what nobody agrees to. No finer time of writing is kept anywhere.
    month: Mapped[str] = mapped_column(String(7))
    by: Mapped[str] = mapped_column(String(80))
    # Why the second person said no: a code of bulletins.yml.
    refusal: Mapped[str | None] = mapped_column(String(20))
    agreed_by: Mapped[str | None] = mapped_column(String(80))
    agreed_on: Mapped[date | None]
    # The last day on which it was drawn whether to publish it. The day itself stands nowhere.
    drawn_on: Mapped[date | None]
    title: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(String(2000))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class NoticeAddress(Base):
    """Where a unit gets its content-free notices and pages."""

    __tablename__ = "notice_address"

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    # daily, or page: the heartbeat that tells of P0.
    kind: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(200))


class OutboxMail(Base):
    """A letter that waits to be sent, outside any request. Its words tell nothing of a tip."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_due", "sent_at", "next_try"),)

    id: Mapped[int] = mapped_column(RandomKey, primary_key=True, default=random_key)
    # Made of kind, unit, address and hour: the same letter is never queued twice.
    once: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(2000))
    next_try: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    sent_at: Mapped[int | None] = mapped_column(BigInteger)


class SignInFailure(Base):
    """Failures in a row under one name, known or not, kept as a keyed hash of the name."""

    __tablename__ = "sign_in_failure"

    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    # Epoch seconds before which no further try is judged.
    wait_until: Mapped[int] = mapped_column(BigInteger)


class Setting(Base):
    """Facts of this installation that are made once, such as the site id of the receipts."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
