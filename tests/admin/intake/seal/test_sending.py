"""A tip leaves the browser sealed: nothing readable goes, nothing stays, whatever page it was."""

import json

import pytest
from playwright.sync_api import expect

from admin.models import Tip
from admin.sealing import age, payload, receipt

from .writer import CONTACT, PLACE, SEALED, WORDS, lose_the_question, readable

pytestmark = pytest.mark.browser


def test_a_tip_leaves_the_browser_sealed_and_its_unit_reads_it(writer, stored, units, tip_of):
    writer.open()
    writer.fill()
    writer.page.fill("#who", "绰号铁算盘的跛脚人")
    writer.choose("when", "ongoing")
    writer.choose("official", "no")
    writer.choose("exclude", "market")
    writer.page.click("#contact-block summary")
    writer.page.fill("#contact", CONTACT)

    writer.send()
    digits = writer.receipt

    [tip] = stored()
    assert tip_of(digits) == tip.row.id
    assert (tip.unit, tip.urgency) == ("police", "P2")
    assert tip.words.fields == {
        "category": "A4",
        "what": WORDS,
        "township": "unclear",
        "place": PLACE,
        "when": "ongoing",
        "who": "绰号铁算盘的跛脚人",
        "minor": "unclear",
        "official": "no",
        "exclude": ["market"],
    }
    inner = age.open_sealed(tip.words.contact, [units["supervision"].identity])
    plain = age.open_sealed(inner, [units["upper"].identity])
    assert plain.decode().rstrip() == CONTACT
    assert [path for path, _body in writer.posted] == ["/tip/challenge", SEALED]
    keys = receipt.derive(receipt.check(digits), tip_site(writer))
    secrets = [WORDS, PLACE, CONTACT, "绰号铁算盘的跛脚人", digits, receipt.check(digits)]
    secrets += [keys.talk.hex(), keys.seed.hex(), receipt.grouped(digits)]
    assert readable(writer.posted, secrets) == []
    assert set(json.loads(writer.posts(SEALED)[0])) == {
        "lookup",
        "reference",
        "unit",
        "key",
        "urgency",
        "label",
        "mark",
        "sealed",
        "proof",
        "website",
    }
    assert writer.complaints == []


def tip_site(writer):
    return writer.page.request.get(f"{writer.address}/tip/routes.json").json()["site"]


def test_where_an_official_is_involved_even_the_kind_of_matter_stays_inside(writer, stored):
    writer.open()
    writer.fill(category="A10")
    writer.choose("when", "now")
    writer.choose("official", "yes")
    writer.choose("exclude", "discipline")

    writer.send()
    assert writer.receipt

    [tip] = stored()
    # A label as long as any other's, in which nothing stands.
    assert (tip.unit, tip.urgency, tip.label) == ("upper", "P1", payload.NO_LABEL)
    assert tip.words.fields["exclude"] == ["discipline"]
    assert readable(writer.posted, ["discipline", "exclude", "category", "official"]) == []
    # Three characters are in base64 by chance.
    assert [body for _path, body in writer.posted if '"A10"' in body] == []


def test_nothing_is_kept_in_the_browser(writer):
    writer.write()
    writer.copy()

    kept = writer.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    assert writer.page.evaluate("indexedDB.databases()") == []
    assert writer.page.url == f"{writer.address}/tip/"


def test_two_presses_at_once_are_one_tip(writer, count):
    writer.open()
    writer.fill()
    writer.page.dblclick("#last [type=submit]")

    assert writer.receipt
    assert (len(writer.posts(SEALED)), count(Tip)) == (1, 1)


def test_a_filled_trap_loses_no_word_and_its_lane_is_told(writer, stored):
    writer.open()
    writer.fill()
    writer.page.evaluate("document.getElementById('website').value = 'http://spam.example'")

    writer.send()
    writer.sees("现在发来的太多，您这一条先放在一边。")

    [tip] = stored()
    assert tip.row.machine_unit == "police"
    assert tip.words.fields["what"] == WORDS


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_practice_seals_and_shows_all_and_posts_nothing(writer, count, prefix):
    writer.open(f"{prefix}/tip/practice/")
    writer.fill()
    writer.send()
    assert receipt.check(writer.copy())

    expect(writer.page.locator("#receipt")).to_have_count(0)
    assert (writer.posted, count(Tip)) == ([], 0)
    assert writer.complaints == []


def test_the_english_form_seals_too(writer, stored):
    writer.open("/en/tip/")
    writer.fill()
    writer.send()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS
    assert writer.posts("/en/tip/sent") == []


def test_the_minors_page_says_du_after_sending_too(writer, stored):
    writer.open("/tip/?page=young")
    writer.fill()
    writer.send()

    assert writer.receipt
    assert "您" not in writer.page.inner_text("#main")
    writer.sees("这是你的查询码")
    assert "page" not in stored()[0].words.fields


def test_with_one_question_a_screen_the_tip_is_sealed_as_well(writer, stored):
    writer.open()
    writer.fill()
    writer.page.click("#step-offer button")
    writer.page.wait_for_selector("#step-bar")
    while writer.page.locator("[data-act=next]").is_visible():
        writer.page.click("[data-act=next]")
    writer.send()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS


def test_with_one_question_a_screen_a_broken_line_leads_to_no_question(writer, count):
    writer.page.route(f"**{SEALED}", lose_the_question, times=1)
    writer.open()
    writer.fill()
    writer.page.click("#step-offer button")
    writer.page.wait_for_selector("#step-bar")
    while writer.page.locator("[data-act=next]").is_visible():
        writer.page.click("[data-act=next]")

    writer.send()
    writer.sees("网络断了，字都在")
    writer.send()

    assert writer.receipt
    assert count(Tip) == 1
