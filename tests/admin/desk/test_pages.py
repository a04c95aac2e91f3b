"""The desk's pages, as the server sends them."""

import base64
from datetime import timedelta

import pytest

from admin.db import today
from admin.models import Direction
from admin.sealing.age import open_sealed
from admin.sealing.payload import Label, Tip
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.events import REPORTER
from admin.vault.history import record
from admin.vault.store import add_message
from tests.tip_events import event


def test_the_queue_shows_a_tips_cover_and_no_sealed_byte(desk, tip):
    page = desk.get()

    assert page.status_code == 200
    assert tip.reference in page.text
    assert "三日内" in page.text
    assert "没人领" in page.text
    for sealed in (tip.label, tip.sealed):
        assert base64.b64encode(sealed)[:60].decode() not in page.text


def test_the_labels_of_the_shown_rows_are_sent_apart_and_still_sealed(desk, tip, make_tip, units):
    others, hidden = make_tip("drugs"), make_tip(label=False)
    asked = ",".join([tip.reference, others.reference, hidden.reference, "x", "00000-00000"])

    sent = desk.get("/desk/labels.json", of=asked).json["labels"]

    assert list(sent) == [tip.reference]
    sealed = base64.b64decode(sent[tip.reference])
    assert Label.parse(open_sealed(sealed, [units["police"].identity])).category == "A4"


def test_a_tip_without_a_label_is_called_a_supervisory_tip(desk, make_tip):
    make_tip(label=False, urgency=Urgency.P1)

    assert "专管线索" in desk.get().text


def test_a_queue_shows_only_the_members_own_unit(desk, make_tip):
    other = make_tip("drugs")

    assert other.reference not in desk.get().text


def test_a_queue_tells_danger_withdrawal_and_how_long_a_tip_waits(desk, tip, change):
    change(tip, danger_on=today(), withdrawn_on=today(), received_on=today() - timedelta(days=3))

    page = desk.get().text

    assert "举报人有危险" in page
    assert "请求撤回" in page
    assert "已等 3 天" in page


def words(direction, sealed):
    place = {"number": 1, "direction": direction, "digest": "a" * 64}
    return lambda session, tip: add_message(session, tip, sealed=sealed, **place)


def test_a_queue_tells_that_the_reporter_wrote(desk, tip, change):
    change(tip, words(Direction.REPORTER, b"x"))

    assert "举报人有新话" in desk.get().text


FILTERED = [
    ({"status": "closed"}, False),
    ({"status": "received"}, True),
    ({"urgency": "P2"}, True),
    ({"urgency": "P0"}, False),
    ({"until": "2020-01-01"}, False),
    ({"since": "2020-01-01"}, True),
    ({"lane": "mine"}, False),
]


@pytest.mark.parametrize(("query", "is_shown"), FILTERED)
def test_a_filter_narrows_the_queue(desk, tip, query, is_shown):
    assert (tip.reference in desk.get(**query).text) is is_shown


@pytest.mark.table
@pytest.mark.parametrize(
    "query",
    [
        *({"status": "x"}, {"urgency": "P7"}, {"since": "x"}, {"until": "2026-13-01"}),
        *({"lane": "7"}, {"label": "x"}, {"holder": "-1"}, {"holder": "٣"}, {"channel": "fax"}),
        *({"reference": "AB"}, {"reference": "桥头有人"}, {"holder": str(2**63)}),
    ],
)
def test_a_filter_that_cannot_be_read_narrows_nothing_and_is_named(desk, tip, query):
    page = desk.get(**query)

    assert page.status_code == 200
    assert "有的筛选条件看不懂" in page.text
    assert tip.reference in page.text


def test_a_broken_address_of_a_page_leads_to_the_first_page(desk, tip):
    page = desk.get(after="P1_nonsense")

    assert page.status_code == 200
    assert "已经回到第一页" in page.text
    assert tip.reference in page.text


def test_a_member_without_a_unit_is_led_to_a_page_of_their_own(sign_in, tip):
    admin = sign_in("admin")

    page = admin.get()

    assert page.location == "/desk/admin/"
    assert tip.reference not in admin.get(page.location).text


def test_a_tips_page_shows_cover_and_history_and_no_sealed_byte(desk, tip, change):
    accepted = {"new": TipStatus.ACCEPTED}
    change(tip, lambda s, row: record(s, row, event("in_scope"), by="police-2", **accepted))
    change(tip, lambda s, row: record(s, row, event("answered"), by=REPORTER, **accepted))

    page = desk.show(tip)

    assert page.status_code == 200
    assert "属受理范围，开始办理" in page.text
    assert "回答了问题" in page.text
    assert "举报人" in page.text
    assert base64.b64encode(tip.sealed)[:60].decode() not in page.text


def test_a_reference_may_be_typed_in_small_letters(desk, tip):
    assert desk.get(f"/desk/tips/{tip.reference.lower()}").status_code == 200


def test_the_sealed_bytes_are_sent_as_they_are_stored(desk, tip, change, units):
    change(tip, words(Direction.STAFF, b"words"))

    sent = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json

    opened = open_sealed(base64.b64decode(sent["sealed"]), [units["police"].identity])
    assert Tip.parse(opened).fields["place"] == "甲村桥头"
    assert sent["messages"] == [
        {
            "number": 1,
            "direction": "staff",
            "day": today().isoformat(),
            "digest": "a" * 64,
            "sealed": base64.b64encode(b"words").decode(),
        }
    ]


def test_a_purged_tip_says_so_and_offers_no_act(desk, tip, change):
    change(tip, status=TipStatus.PURGED, is_open=False, sealed=None, label=None)

    page = desk.show(tip)

    assert "内容已按规定删除" in page.text
    assert "data-act" not in page.text
    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["sealed"] is None


@pytest.mark.parametrize("path", ["", "/sealed.json"])
def test_another_units_tip_reads_like_one_that_never_was(sign_in, tip, path):
    drugs = sign_in("drugs-1")

    other = drugs.get(f"/desk/tips/{tip.reference}{path}")
    unknown = drugs.get(f"/desk/tips/00000-00000{path}")

    assert other.status_code == unknown.status_code == 404
    assert other.text == unknown.text


def test_no_page_of_the_desk_holds_inline_script_or_style(desk, tip):
    for page in (desk.get(), desk.show(tip)):
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert "trusted-types dengshao" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store, no-transform"


def test_a_title_says_nothing_about_a_tip(desk, tip):
    assert "<title>一条线索</title>" in desk.show(tip).text
