"""What the contract of a tip says, written down a second time by hand: nothing changes alone."""

import json
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from admin.tip.channels import CHANNELS, TAKEN_DOWN, Channel
from admin.tip.contract import module, tables
from admin.tip.events import EVENT_WORDS, Event, EventKind, Level
from admin.tip.fields import FIELDS, NAMES, Field, Kind
from admin.tip.media import BRANDS, EBML, RIFFS, STARTS, ZIP_START
from admin.tip.problems import STATUSES as ANSWERS
from admin.tip.problems import Problem
from admin.tip.status import OPEN_STATUSES, STATUSES, TipStatus, may_move
from admin.tip.urgency import GRADES, Urgency

# Every problem and the status that tells it.
PROBLEMS = {
    "unit_closed": 409,
    "reference_taken": 409,
    "other_words": 409,
    "files": 409,
    "challenge": 400,
    "ticket": 410,
    "part": 400,
    "too_big": 413,
    "full": 507,
    "away": 507,
    "busy": 503,
    "unknown": 404,
    "no_room": 507,
    "token": 400,
    "unit_open": 409,
    "number_taken": 409,
    "purged": 410,
    "talk_full": 409,
    "full_today": 409,
    "share_used": 409,
    "marked": 409,
}


def test_each_problem_is_told_by_its_word_and_its_status():
    assert {str(problem): ANSWERS[problem] for problem in Problem} == PROBLEMS
    assert len(ANSWERS) == len(PROBLEMS)


# From where a decision leads, and where to.
MOVES = {
    "received": "accepted out_of_scope closed",
    "question": "accepted out_of_scope closed",
    "accepted": "out_of_scope closed",
    "referred": "accepted closed",
    "out_of_scope": "accepted",
    "closed": "accepted",
    "purged": "",
}
OPEN = {"received", "question", "accepted", "referred"}


@pytest.mark.parametrize("old", TipStatus)
def test_a_decision_leads_where_the_table_says_and_nowhere_else(old):
    assert {str(new) for new in TipStatus if may_move(old, new)} == set(MOVES[old].split())


def test_every_status_stands_in_the_table_and_is_open_or_not():
    assert [str(status) for status in STATUSES] == list(MOVES) == [str(one) for one in TipStatus]
    assert {str(status) for status in OPEN_STATUSES} == OPEN
    assert {str(status) for status, told in STATUSES.items() if told.is_open} == OPEN


def test_the_statuses_that_a_decision_leads_to_have_a_word_for_it():
    reached = {new for moves in MOVES.values() for new in moves.split()}

    assert {str(status): told.act for status, told in STATUSES.items() if told.act} == {
        "accepted": "受理",
        "referred": "转办",
        "out_of_scope": "不归这里办",
        "closed": "办结",
    }
    # 转办 is reached when a package has left, and by no decision; outcomes.yml names it still.
    assert {str(status) for status, told in STATUSES.items() if told.act} == reached | {"referred"}


def test_the_channels_are_the_form_and_what_staff_take_down():
    assert [str(channel) for channel in Channel] == ["form", "phone", "letter", "visit"]
    assert CHANNELS == {"form": "网上", "phone": "来电", "letter": "来信", "visit": "来访"}
    assert TAKEN_DOWN == ("phone", "letter", "visit")


def test_each_urgency_has_its_word_and_its_shape():
    told = {str(urgency): (grade.word, grade.shape) for urgency, grade in GRADES.items()}

    assert told == {
        "P0": ("危急", "▲"),
        "P1": ("当日", "◆"),
        "P2": ("三日内", "●"),
        "P3": ("一般", "○"),
    }
    assert [*told] == [str(urgency) for urgency in sorted(Urgency)]


# Each kind of event, its code, and whether staff do it without opening the tip.
BY_COVER = {
    "claimed",
    "released",
    "assigned",
    "urgency",
    "linked",
    "unlinked",
    "joined",
    "parted",
} | {
    *("labelled", "unlabelled", "hold_asked", "hold_set", "hold_renewed", "release_asked"),
    *("hold_released", "hold_refused", "referral_slip", "referral_chased", "referral_back"),
    *("referral_result", "referral_unanswered"),
}
KINDS = {
    "DECIDED": "decided",
    "CLAIMED": "claimed",
    "RELEASED": "released",
    "ASSIGNED": "assigned",
    "RUN_OUT": "claim_run_out",
    "FIRST_READ": "first_read",
    "ASKED": "asked",
    "ANSWERED": "answered",
    "REGRADED": "urgency",
    "MOVED": "moved",
    "TRANSFERRED": "transferred",
    "TAKEN_OVER": "taken_over",
    "HANDED_BACK": "handed_back",
    "FETCHED_BACK": "fetched_back",
    "EXTENDED": "extend",
    "OVERDUE": "overdue",
    "LINKED": "linked",
    "UNLINKED": "unlinked",
    "MERGED": "merged",
    "JOINED": "joined",
    "PARTED": "parted",
    "LABELLED": "labelled",
    "UNLABELLED": "unlabelled",
    "NOTED": "noted",
    "GRADED": "graded",
    "FILE_COPIED": "file_copied",
    "FILE_TAKEN": "file_taken",
    "MORE_WORDS": "more_words",
    "DANGER": "danger",
    "WITHDRAWN": "asked_to_withdraw",
    "EXPIRED": "expired",
    "HOLD_ASKED": "hold_asked",
    "HOLD_SET": "hold_set",
    "HOLD_RENEWED": "hold_renewed",
    "RELEASE_ASKED": "release_asked",
    "HOLD_RELEASED": "hold_released",
    "HOLD_REFUSED": "hold_refused",
    "CASE_PRINTED": "case_printed",
    "CASE_EXPORTED": "case_exported",
    "REWARD_ASKED": "reward_asked",
    "REWARD_GIVEN": "reward_given",
    "REWARD_REFUSED": "reward_refused",
    "REFERRAL_MADE": "referral_made",
    "REFERRAL_SENT": "referral_sent",
    "REFERRAL_DROPPED": "referral_dropped",
    "REFERRAL_SLIP": "referral_slip",
    "REFERRAL_CHASED": "referral_chased",
    "REFERRAL_BACK": "referral_back",
    "REFERRAL_RESULT": "referral_result",
    "REFERRAL_UNANSWERED": "referral_unanswered",
}


def test_each_kind_of_event_has_its_code_and_is_told():
    assert {kind.name: str(kind) for kind in EventKind} == KINDS
    assert [str(kind) for kind in EVENT_WORDS] == [*KINDS.values()]
    assert {str(kind) for kind, told in EVENT_WORDS.items() if told.is_by_cover} == BY_COVER
    assert [str(level) for level in Level] == ["holder", "reviewer", "supervisor"]


CARRIED = {
    "reason": ("court", "extend_court"),
    "urgency": (Urgency.P1, "extend_P1"),
    "other": ("ABCDE-12345", "extend_ABCDE-12345"),
    "rule": ("accept", "extend_accept"),
    "level": (Level.REVIEWER, "extend_reviewer"),
    "unit": ("drugs", "extend_drugs"),
}


@pytest.mark.parametrize("name", [one.name for one in fields(Event) if one.name != "kind"])
def test_each_thing_that_an_event_carries_is_in_its_code(name):
    value, code = CARRIED[name]

    assert Event(EventKind.EXTENDED, **{name: value}).code == code


def test_an_events_code_joins_all_that_it_carries_in_order():
    whole = Event(EventKind.OVERDUE, "r", Urgency.P2, "o", "accept", Level.HOLDER)

    assert whole.code == "overdue_r_P2_o_accept_holder"
    assert Event(EventKind.CLAIMED).code == "claimed"
    assert replace(whole, kind=EventKind.DECIDED).code == "r"


# Each question: how it is answered, how long, whether it may be left open, what is chosen at first,
# and whether it stands behind 再多说几句.
QUESTIONS = """
what     text   2000 must
township select 0    may  unclear
place    line   200  must
official radio  0    may  unclear
category select 0    may  unclear further
when     radio  0    may  unclear further
minor    radio  0    may  unclear further
exclude  checks 0    may  open    further
who      text   500  may  open    further
objects  text   500  may  open    further
harm     text   500  may  open    further
basis    radio  0    may  open    further
fear     text   500  may  open    further
answer   radio  0    may  open    further
"""
ROWS = [line.split() for line in QUESTIONS.strip().splitlines()]


@pytest.mark.parametrize(("field", "row"), [*zip(FIELDS, ROWS, strict=True)])
def test_each_question_is_asked_as_the_table_says(field, row):
    name, kind, most, must, *first = row

    assert (field.name, str(field.kind), field.most) == (name, kind, int(most))
    assert bool(field.missing) is (must == "must")
    assert field.is_unclear is ("unclear" in first)
    assert field.is_further is ("further" in first)
    assert field.has_options is (kind in ("select", "radio", "checks"))
    assert bool(field.too_long) is (int(most) > 0)
    assert str(int(most) or "") in field.too_long


def test_no_question_is_named_twice_and_none_beside_the_table():
    assert [field.name for field in FIELDS] == [row[0] for row in ROWS]
    assert {row[0] for row in ROWS} == NAMES


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_the_reporter_is_asked_and_what_the_desk_calls_it_are_not_mixed_up(field):
    """The form asks; the desk names. A hint for staff speaks of somebody else."""
    assert field.question.endswith("？")
    assert not field.word.endswith("？")
    assert field.word


@pytest.mark.parametrize(
    ("hint", "staff_hint", "told"), [("a", None, "a"), ("a", "b", "b"), ("a", "", "")]
)
def test_staff_read_their_own_hint_where_there_is_one_even_an_empty_one(hint, staff_hint, told):
    field = Field("n", Kind.LINE, "q", "w", hint, staff_hint)

    assert field.hint_for_staff == told


def test_what_is_declared_once_cannot_be_changed_while_it_runs():
    for declared, name in (
        (FIELDS[0], "name"),
        (Event(EventKind.CLAIMED), "reason"),
        (EVENT_WORDS[EventKind.CLAIMED], "word"),
        (STATUSES[TipStatus.RECEIVED], "staff"),
        (GRADES[Urgency.P0], "word"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(declared, name, "x")


def test_the_browser_is_given_every_field_by_the_way_it_is_answered():
    given = tables()

    assert given["FIELDS"] == [row[0] for row in ROWS]
    assert given["LISTS"] == [row[0] for row in ROWS if row[1] == "checks"] == ["exclude"]
    assert given["LONG"] == [row[0] for row in ROWS if row[1] == "text"]


def test_the_browsers_module_says_each_constant_once():
    lines = module().splitlines()

    assert lines[0].startswith("// Made of admin/tip/")
    assert [line.split()[2] for line in lines[2:]] == [*tables()]
    assert 'export const LISTS = ["exclude"];' in lines
    words = " ".join(row[0] for row in ROWS)
    assert f'export const FIELDS = /* @__PURE__ */ "{words}".split(" ");' in lines


PURE, SPLIT = "/* @__PURE__ */ ", '.split(" ")'


def value_of(written):
    """Read a constant of the browser's module."""
    if not written.startswith(PURE):
        return json.loads(written)
    text = json.loads(written.removeprefix(PURE).removesuffix(SPLIT))
    return text.split(" ")


def test_each_constant_of_the_browsers_module_is_what_the_contract_says():
    lines = [line.removeprefix("export const ").removesuffix(";") for line in module().split("\n")]
    constants = dict(line.split(" = ", 1) for line in lines[2:-1])

    said = {name: value_of(written) for name, written in constants.items()}

    assert said == json.loads(json.dumps(tables()))
    # A list of plain words is shorter so; one of other texts would be torn apart.
    assert {name for name, text in constants.items() if text.startswith(PURE)} == {"FIELDS", "LONG"}


def test_bytes_are_given_to_the_browser_one_character_each():
    given = tables()

    assert given["EBML"].encode("latin-1") == EBML
    assert [(text.encode("latin-1"), kind) for text, kind in given["STARTS"]] == [*STARTS]
    assert {text.encode("latin-1"): kind for text, kind in given["RIFFS"].items()} == RIFFS
    assert {text.encode("latin-1"): kind for text, kind in given["BRANDS"].items()} == BRANDS
    assert given["ZIP_START"].encode("latin-1") == ZIP_START
