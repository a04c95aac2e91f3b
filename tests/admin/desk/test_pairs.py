"""Two members act on one tip at once, in every pair of acts: one wins, or both stand.

A note, a grading and a working label say nothing about where the tip stands, so they stand beside
whatever the other did. Of all others the first one wins; the second is told what happened, by whom,
and can press again with open eyes.
"""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import product

import pytest
from sqlalchemy import func, select, update

from admin.db import db, today
from admin.desk import loading
from admin.desk.tip import link_views
from admin.models import Decision, Member, Note, Referral, Tip, TipLink
from admin.tip.status import TipStatus
from admin.vault import history
from tests.tip_events import event

SEALED = base64.b64encode(b"age-encryption.org/v1\nx").decode()
WORDS = {"number": "1", "digest": "0" * 64, "sealed": SEALED}
DECIDED = {
    "accepted": "in_scope",
    "closed": "too_little",
}
# Name of the act: the address it is posted to, and its fields; `{other}` is another tip's reference
# and `{colleague}` the id of a member who reads tips.
ACTS = {
    "claim": ("claim", {}),
    "release": ("release", {}),
    "assign": ("assign", {"to": "{colleague}"}),
    "urgency": ("urgency", {"urgency": "P0"}),
    **{f"to {new}": ("decision", {"move_to": new, "reason": DECIDED[new]}) for new in DECIDED},
    "end asked": (
        "decision",
        {"move_to": "closed", "reason": "fabricated", "number": "1", "sealed": SEALED},
    ),
    "ask": ("messages", WORDS | {"ask": "yes"}),
    "tell": ("messages", WORDS | {"ask": "no"}),
    "note": ("notes", {"number": "1", "sealed": SEALED}),
    "grading": ("grading", {"number": "1", "sealed": SEALED}),
    "label": ("labels", {"label": "on_site"}),
    "link": ("links", {"other": "{other}"}),
    "merge": ("merge", {"other": "{other}"}),
    "extend": ("extension", {"reason": "complex"}),
}
BESIDE = {"note", "grading", "label", "end asked"}
# As their forms on the page name none.
UNVERSIONED = BESIDE - {"end asked"}
# They lock the tip before they read its version.
LOCKED = {"link", "merge"}
# The reason of an end that takes two is a note too.
NOTES = {"note", "grading", "end asked"}
ENDING = {"to closed", "merge"}
# What makes sense only after another act, and that one.
LATER = {
    "unlink": ("links/remove", {"other": "{other}"}),
    "moved": ("moved", {}),
    "hand over": ("referral/1/handed-over", {"way": "post", "day": lambda: today().isoformat()}),
}
_ALWAYS = ["claim", "assign", "urgency", "to accepted", "to closed", "ask", "tell", *sorted(BESIDE)]
AGAINST = {
    "unlink": [*_ALWAYS, "unlink", "extend"],
    "moved": [*_ALWAYS, "moved", "link", "merge"],
    # While a package is open, no decision ends the tip or takes it up.
    "hand over": [
        *("hand over", "claim", "assign", "urgency", "ask", "tell", "link", "extend"),
        *("note", "grading", "label"),
    ],
}


@pytest.fixture
def two(app, sign_in, members):
    """Two members who may do everything that a reader of tips may, with their tokens."""
    with app.app_context():
        roles = ["registrar", "analyst", "reviewer"]
        db.session.execute(update(Member).where(Member.unit_id == "police").values(roles=roles))
        db.session.commit()
    desks = [sign_in("police-1"), sign_in("police-2")]
    return [(desk, desk.token()) for desk in desks]


@pytest.fixture
def ready(app, make_tip, members):
    """Make a tip on which both acts of a pair can be done, and one to tie it to."""

    def made(one, two):
        tip, other = make_tip(), make_tip()
        holder = "police-1" if one == "release" else "police-2" if two == "release" else None
        if holder:
            with app.app_context():
                held = {"claimed_by_id": members[holder].member_id}
                db.session.execute(update(Tip).where(Tip.id == tip.id).values(held))
                db.session.commit()
        return tip, other

    return made


@pytest.fixture
def kept(app):
    """Count what hangs on a tip: history, notes, ties."""

    def counted(tip):
        with app.app_context():
            rows = {
                "steps": select(func.count()).where(Decision.tip_id == tip.id),
                "notes": select(func.count()).where(Note.tip_id == tip.id),
                "ties": select(func.count()).select_from(TipLink),
            }
            return {name: db.reading.execute(query).scalar_one() for name, query in rows.items()}

    return counted


def post(desk, act, tip, other, members, **more):
    (browser, token), (path, fields) = desk, (ACTS | LATER)[act]
    names = {"other": other.reference, "colleague": members["police-head"].member_id}
    filled = {
        name: value() if callable(value) else value.format(**names)
        for name, value in fields.items()
    }
    seen = {} if act in UNVERSIONED else {"version": tip.version}
    return browser.post_with(token, tip, path, **(filled | seen | more))


def expected(one, two):
    """The answers that the two of a pair get, one after the other."""
    if (one, two) == ("claim", "release"):
        return (409, 303)  # The second holds the tip when the first would take it.
    return (303, second_answer(one, two))


def second_answer(one, two):
    if {one, two} <= NOTES:
        return 409  # Both counted the same number: the page counts anew and sends again.
    if two == "end asked" and one not in BESIDE:
        return 409  # Nobody asks for the end of a tip that is another than they saw.
    if two == "label" and one in ENDING:
        return 409  # A tip that has ended carries no labels of work to do.
    return 303 if BESIDE & {one, two} else 409


# One after the other: the same statement tells both databases that a version is old.
@pytest.mark.table
@pytest.mark.parametrize("one", ACTS)
def test_who_acts_second_is_told_or_stands_beside_and_can_press_again(two, ready, members, one):
    """Every ordered pair, the second member's page being as old as the first's."""
    wrong = {}
    for other_act in ACTS:
        tip, other = ready(one, other_act)
        first = post(two[0], one, tip, other, members)
        second = post(two[1], other_act, tip, other, members)
        found = (first.status_code, second.status_code)
        if found != expected(one, other_act):
            wrong[other_act] = (*found, second.json)
        elif second.status_code == 409 and not is_told(second.json, one):
            wrong[other_act] = second.json
        elif second.status_code == 409:
            again = press_again(two[1], other_act, tip, other, members, second.json)
            if not is_done_or_said(again):
                wrong[other_act] = (again.status_code, again.json)

    assert not wrong, wrong


def is_told(told, first_act):
    """The first's act is named; a note stands in no history, and its number is simply taken."""
    if first_act in NOTES:
        return bool(told["error"])
    return told["events"][0]["by"] == "police-1" and "您写的字还在" in told["error"]


def press_again(desk, act, tip, other, members, told):
    """Post once more, with the version that the refusal named, and with the next number."""
    number = {"number": "2"} if "number" in ACTS[act][1] else {}
    seen = {} if act in UNVERSIONED else {"version": told["version"]}
    return post(desk, act, tip, other, members, **number, **seen)


def is_done_or_said(answer):
    """It goes through, or a sentence says why not."""
    if answer.status_code in (409, 422):
        return bool(answer.json["error"])
    return answer.status_code == 303


@pytest.fixture
def both_have_read(database, monkeypatch):
    """Hold each act at the moment when it has read the tip, until the other has too, or waits."""
    read, meeting = loading.expect_version, {}

    def arm():
        meeting["at"] = threading.Barrier(2)

    def held(*given):
        read(*given)
        # Broken where the other waits for a row that this one has locked.
        with suppress(threading.BrokenBarrierError):
            if "at" in meeting:
                meeting["at"].wait(0.2)

    if database == "postgresql":  # SQLite's writers stand in line anyway.
        for module in (loading, link_views):
            monkeypatch.setattr(module, "expect_version", held)
    return arm


@pytest.mark.parametrize("one", ACTS)
def test_at_the_very_same_moment_one_wins_or_both_stand(
    two, ready, members, kept, both_have_read, one
):
    """Every pair once, both posted at the same time from two threads."""
    wrong = {}
    names = list(ACTS)
    for other_act in names[names.index(one) :]:
        tip, other = ready(one, other_act)
        both_have_read()
        with ThreadPoolExecutor(2) as pool:
            acts = [partial(post, two[0], one), partial(post, two[1], other_act)]
            posted = [pool.submit(act, tip, other, members) for act in acts]
            answers = [act.result() for act in posted]
        found = sorted(answer.status_code for answer in answers)
        # Whichever came first.
        orders = [second_answer(one, other_act), second_answer(other_act, one)]
        if found not in [[303, answer] for answer in orders]:
            wrong[other_act] = (found, kept(tip))
        elif found == [303, 409] and not BESIDE & {one, other_act}:
            # What the loser tried left no trace: one line of history, and it is the winner's. Who
            # would claim or release what the other holds is told so, with or without such a line.
            [loser] = [answer.json for answer in answers if answer.status_code == 409]
            is_told = len(loser["events"]) == 1 or loser["claimed_by"]
            if not is_told or kept(tip)["steps"] != 1:
                wrong[other_act] = (loser, kept(tip))

    assert not wrong, wrong


def test_who_is_overtaken_after_having_read_the_tip_is_told_or_stands_beside(
    two, ready, members, database, monkeypatch
):
    """The colleague's whole act falls between the reading of the version and what is read next."""
    if database == "sqlite":
        pytest.skip("SQLite's writers stand in line")
    read, waiting, wrong = loading.expect_version, [], {}

    def overtaken(*given):
        read(*given)
        if waiting:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(waiting.pop()).result().status_code == 303

    monkeypatch.setattr(loading, "expect_version", overtaken)
    for one, first in product(ACTS, ACTS):
        if one in BESIDE | LOCKED or (first, one) == ("claim", "release"):
            continue
        tip, other = ready(first, one)
        waiting.append(partial(post, two[0], first, tip, other, members))

        second = post(two[1], one, tip, other, members)

        assert not waiting
        if second.status_code != second_answer(first, one):
            wrong[first, one] = (second.status_code, second.json)
        elif second.status_code == 409 and not is_told(second.json, first):
            wrong[first, one] = second.json
    assert not wrong, wrong


@pytest.fixture
def later(app, sign_in, two, make_tip, members):
    """Make a tip to which what must come before an act was done by a third."""
    head = sign_in("police-head")
    desk = head, head.token()

    def made(act):
        tip, other = make_tip(), make_tip()
        if act == "unlink":
            assert post(desk, "link", tip, other, members).status_code == 303
        with app.app_context():
            row = db.session.get_one(Tip, tip.id)
            if act == "moved":  # By word alone, as it was done before there were packages.
                by_word = {"new": TipStatus.REFERRED, "by": "police-head"}
                history.record(db.session, row, event("to_department"), **by_word)
            if act == "hand over":
                db.session.query(Referral).delete()
                row.status = TipStatus.ACCEPTED
                db.session.add(package_of(tip))
            db.session.commit()
        with app.app_context():
            tip.version = db.reading.execute(select(Tip.version).filter_by(id=tip.id)).scalar_one()
        return tip, other

    return made


def package_of(tip):
    """A package that was made of a tip and waits to be handed over."""
    facts = {"id": 1, "tip_id": tip.id, "number": 1, "unit_id": "police", "organ": "market"}
    facts |= {"year": today().year, "serial": 1, "lock": "paper", "sha256": "0" * 64}
    return Referral(**facts, size=1, files=0, made_by="police-head", made_on=today())


@pytest.mark.table
@pytest.mark.parametrize("is_turned", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("act", LATER)
def test_untying_and_handing_over_meet_the_other_acts_alike(two, later, members, act, is_turned):
    wrong = {}
    for beside in AGAINST[act]:
        tip, other = later(act)
        one, other_act = (beside, act) if is_turned else (act, beside)

        first = post(two[0], one, tip, other, members)
        second = post(two[1], other_act, tip, other, members)

        found = (first.status_code, second.status_code)
        if found != (303, second_answer(one, other_act)):
            wrong[beside] = (*found, second.json)
        elif second.status_code == 409 and one not in NOTES and not is_told(second.json, one):
            wrong[beside] = second.json
    assert not wrong, wrong


@pytest.mark.parametrize("act", LATER)
def test_untying_and_handing_over_at_the_very_same_moment(
    two, later, members, kept, both_have_read, act
):
    wrong = {}
    for beside in AGAINST[act]:
        tip, other = later(act)
        before = kept(tip)["steps"]
        both_have_read()
        with ThreadPoolExecutor(2) as pool:
            acts = [partial(post, two[0], act), partial(post, two[1], beside)]
            posted = [pool.submit(post_one, tip, other, members) for post_one in acts]
            found = sorted(one.result().status_code for one in posted)
        orders = [second_answer(act, beside), second_answer(beside, act)]
        if found not in [[303, answer] for answer in orders]:
            wrong[beside] = found
        elif found == [303, 409] and kept(tip)["steps"] != before + 1:
            wrong[beside] = kept(tip)
    assert not wrong, wrong


BULK_ACTIONS = {
    "claim": {"bulk_action": "claim"},
    "assign": {"bulk_action": "assign", "to": "{colleague}"},
    "urgency": {"bulk_action": "urgency", "urgency": "P0"},
    "spam": {"bulk_action": "spam"},
}
CHANGED = "刚刚有人动过。请回队列看一下，再决定。"


def do_many(desk, bulk_action, tip, members):
    colleague = members["police-head"].member_id
    fields = {
        name: value.format(colleague=colleague) for name, value in BULK_ACTIONS[bulk_action].items()
    }
    return desk.submit("/desk/bulk/done", fields | {"tip": f"{tip.reference}.{tip.version}"})


@pytest.mark.table
@pytest.mark.parametrize("bulk_action", BULK_ACTIONS)
def test_a_bulk_action_stops_at_a_tip_that_somebody_has_touched(
    two, ready, members, kept, bulk_action
):
    wrong = {}
    for act in ACTS:
        tip, other = ready(act, bulk_action)
        assert post(two[0], act, tip, other, members).status_code == 303
        before = kept(tip)

        said = do_many(two[1][0], bulk_action, tip, members).text

        is_told = CHANGED in said and kept(tip) == before
        if is_told == (act in BESIDE):
            wrong[act] = is_told
    assert not wrong


@pytest.mark.table
# Of ends the preview alone is the server's: each is asked for by the browser, tip by tip.
@pytest.mark.parametrize("bulk_action", sorted(set(BULK_ACTIONS) - {"spam"}))
def test_who_acts_on_a_tip_after_a_deed_to_many_is_told_of_it(two, ready, members, bulk_action):
    wrong = {}
    for act in ACTS:
        tip, other = ready(act, bulk_action)
        if act == "release":
            continue  # Whoever holds it may give it back only as long as nobody else took it.
        assert CHANGED not in do_many(two[0][0], bulk_action, tip, members).text

        answer = post(two[1], act, tip, other, members)

        if answer.status_code != (303 if act in UNVERSIONED else 409):
            wrong[act] = (answer.status_code, answer.json)
        elif answer.status_code == 409 and not is_told(answer.json, bulk_action):
            wrong[act] = answer.json
    assert not wrong
