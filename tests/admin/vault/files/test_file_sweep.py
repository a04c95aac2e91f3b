"""What happens to files that no tip names, or whose tip is deleted."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from admin.db import db, today
from admin.models import Tip, Upload
from admin.serving.sweeper import sweep_now
from admin.vault import vault
from admin.vault.expiry import sweep
from admin.vault.files import uploads
from admin.vault.files.blobs import BlobsAway
from admin.vault.files.sweep import (
    BATCH,
    MOST_FAILED,
    clear_away,
    release_stalled,
    sweep_files,
)
from admin.vault.files.uploads import (
    NoBudget,
    NotWhole,
    TooManyOrphans,
    waiting_bytes,
)
from tests.support import asked_of, plan_of

MIB = uploads.MIB


@pytest.fixture
def blobs(session):
    return vault().blobs


@pytest.fixture
def stored(session, blobs):
    """A whole file of so many bytes, which no tip names; gives its blob."""

    def store(size=3):
        blob = uploads.reserve(session, size).blob
        session.commit()
        blobs.put(blob, 0, bytes(size))
        uploads.finish(session, blobs, blob)
        session.commit()
        return blob

    return store


def days(number):
    return today() + timedelta(days=number)


def rows(session):
    return session.scalar(select(func.count()).select_from(Upload))


def test_what_no_tip_names_stays_for_a_whole_day_and_goes_on_the_day_after_next(
    session, blobs, stored
):
    blob = stored()

    assert sweep_files(session, blobs, days(1)) == {"orphans": 0, "files": 0}
    assert blobs.parts(blob) == 1
    assert sweep_files(session, blobs, days(2)) == {"orphans": 1, "files": 1}
    assert (blobs.parts(blob), rows(session)) == (0, 0)
    assert sweep_files(session, blobs, days(2)) == {"orphans": 0, "files": 0}


def test_a_file_that_a_tip_names_stays(session, blobs, stored, tip_id):
    blob = stored()
    uploads.attach(session, tip_id, [blob])
    session.commit()

    sweep_files(session, blobs, days(400))

    assert blobs.parts(blob) == 1
    assert uploads.find(session, blob).tip_id == tip_id


def test_a_promise_of_which_no_part_ever_came_goes_too(session, blobs):
    uploads.reserve(session, 5)
    session.commit()

    assert sweep_files(session, blobs, days(2)) == {"orphans": 1, "files": 1}
    assert rows(session) == 0


def test_a_tip_takes_its_files_with_it_and_no_other_tips(session, app, blobs, stored, tip_id):
    mine, other = stored(), stored()
    uploads.attach(session, tip_id, [mine])
    session.execute(update(Tip).values(expires_on=days(-1)))
    session.commit()

    assert sweep(session)["tips"] == 1
    session.commit()
    assert blobs.parts(mine) == 1
    counts = sweep_now(app)

    assert (counts["orphans"], counts["files"]) == (0, 1)
    assert (blobs.parts(mine), blobs.parts(other)) == (0, 1)
    assert [upload.blob for upload in session.scalars(select(Upload))] == [other]


def test_what_the_sweep_lets_go_no_tip_can_name_any_more(session, blobs, stored, tip_id):
    blob = stored()
    sweep_files(session, Away(), days(2))

    with pytest.raises(NotWhole):
        uploads.attach(session, tip_id, [blob])


class Away:
    """A store that does not answer."""

    asked = 0

    def remove(self, blob):
        self.asked += 1
        raise BlobsAway

    sizes = remove


def test_a_store_that_is_away_is_left_for_the_next_turn(session, blobs, stored):
    blob = stored()

    assert sweep_files(session, Away(), days(2)) == {"orphans": 1, "files": 0}
    assert (blobs.parts(blob), rows(session)) == (1, 1)
    assert sweep_files(session, blobs, days(2)) == {"orphans": 0, "files": 1}
    assert (blobs.parts(blob), rows(session)) == (0, 0)


def test_a_store_that_is_away_is_not_asked_for_each_file(session):
    for _ in range(MOST_FAILED + 5):
        uploads.reserve(session, 1)
    session.commit()
    away = Away()

    assert sweep_files(session, away, days(2)) == {"orphans": MOST_FAILED + 5, "files": 0}
    assert away.asked == MOST_FAILED


def test_one_file_that_cannot_be_removed_keeps_no_other(session, blobs, stored):
    names = [stored() for _ in range(5)]

    class Stuck:
        sizes = blobs.sizes

        def remove(self, blob):
            if blob != names[0]:
                blobs.remove(blob)

    assert sweep_files(session, Stuck(), days(2)) == {"orphans": 5, "files": 4}
    assert list(blobs.blobs()) == session.scalars(select(Upload.blob)).all() == names[:1]


def test_more_files_than_one_batch_all_go(session, blobs, stored):
    for _ in range(BATCH + 3):
        uploads.reserve(session, 1)
    session.commit()

    assert sweep_files(session, blobs, days(2))["files"] == BATCH + 3
    assert rows(session) == 0


def test_a_part_that_comes_while_its_file_is_let_go_does_not_stay(session, blobs):
    blob = uploads.reserve(session, 3).blob
    session.commit()

    class Slow:
        """The file is dropped and removed while its part is on its way."""

        def put(self, *part):
            uploads.drop(session, blob)
            session.commit()
            sweep_files(session, blobs)
            blobs.put(*part)

        remove = blobs.remove

    with pytest.raises(uploads.NotKnown):
        uploads.put_part(session, Slow(), blob, 0, b"abc")

    assert blobs.sizes(blob) == {}


@pytest.mark.parametrize("act", ["SELECT", "DELETE", "COMMIT"])
def test_an_error_while_a_file_is_cleared_away_leaves_no_lock_behind(session, blobs, stored, act):
    blob = stored()
    uploads.drop(session, blob)
    session.commit()

    def fail(*context):
        if act == "COMMIT" or context[2].startswith(act):
            raise OSError("disk full")

    name = "commit" if act == "COMMIT" else "before_cursor_execute"
    event.listen(db.engine, name, fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            clear_away(session, blobs, blob)
    finally:
        event.remove(db.engine, name, fail)

    assert not session.in_transaction()


@pytest.fixture
def environ(environ, shape_blobs_url):
    caps = {"DENGSHAO_FILES_MB_DAY": "3", "DENGSHAO_ORPHANS_MB": "2"}
    return environ | caps | {"DENGSHAO_BLOBS_URL": shape_blobs_url}


def test_room_is_promised_up_to_the_orphans_cap_and_given_back(session, blobs, stored, tip_id):
    first = stored(MIB)
    second = stored(MIB)
    with pytest.raises(TooManyOrphans):
        uploads.reserve(session, 1)

    uploads.attach(session, tip_id, [first])
    session.commit()
    assert waiting_bytes(session) == MIB
    uploads.drop(session, second)
    session.commit()
    # Its bytes still lie there.
    assert waiting_bytes(session) == MIB
    clear_away(session, blobs, second)
    assert waiting_bytes(session) == 0
    uploads.reserve(session, 2 * MIB)


def test_a_day_promises_no_more_than_its_budget_and_the_next_day_again(
    session, stored, tip_id, monkeypatch
):
    names = [stored(MIB)]
    uploads.attach(session, tip_id, names)
    names = [stored(MIB)]
    uploads.attach(session, tip_id, names)
    session.commit()
    with pytest.raises(NoBudget):
        uploads.reserve(session, MIB + 1)
    uploads.reserve(session, MIB)
    with pytest.raises(NoBudget):
        uploads.reserve(session, 1)

    monkeypatch.setattr("admin.vault.files.uploads.today", lambda: days(1))
    uploads.reserve(session, MIB)


BUDGETS = {"the day's": NoBudget, "the orphans'": TooManyOrphans}


@pytest.mark.parametrize(("budget", "refusal"), BUDGETS.items())
def test_who_proves_nothing_gets_half_of_each_budget_and_the_rest_is_for_proofs(
    session, stored, tip_id, budget, refusal
):
    if budget == "the day's":
        uploads.attach(session, tip_id, [stored(MIB)])
    uploads.reserve(session, MIB // 2, is_proven=False)
    with pytest.raises(refusal):
        uploads.reserve(session, MIB // 2 + 1, is_proven=False)

    uploads.reserve(session, MIB)


def test_in_a_crowd_what_grew_by_no_part_since_the_last_turn_makes_room(session, blobs, stored):
    stored(3)
    empty, stalled, growing = (uploads.reserve(session, 600_000).blob for _ in range(3))
    session.commit()
    blobs.put(stalled, 0, b"x")

    before = release_stalled(session, blobs, {})
    blobs.put(growing, 0, b"x")
    after = release_stalled(session, blobs, before)

    assert before == {empty: 0, stalled: 1, growing: 0}
    assert after == {growing: 1}
    sweep_files(session, blobs)
    assert rows(session) == 2
    assert waiting_bytes(session) == 600_000 + 3


def test_where_there_is_room_nobodys_pause_is_too_long(session, blobs):
    blob = uploads.reserve(session, MIB).blob
    session.commit()

    assert release_stalled(session, blobs, {blob: 0}) == {}

    assert uploads.find(session, blob) is not None


def test_while_the_store_is_away_nobody_is_blamed_for_standing_still(session):
    blob = uploads.reserve(session, 2 * MIB).blob
    session.commit()

    assert release_stalled(session, Away(), {blob: 0}) == {}

    assert uploads.find(session, blob) is not None


def test_what_hangs_on_a_tip_is_not_cleared_away(session, blobs, stored, tip_id):
    blob = stored()
    uploads.attach(session, tip_id, [blob])
    uploads.drop(session, blob)
    session.commit()

    clear_away(session, blobs, blob)

    assert blobs.parts(blob) == 1
    assert uploads.find(session, blob) is not None


ACTS = {
    "ix_upload_made": lambda session: uploads.reserve(session, 1),
    "ix_upload_orphan": waiting_bytes,
    "ix_upload_released": lambda session: sweep_files(session, Away()),
    "ix_upload_tip_id": lambda session: uploads.release(session, [5]),
}


@pytest.mark.parametrize(("index", "act"), ACTS.items(), ids=ACTS)
def test_budgets_and_sweep_walk_an_index_not_all_files(session, index, act):
    with asked_of("upload", session) as asked:
        act(session)
    plans = "\n".join(plan_of(session, *statement) for statement in asked)

    assert index in plans
