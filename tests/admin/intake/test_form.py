"""The form as it is shown: the choices before it, its fields, and what is not offered."""

import re

import pytest
from sqlalchemy import delete

from admin.db import db
from admin.models import UnitKey
from admin.sealing.age import HybridIdentity
from admin.tip.fields import FIELDS

from .conftest import LEAST


def test_the_choices_stand_before_the_form_in_the_order_of_their_urgency(reporter):
    page = reporter.open_form().text

    marks = [
        "tel:110",
        "/help/",
        "/report/other-channels/",
        "/tip/?official=yes",
        "别用单位、学校的网，别用别人的手机，别在微信里写",
        '<form id="form"',
    ]

    places = [page.index(mark, page.index("<main")) for mark in marks]
    assert places == sorted(places)


def test_every_field_of_the_contract_is_on_the_form_and_no_other(reporter):
    page = reporter.open_form().text

    form = re.search(r'<form id="form".*?</form>', page, re.DOTALL)[0]
    assert set(re.findall(r' name="(\w+)"', form)) == {
        *(field.name for field in FIELDS),
        *("contact", "token", "page", "website", "files"),
    }


def test_only_what_and_place_are_marked_as_required(reporter):
    page = reporter.open_form().text

    required = re.findall(r'name="(\w+)"[^>]* required', page)
    required += re.findall(r'required[^>]* name="(\w+)"', page)
    assert set(required) == {"what", "place"}


def test_three_questions_stand_open_with_that_of_officials_and_all_else_is_folded_up(reporter):
    page = reporter.open_form().text

    marks = [
        'id="what"',
        'id="where"',
        'id="files"',
        'id="official"',
        '<details class="fold" id="further">',
    ]
    further = [f'id="{field.name}"' for field in FIELDS if field.is_further]

    places = [page.index(mark) for mark in [*marks, *further, 'id="last"']]
    assert places == sorted(places)


@pytest.mark.parametrize("answers", [{"who": "字" * 501}, {"place": "", "harm": "门被泼漆"}])
def test_the_folded_part_is_open_where_something_stands_in_it(reporter, answers):
    reporter.open_form()

    assert 'id="further" open>' in reporter.send(422, **{**LEAST, **answers}).text


def test_a_form_that_comes_back_with_the_least_alone_stays_folded_and_tells_its_kind(reporter):
    reporter.open_form()

    page = reporter.send(422, **{**LEAST, "place": ""}).text

    assert 'id="further">' in page
    assert "按「霸占沙石、矿山、山林、土地、鱼塘」送出。" in page


@pytest.mark.parametrize("category", ["", None])
def test_a_kind_that_nobody_confirmed_is_not_known(reporter, stored, category):
    """Pages of before this kind was asked of nobody still post an empty one."""
    reporter.open_form()
    reporter.form.pop("category")

    reporter.send(**{**LEAST, "category": category})

    [tip] = stored()
    assert (tip.unit, tip.label.category) == ("police", "unclear")
    assert tip.words.fields.get("category", "unclear") == "unclear"


def test_where_nobody_chose_stands_that_nobody_knows_even_if_no_unit_takes_it(app, reporter):
    with app.app_context():
        db.session.execute(delete(UnitKey).where(UnitKey.unit_id == "police"))
        db.session.commit()

    reporter.open_form()

    assert reporter.form["category"] == "unclear"
    page = reporter.send(422, **{**LEAST, "category": "unclear"}).text
    assert 'id="no-unit"' in page
    assert 'id="further" open>' in page


def test_a_link_can_choose_the_category_and_the_sealed_way(reporter):
    reporter.open_form("/tip/?category=A4&official=yes")

    assert (reporter.form["category"], reporter.form["official"]) == ("A4", "yes")


def test_an_unknown_choice_in_a_link_is_left_out_and_not_repeated(reporter):
    page = reporter.open_form("/tip/?category=%3Cscript%3E&official=perhaps")

    assert "perhaps" not in page.text
    assert "<script>" not in page.text
    assert reporter.form["official"] == "unclear"


def test_two_showings_differ_in_their_token_alone(reporter):
    first, second = reporter.open_form().text, reporter.open_form().text

    token = r'(?:value|data-draft)="[\w.=+/ -]{60,}"'
    assert re.sub(token, "", first) == re.sub(token, "", second)
    assert re.search(token, first)[0] != re.search(token, second)[0]


def test_the_form_sets_no_cookie_and_is_not_kept_by_the_browser(reporter):
    page = reporter.open_form()

    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store, no-transform"


def test_the_title_says_nothing_about_tips(reporter):
    title = re.search(r"<title>(.*?)</title>", reporter.open_form().text)[1]

    assert not set(title) & set("举报线索毒黑")


def test_a_category_whose_unit_has_no_confirmed_key_is_not_offered(app, reporter):
    with app.app_context():
        db.session.execute(delete(UnitKey).where(UnitKey.unit_id == "drugs"))
        db.session.commit()

    page = reporter.open_form().text

    assert 'value="A4"' in page
    assert 'value="B1"' not in page
    assert "这些事现在没有单位能看" in page


@pytest.mark.parametrize("changed", ["recipient", "recovery"])
def test_a_key_that_nobody_confirmed_opens_no_unit(app, client, units, config, changed):
    """The fingerprint beside it in its row is the confirmed one: who changed the row left it."""
    with app.app_context():
        for row in db.session.query(UnitKey):
            setattr(row, changed, str(HybridIdentity.generate().recipient))
        db.session.commit()

    page = client.get("/tip/").text

    assert "<form" not in page
    assert "先不收" in page


def test_without_any_open_unit_the_page_says_where_to_turn(client):
    page = client.get("/tip/").text

    assert "<form" not in page
    for number in ("110", "12388", "12389", "12345"):
        assert f"tel:{number}" in page


@pytest.mark.parametrize("address", ["/tip/sent", "/tip/copied", "/en/tip/sent"])
def test_who_opens_a_result_by_its_address_is_sent_to_the_form(client, address):
    page = client.get(address)

    assert page.status_code == 302
    assert page.location.endswith("/tip/")


def test_on_the_sealed_way_every_category_is_offered_though_its_own_unit_is_closed(app, reporter):
    with app.app_context():
        db.session.execute(delete(UnitKey).where(UnitKey.unit_id.in_(["drugs", "police"])))
        db.session.commit()

    page = reporter.open_form("/tip/?official=yes").text

    assert 'value="B1"' in page
    assert "这些事现在没有单位能看" not in page
