"""Each code that the audit log may hold is said in plain words on the auditor's page."""

import re
from itertools import product

import pytest

from admin.access.permissions import Act
from admin.app_state import app_state
from admin.auditor.views import Sayings
from admin.config import ROOT
from admin.desk.tip.opening import Why
from admin.members import countersign
from admin.tip.channels import CHANNELS
from admin.tip.events import EVENT_WORDS, REFERRALS, Event, EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.unit_keys.services import REPORTS

OTHER = "7QX2M-00ABC"
HOLDING = (
    *(EventKind.HOLD_ASKED, EventKind.HOLD_SET, EventKind.HOLD_RENEWED),
    *(EventKind.RELEASE_ASKED, EventKind.HOLD_RELEASED, EventKind.HOLD_REFUSED),
)
# What each kind of event carries, where it carries anything.
CARRIED = {
    EventKind.REGRADED: [{"urgency": level} for level in Urgency],
    EventKind.EXTENDED: ["extension"],
    EventKind.DECIDED: ["outcomes"],
    EventKind.LABELLED: ["labels"],
    EventKind.UNLABELLED: ["labels"],
    EventKind.TRANSFERRED: ["on"],
    EventKind.HANDED_BACK: ["back"],
    **{kind: ["holds"] for kind in HOLDING},
    **{kind: ["organs"] for kind in REFERRALS},
    **{kind: [{"other": OTHER}] for kind in EventKind if "%(other)s" in EVENT_WORDS[kind].word},
}
# Told of in the log by a line of another act, or by none: nobody but the system does them.
NOT_AUDITED = {EventKind.LABELLED, EventKind.UNLABELLED, EventKind.OVERDUE}


@pytest.fixture
def said(app):
    """Say a line's detail as the page says it."""
    with app.test_request_context():
        yield Sayings().detail


def events(kind):
    """Make every event of a kind that can happen in this district."""
    district = app_state().district
    ids = {
        "extension": [row.id for row in district.clocks.extension.reasons],
        "outcomes": list(district.outcomes),
        "labels": list(district.labels),
        "holds": list(district.holds.reasons),
    }
    units = {"on": district.transfers.on, "back": district.transfers.back}
    for carried in CARRIED.get(kind, [{}]):
        if carried == "organs":
            for reason, organ in product(whys_of(kind), district.referrals.organs):
                yield Event(kind, reason, unit=organ)
        elif isinstance(carried, dict):
            yield Event(kind, **carried)
        elif carried in units:
            for reason, unit in product(units[carried], district.units):
                yield Event(kind, reason, unit=unit)
        else:
            yield from (Event(kind, reason=id) for id in ids[carried])


def whys_of(kind):
    """Of a referral's event, what it carries beside the organ."""
    district = app_state().district
    return {
        EventKind.REFERRAL_MADE: ["to_department", "to_supervision", "to_other_police"],
        EventKind.REFERRAL_SENT: ["to_department", "to_supervision", "to_other_police"],
        EventKind.REFERRAL_BACK: list(district.referrals.back),
        EventKind.REFERRAL_RESULT: list(district.referrals.results),
    }.get(kind, [""])


def raw(text):
    """Find what is left of a code: letters of ours that no word of the page has."""
    return re.findall(r"[a-z_=+]{2,}|[a-z]_", text.replace(OTHER, ""))


@pytest.mark.table
@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind not in NOT_AUDITED])
def test_every_event_in_every_status_is_said_in_words(said, kind):
    """Audit shows raw `joined_…`, `merged_…`: staff.md, minors."""
    lines = [f"{one.code} {new}" for one in events(kind) for new in TipStatus]

    assert lines
    assert [line for line in lines if raw(said(line))] == []


def test_a_tip_that_joined_another_is_named_with_what_happened(said):
    assert said(f"merged_{OTHER} closed") == f"并入 {OTHER}（同一件事），现为已办结"
    assert said(f"joined_{OTHER} accepted") == f"{OTHER} 并入了这一条，现为已受理"


def details():
    """Collect the other details that our code writes: where each comes from stands beside it."""
    found = [
        *(why.value for why in Why),
        *(f"{act} {method}" for act in Act for method in ("GET", "POST")),
        *(f"{kind} {why}" for kind in countersign.Kind for why in countersign.WHY),
        *(channel.value for channel in CHANNELS),
        *REPORTS,
        *(
            "unwritten=3",
            "left=7",
            "member=张三",
            "opening=20261202-0a1b2c3d hours=3 lines=2 sum=0a1b2c3d",
            "to 张三",
            "touch",
            "touch unwritten=3",
            "command_line 张三",
            "unknown",
        ),
        *("passkey", "totp", "code", "one", "others", "ok 12", "faults 12", "link"),
    ]
    return [pytest.param(detail, id=detail) for detail in found]


@pytest.mark.table
@pytest.mark.parametrize("detail", details())
def test_every_other_detail_is_said_in_words(said, detail):
    assert raw(said(detail)) == []


def test_a_label_is_named_with_what_was_done_with_it(said, app):
    with app.app_context():
        label = next(iter(app_state().district.labels.values()))

    assert said(f"+{label.id}") == f"加标记：{label.zh}"
    assert said(f"-{label.id}") == f"去掉标记：{label.zh}"


def test_the_details_that_this_file_lists_are_all_that_is_written():
    """A new constant in a call of the log must come to this file, or the page shows it raw."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "admin").rglob("*.py"))
    constants = set(re.findall(r'detail="([a-z_]+)"', sources))
    holes = set(re.findall(r'detail = f"([a-z_]+)=|detail=f"([a-z_]+)[= ]', sources))

    listed = {param.values[0].split("=")[0].split(" ")[0] for param in details()}
    assert constants <= listed
    assert {name for pair in holes for name in pair if name} - listed <= {"unwritten"}
