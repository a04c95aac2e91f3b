"""What a tip was before it was sealed anew stays until somebody else's browser has opened both."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.db import today
from admin.models import KeptFile, KeptTip, KeyGrant, Note, Tip
from admin.vault.expiry import sweep
from admin.vault.key_change import kept, resealing
from tests.admin.vault.key_change.test_resealing import MOVER, files_of, opens
from tests.support import add_bare_member

HERE, THERE = b"a" * 32, b"b" * 32


@pytest.fixture
def holders(session, unit):
    """Ada and bo hold both keys of the unit; cy holds the new one alone."""

    def add(name, *keys):
        member = add_bare_member(session, name)
        for key in keys:
            session.add(KeyGrant(unit_key_id=key[0].id, member_id=member.id, sealed=b"g"))
        session.flush()
        return member

    return {
        "ada": add("ada", unit.old, unit.new),
        "bo": add("bo", unit.old, unit.new),
        "cy": add("cy", unit.new),
    }


@pytest.fixture
def moved(session, unit, holders):
    """A tip that ada moved to the new key."""
    tip = unit.add_tip()
    unit.retire()
    unit.before = files_of(session, tip)
    unit.move(tip, unit.resealed(unit.read(tip)))
    return tip


def lock(session, tip):
    return kept.lock_kept(session, "police", tip.reference)


def confirm(session, unit, tip, name, here=THERE, mac=MOVER.content_mac, *, compared=True):
    second = kept.Mover(name, here, mac)
    row = lock(session, tip)
    kept.confirm(session, row, unit.new[0], second=second, is_compared=compared)


def is_kept(session):
    return session.scalars(select(KeptTip.tip_id)).all() != []


def test_the_old_files_stay_and_open_with_the_old_key(session, unit, moved):
    row, bundle = kept.read_kept(session, "police", moved.reference)

    files = [bundle.sealed, bundle.label, *bundle.messages.values(), *bundle.notes.values()]
    assert files == unit.before
    assert all(opens(sealed, unit.old[1]) for sealed in files)
    assert (row.moved_by, row.old_key_id, row.new_key_id) == (
        *("ada", unit.old[0].id),
        unit.new[0].id,
    )
    assert resealing.count_on_old_keys(session, "police") == 0
    assert kept.count_waiting(session, "police") == kept.Waiting(
        1, (), today() + timedelta(days=kept.KEPT_DAYS)
    )
    assert kept.read_kept(session, "drugs", moved.reference) is None


def test_a_second_persons_browser_lets_them_go(session, unit, moved):
    now = files_of(session, moved)

    confirm(session, unit, moved, "bo")

    assert not is_kept(session)
    assert session.scalars(select(KeptFile.tip_id)).all() == []
    assert files_of(session, moved) == now
    with pytest.raises(resealing.Moved):
        lock(session, moved)


NOT_SECOND = {
    "the mover elsewhere": ("ada", THERE, {}, kept.NotSecond),
    "the mover's own browser": ("bo", HERE, {}, kept.NotSecond),
    "another word for the content": ("bo", THERE, {"mac": "b" * 64}, kept.OtherContent),
    "not compared, where it could be": ("cy", THERE, {"compared": False}, kept.OtherContent),
}


@pytest.mark.table
@pytest.mark.parametrize("name", NOT_SECOND)
def test_nobody_else_lets_them_go(session, unit, moved, name):
    who, here, more, error = NOT_SECOND[name]

    with pytest.raises(error):
        confirm(session, unit, moved, who, here, **more)

    assert is_kept(session)


def test_where_nobody_else_holds_the_key_another_browser_of_the_same_member_is_enough(
    session,
    unit,
    moved,
    holders,
):
    for name in ("bo", "cy"):
        holders[name].suspended_on = today()
    session.flush()
    with pytest.raises(kept.NotSecond):
        confirm(session, unit, moved, "ada", HERE)

    confirm(session, unit, moved, "ada", THERE)

    assert not is_kept(session)


def test_where_nobody_else_can_compare_a_newcomer_who_opens_it_is_enough(
    session,
    unit,
    moved,
    holders,
):
    holders["bo"].suspended_on = today()
    session.flush()

    confirm(session, unit, moved, "cy", compared=False)

    assert not is_kept(session)


def test_tips_are_named_to_who_may_be_the_second(session, unit, moved, holders):
    def named(name, here):
        return kept.next_unchecked(session, unit.new[0], name, here, 9)

    assert named("bo", THERE) == [moved.reference]
    # Cy has the new key alone, and bo could compare.
    assert named("ada", THERE) == named("bo", HERE) == named("cy", THERE) == []
    holders["bo"].suspended_on = today()
    session.flush()
    assert named("cy", THERE) == [moved.reference]


def test_the_old_files_are_put_back_with_what_came_since(session, unit, moved):
    unit.add_message(moved, 3, unit.new)

    kept.restore(session, lock(session, moved))

    files = files_of(session, moved)
    assert unit.before == [*files[:4], *files[5:]]
    assert opens(files[4], unit.new[1])
    assert moved.unit_key_id == unit.old[0].id
    assert not is_kept(session)
    assert resealing.next_tips(session, "police", 0, most=9) == [moved.reference]


def test_what_is_compared_are_the_files_of_which_older_ones_are_kept_and_no_later_ones(
    session, unit, moved
):
    before = files_of(session, moved)
    unit.add_message(moved, 3, unit.new)
    later = {"kind": "note", "by": "bo", "written_at": 1, "sealed": b"later"}
    session.add(Note(tip_id=moved.id, number=2, **later))
    session.flush()

    now = kept.read_now(session, lock(session, moved))

    assert [now.sealed, now.label, *now.messages.values(), *now.notes.values()] == before
    assert (list(now.messages), list(now.notes)) == ([1, 2], [1])


def test_a_second_move_keeps_each_older_file_and_those_that_came_between(session, unit, moved):
    unit.add_message(moved, 3, unit.old)
    row, first = kept.read_kept(session, "police", moved.reference)
    stored = resealing.read_current(session, moved.id)

    kept.keep(session, moved, stored, new=unit.old[0].id, mover=replace(MOVER, name="bo"))

    row, second = kept.read_kept(session, "police", moved.reference)
    assert (second.sealed, second.label) == (first.sealed, first.label)
    assert second.notes == first.notes
    assert second.messages == first.messages | {3: stored.messages[3]}
    assert (row.moved_by, row.moved_in, row.moved_on) == ("bo", MOVER.session, today())
    assert (row.old_key_id, row.new_key_id) == (unit.old[0].id, unit.old[0].id)


@pytest.mark.parametrize(("days", "stays"), [(13, True), (14, False)])
def test_after_fourteen_days_they_go_unless_they_are_in_doubt(session, unit, moved, days, stays):
    day = today() + timedelta(days=days)

    assert sweep(session, day)["kept"] == (0 if stays else 1)
    assert is_kept(session) is stays


def test_no_day_deletes_what_is_in_doubt(session, unit, moved):
    kept.doubt(session, lock(session, moved))

    sweep(session, today() + timedelta(days=400))

    assert is_kept(session)
    assert kept.state_of(session, moved.id) == "doubted"
    assert kept.count_waiting(session, "police") == kept.Waiting(1, (moved.reference,), None)
    assert kept.next_unchecked(session, unit.new[0], "bo", THERE, 9) == []


def test_they_go_with_the_tip(session, unit, moved):
    moved.expires_on = today()
    session.flush()

    sweep(session)

    assert not is_kept(session)
    assert session.get_one(Tip, moved.id).sealed is None


def test_a_second_move_keeps_what_nobody_has_opened_since(session, unit, moved):
    """The first files stay; what was written in between is kept beside them."""
    unit.add_message(moved, 3, unit.new)
    first = unit.old
    unit.old, unit.new = unit.new, unit.add_key("police")
    unit.retire()
    bundle = unit.read(moved)
    extra = bundle.messages[3]
    unit.move(moved, unit.resealed(bundle))

    row, old = kept.read_kept(session, "police", moved.reference)

    assert (row.old_key_id, row.new_key_id) == (first[0].id, unit.new[0].id)
    assert [old.sealed, old.label] == unit.before[:2]
    assert old.messages[3] == extra
    now = kept.read_now(session, row)
    assert now.messages.keys() == old.messages.keys()
    assert replace(now, length=0) != replace(old, length=0)
