"""The minors' page: help first, 你 throughout, and no place to leave a way to be found."""

import pytest

from admin.app_state import app_state

from .conftest import LEAST, FormReader, Reporter

YOUNG = "/tip/?page=young"


@pytest.fixture
def minor(client, units):
    """A child who came by the link of the minors' help page."""
    return Reporter(client)


def test_help_comes_before_the_form_and_the_form_asks_for_no_contact(minor):
    page = minor.open_form(YOUNG).text

    main = page[page.index("<main") :]
    marks = ["tel:110", "不是你的错", "告诉一个信得过的大人", "tel:12356", "/help/minors/"]
    places = [main.index(mark) for mark in [*marks, '<form id="form"']]
    assert places == sorted(places)
    assert 'name="contact"' not in page
    assert "/report/other-channels/" not in main


def test_the_child_protection_line_is_printed_once_somebody_confirmed_it(app, minor):
    assert "12355" not in minor.open_form(YOUNG).text

    with app.app_context():
        lines = app_state().district.hotlines
        line = next(line for line in lines if line["id"] == "local-children")
        line.update(number="0571-12355", mark="B")
        app.extensions.pop("dengshao.pages")

    assert "tel:0571-12355" in minor.open_form(YOUNG).text


def test_no_page_of_a_minors_way_says_您(minor):
    first = minor.open_form(YOUNG)
    wrong = minor.send(422, place="", what="没写完")
    minor.form = wrong.read.values
    sent = minor.send(**LEAST)
    copied = minor.client.post("/tip/copied", data={**sent.read.values, "group": "1"})
    right = minor.client.post(
        "/tip/copied", data={**sent.read.values, "group": sent.read.groups[sent.asked - 1]}
    )
    pages = [first, wrong.response, sent.response, copied, right]

    assert [page.status_code for page in pages] == [200, 422, 200, 422, 200]
    assert [page.text.count("您") for page in pages] == [0] * 5
    assert all("你" in page.text for page in pages)


def test_what_a_minor_typed_is_never_changed(minor, stored):
    minor.open_form(YOUNG)
    typed = {"what": "他说“您走着瞧”", "place": "您好超市", "who": "<您>"}

    wrong = minor.send(422, **typed, township="mars")
    minor.form = wrong.read.values
    minor.send(township="shili")

    fields = stored()[0].words.fields
    assert {name: fields[name] for name in typed} == typed
    assert "page" not in fields


def test_a_contact_that_was_sent_all_the_same_is_shown_where_it_is_at_fault(minor):
    minor.open_form(YOUNG)

    page = minor.send(422, **LEAST, contact="一" * 201)

    assert [link for link, _words in page.errors] == ["contact"]
    assert 'id="contact"' in page.text


def test_a_minor_is_never_told_to_keep_it_from_everybody(minor):
    page = minor.open_form(YOUNG)
    sent = minor.send(**LEAST)

    for text in (page.text, sent.text):
        assert "可以告诉信得过的大人" in text
        assert "别跟人说" not in text


def test_minors_can_practise_and_come_back_to_their_own_page(minor):
    assert 'href="/tip/practice/?page=young"' in minor.open_form(YOUNG).text

    page = minor.open_form("/tip/practice/?page=young").text
    sent = minor.client.post("/tip/practice/sent", data={**minor.form, **LEAST}).text

    assert 'name="contact"' not in page
    for text in (page, sent):
        assert "您" not in text
        assert 'href="/tip/?page=young"' in text


def test_other_readers_keep_您_whatever_stands_in_the_address(client, units):
    for address in ("/tip/", "/tip/?page=old", "/tip/?page=", YOUNG, "/tip/"):
        page = client.get(address).text
        assert ("您" in page) == (address != YOUNG), address


def test_the_english_page_has_help_first_and_no_contact_too(client, units):
    page = client.get(f"/en{YOUNG}").text

    assert page.index('id="help-first"') < page.index('<form id="form"')
    assert 'name="contact"' not in page
    assert FormReader(page).values["page"] == "young"
