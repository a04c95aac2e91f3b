"""What is said of every column and of every unit, item by item: none may be left out or slip in."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, inspect, select, update

from admin.app_state import app_state
from admin.db import today
from admin.models import Base, LaneRank, Tip, TipLink, Upload
from admin.sealing.marks import MARK
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.decoy import NOBODY, find_tip_or_decoy
from admin.vault.expiry import sweep
from admin.vault.offered import offered_units, routes_of
from admin.vault.practice import clear_practice
from admin.vault.store import find_tip
from admin.vault.units import OpenUnit, OpenUnits
from tests.support import add_bare_member

from .conftest import new_tip

DAY = today()
# A tip in whose row nothing is empty, and what is left of each column once its words are deleted.
FULL = {
    "urgency": (Urgency.P1, "stays"),
    "received_on": (DAY - timedelta(days=40), "stays"),
    "status": (TipStatus.CLOSED, TipStatus.PURGED),
    "is_open": (False, False),
    "outcome": ("substantiated", "stays"),
    "expires_on": (DAY, "stays"),
    "withdrawn_on": (DAY - timedelta(days=3), "stays"),
    "danger_on": (DAY - timedelta(days=4), "stays"),
    "talk_length": (3, 0),
    "machine_unit": ("police", None),
    "channel": ("phone", "stays"),
    "claimed_until": (1, None),
    "due_on": (DAY, None),
    "due_rule": ("accept", None),
    "extended_on": (DAY - timedelta(days=5), "stays"),
    "label": (b"label", None),
    "sealed": (b"sealed", None),
    "marks": (bytes(MARK), None),
    "seen": (b"seen", None),
    "held_until": (DAY - timedelta(days=1), "stays"),
    "lane_rank": (LaneRank.PROVEN, LaneRank.PLAIN),
    "eased_from": (Urgency.P0, None),
    "is_counted": (False, True),
}
KEYS = {
    *("id", "reference", "lookup", "unit_id", "unit_key_id"),
    *("claimed_by_id", "merged_into_id", "version"),
}


def columns_of(session, tip_id):
    return dict(session.execute(select(Tip.__table__).where(Tip.id == tip_id)).mappings().one())


def test_each_column_of_a_deleted_tip_is_emptied_or_stays_as_the_table_says(session, tip_id):
    values = {name: value for name, (value, _left) in FULL.items()}
    session.execute(update(Tip).where(Tip.id == tip_id).values(values))
    session.commit()
    before = columns_of(session, tip_id)

    assert sweep(session)["tips"] == 1
    session.commit()

    after = columns_of(session, tip_id)
    assert set(after) == set(FULL) | KEYS
    for name, (value, left) in FULL.items():
        assert after[name] == (value if left == "stays" else left), name
    for name in KEYS - {"version"}:
        assert after[name] == before[name], name
    assert after["version"] == before["version"] + 1


# What a tip of nobody tells in each column that is not empty.
DECOY = {
    "id": NOBODY,
    "reference": "00000-00000",
    "unit_id": "drugs",
    "unit_key_id": NOBODY,
    "urgency": Urgency.P2,
    "status": TipStatus.RECEIVED,
    "is_open": True,
    "due_rule": "first_read",
    "talk_length": 0,
    "channel": "form",
    "version": 1,
    "marks": bytes(MARK),
}
UNREAD = {"label", "sealed", "seen", "lane_rank", "held_until", "eased_from", "is_counted"}


def test_where_there_is_no_tip_one_of_nobody_is_told_in_every_column(session):
    lookup = secrets.token_bytes(32)

    decoy = find_tip_or_decoy(session, lookup, "drugs")

    names = {column.name for column in Tip.__table__.columns}
    loaded = names - inspect(decoy).unloaded
    assert loaded == names - UNREAD
    told = {name: getattr(decoy, name) for name in loaded}
    # The day may have turned since this file was read.
    days = dict.fromkeys(("received_on", "due_on"), today())
    assert told == dict.fromkeys(loaded) | DECOY | days | {"lookup": lookup}


def test_where_there_is_a_tip_it_is_found_and_no_decoy(session, tip_id):
    session.execute(update(Tip).where(Tip.id == tip_id).values(marks=bytes(MARK)))
    tip = session.get_one(Tip, tip_id)

    found = find_tip_or_decoy(session, tip.lookup, "drugs")

    assert (found.id, found.unit_id) == (tip_id, "police")
    assert found is find_tip(session, tip.lookup)


def opened(unit_id, number):
    return OpenUnit(unit_id, number, f"{unit_id} key", f"{unit_id} recovery")


@pytest.mark.parametrize("closed", ["police", "drugs", "trade", "supervision", "upper"])
def test_each_unit_is_told_with_its_two_recipients_and_a_closed_one_with_none(app, closed):
    with app.app_context():
        district = app_state().district
    names = ["police", "drugs", "trade", "supervision", "upper"]
    open_ones = {name: opened(name, n) for n, name in enumerate(names, 7) if name != closed}

    told = offered_units(district, open_ones)

    assert list(told) == names
    for number, name in enumerate(names, 7):
        both = [f"{name} key", f"{name} recovery"] if name != closed else []
        key = str(number) if name != closed else ""
        otherwise = district.units[name].otherwise
        assert told[name] == {
            "otherwise": otherwise,
            "recipients": both,
            "key": key,
            "resting": False,
        }
    rests = offered_units(district, OpenUnits(open_ones, {closed}))
    assert [name for name in names if rests[name]["resting"]] == [closed]


def test_the_practice_unit_is_told_to_who_asks_for_it_alone(app):
    with app.app_context():
        district = app_state().district

    asked = offered_units(district, {"practice": opened("practice", 3)}, practice=True)

    assert set(asked) - set(offered_units(district, {})) == {"practice"}
    assert asked["practice"]["recipients"] == ["practice key", "practice recovery"]


def test_a_browser_is_told_every_route(app):
    with app.app_context():
        district = app_state().district

    told = routes_of(district, "site id", {})

    assert told == {
        "site": "site id",
        "takers": ("supervision", "upper"),
        "units": offered_units(district, {}),
        "categories": {key: row.route for key, row in district.categories.items()},
        "offices": {key: row.unit for key, row in district.offices.items()},
        "contact": {"custodian": "supervision", "reviewer": "upper"},
        "stands_in": True,
    }


# Tables that hang on a tip and that no practice tip is in; files are tried below.
NOT_OF_PRACTICE = {"upload"}


def hanging_on_tips():
    """Each table with a column that points to a tip, and those columns."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if any(key.column.table.name == "tip" for key in column.foreign_keys)
        ]
        if columns and table.name not in ("tip", *NOT_OF_PRACTICE):
            found[table.name] = (table, columns)
    return found


def invented(column, number):
    kind = column.type.python_type
    if getattr(column.type, "enums", None):
        return column.type.enums[0]
    if kind in (int, bool):
        return kind(number)
    if kind in (str, bytes):
        return b"x" if kind is bytes else f"x{number}"
    return today()


def row_of(session, table, tip_id, other_id, number):
    """Invent a row that hangs on a tip; of two columns that do, the second points elsewhere."""
    values, tips = {}, [tip_id, other_id]
    key_id = session.scalar(select(Tip.unit_key_id).where(Tip.id == tip_id))
    for column in table.columns:
        keys = [key.column.table.name for key in column.foreign_keys]
        if keys == ["tip"]:
            values[column.name] = tips.pop(0)
        elif keys == ["unit_key"]:
            values[column.name] = key_id
        elif keys == ["member"] and not column.nullable:
            values[column.name] = add_bare_member(session, name=f"{table.name}{number}").id
        elif not keys and not column.nullable:
            values[column.name] = invented(column, number)
    return values


@pytest.mark.parametrize("name", sorted(hanging_on_tips()))
def test_clearing_the_practice_unit_leaves_nothing_that_hangs_on_its_tips(session, tip_id, name):
    table, _columns = hanging_on_tips()[name]
    mine, other = new_tip(session), new_tip(session)
    session.execute(update(Tip).where(Tip.id == mine).values(unit_id="practice"))
    session.execute(insert(table).values(row_of(session, table, mine, other, 1)))
    if table is TipLink.__table__:
        session.execute(insert(table).values(row_of(session, table, tip_id, mine, 2)))
    session.execute(insert(table).values(row_of(session, table, tip_id, other, 3)))
    session.commit()

    assert clear_practice(session, "practice") == 1

    session.commit()
    assert session.scalar(select(func.count()).select_from(table)) == 1
    assert set(session.scalars(select(Tip.id))) == {tip_id, other}


def test_clearing_the_practice_unit_lets_go_of_its_files_alone(session, tip_id):
    mine = new_tip(session)
    session.execute(update(Tip).where(Tip.id == mine).values(unit_id="practice"))
    for number, owner in enumerate((mine, tip_id)):
        values = {"size": 1, "made_on": DAY, "is_whole": True, "is_released": False}
        session.execute(insert(Upload).values(blob=f"{number}" * 32, tip_id=owner, **values))
    session.commit()

    clear_practice(session, "practice")
    session.commit()

    rows = session.execute(select(Upload.is_released, Upload.tip_id).order_by(Upload.blob)).all()
    assert [tuple(row) for row in rows] == [(True, None), (False, tip_id)]
