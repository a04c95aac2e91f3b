"""A form that was sent is read by its fields; the form of WTForms judges all the rest alike."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from admin.app_state import app_state
from admin.intake.forms import CONTACT_MAX
from admin.intake.pages import new_form
from admin.intake.sent_form import SentForm
from admin.tip.fields import FIELDS, NAMES, Kind

WORDS = {"what": "有人收钱", "place": "村口桥头", "category": "A1"}


@pytest.fixture(autouse=True)
def page(app):
    with app.test_request_context("/tip/sent", method="POST"):
        yield


def posted(**answers):
    sent = MultiDict({"token": app_state().tokens.new()})
    for name, values in (WORDS | answers).items():
        sent.setlist(name, values if isinstance(values, list) else [values])
    return sent


def judged(sent):
    """What the form of WTForms makes of it: its answers, or None."""
    form = new_form(sent)
    return form.answers() if form.validate() else None


def offered(field):
    return list(app_state().district.options(field.name))


def values_of(field):
    """Right and wrong answers of one field: none, one, several; too long, blank, foreign."""
    if field.has_options:
        one = st.sampled_from(
            [*offered(field), "", " ", "unclear", "nobody's", offered(field)[0] + " "]
        )
    else:
        edge = st.sampled_from([field.most - 1, field.most, field.most + 1])
        ends = st.sampled_from(["", "\r\n", "\r", " "])
        one = st.one_of(
            st.text(max_size=5),
            st.builds(lambda size, end: ("字" * (size - 1) + end).ljust(size, "字"), edge, ends),
        )
    return st.lists(one, max_size=3)


def forms():
    return st.fixed_dictionaries(
        {"contact": st.lists(st.text(max_size=3), max_size=2)},
        optional={field.name: values_of(field) for field in FIELDS},
    )


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_what_is_read_is_what_the_form_would_have_read(data):
    sent = posted(**data.draw(forms()))
    form = SentForm(sent, ())

    assert (form.answers if form.is_right() else None) == judged(sent)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_field_is_read_and_by_no_form(name, monkeypatch):
    monkeypatch.setattr("admin.intake.sent_form.new_form", None)
    field = next(one for one in FIELDS if one.name == name)
    first = offered(field)[0] if field.has_options else "字" * field.most
    answer = [first] if field.kind is Kind.CHECKS else first

    form = SentForm(posted(**{name: answer}), ())

    assert form.is_right()
    assert form.answers == WORDS | {name: answer}


WRONG = {
    "a field too long": lambda: posted(what="字" * 2001),
    "no such option": lambda: posted(township="nowhere"),
    "one office of two that is none": lambda: posted(exclude=["police", "nobody"]),
    "nothing said": lambda: posted(what=" \r\n "),
    "a contact too long": lambda: posted(contact="1" * (CONTACT_MAX + 1)),
    "no token": lambda: MultiDict(WORDS),
    "a token that nobody signed": lambda: MultiDict(WORDS | {"token": "x.y.z"}),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_on_the_page(make):
    form = SentForm(make(), ())

    assert not form.is_right()
    assert form.page.errors


def test_a_contact_is_as_long_as_may_be_without_the_blanks_around_it():
    form = SentForm(posted(contact=f"  {'1' * CONTACT_MAX}  "), ())

    assert form.is_right()
    assert form.contact == "1" * CONTACT_MAX


def test_a_form_that_was_sent_shows_no_word_of_it():
    form = SentForm(posted(what="一个秘密"), ["照片.jpg"])

    assert form.is_right()
    assert "秘密" not in repr(form)
    assert "照片" not in repr(form)
