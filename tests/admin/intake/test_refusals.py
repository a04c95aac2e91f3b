"""Bad input gets a sentence that says what to do, and loses nothing that was typed."""

import pytest
from sqlalchemy import delete, func, select

from admin.db import db
from admin.models import Tip, UnitKey
from admin.tip.fields import FIELDS

from .conftest import LEAST

WRITTEN = [field for field in FIELDS if not field.has_options]
TYPED = {field.name for field in WRITTEN}

REFUSED = [
    ({"category": "C9"}, "category", "请在列出的选项里选一个"),
    ({"what": ""}, "what", "请写下您看到或听到的事"),
    ({"what": "  \n "}, "what", "请写下您看到或听到的事"),
    ({"place": ""}, "place", "请写个大概地方"),
    *(
        ({field.name: "字" * (field.most + 1)}, field.name, f"最多写 {field.most} 个字")
        for field in WRITTEN
    ),
    ({"township": "mars"}, "township", "请在列出的选项里选一个"),
    ({"when": "soon"}, "when-0", "请在列出的选项里选一个"),
    ({"minor": "maybe"}, "minor-0", "请在列出的选项里选一个"),
    ({"official": "maybe"}, "official-0", "请在列出的选项里选一个"),
    ({"exclude": ["nobody"]}, "exclude-0", "请在列出的选项里选一个"),
    ({"basis": "dream"}, "basis-0", "请在列出的选项里选一个"),
    ({"answer": "maybe"}, "answer-0", "请在列出的选项里选一个"),
]


@pytest.mark.table
@pytest.mark.parametrize(("answers", "place", "sentence"), REFUSED)
def test_a_wrong_answer_is_named_with_a_link_to_it_and_nothing_is_stored(
    app, reporter, answers, place, sentence
):
    reporter.open_form()

    page = reporter.send(status=422, **{**LEAST, "harm": "门被泼漆", **answers})

    assert [(link, sentence in words) for link, words in page.errors] == [(place, True)]
    assert f'id="{place}"' in page.text
    with app.app_context():
        assert db.reading.execute(select(func.count()).select_from(Tip)).scalar_one() == 0


@pytest.mark.table
@pytest.mark.parametrize(("answers", "place", "sentence"), REFUSED)
def test_a_form_that_comes_back_holds_every_other_word(reporter, answers, place, sentence):
    reporter.open_form()
    kept = {**LEAST, "who": "三个人", "when": "month", "exclude": ["market", "town"]}

    page = reporter.send(status=422, **{**kept, **answers})

    for name, value in kept.items():
        if name not in answers:
            assert page.read.values[name] == value, name
    typed = {name: text for name, text in answers.items() if name in TYPED}
    for name, text in typed.items():
        assert page.read.values[name].strip() == text.strip(), name


def test_a_form_that_came_back_can_be_sent_with_its_own_token(reporter, stored):
    reporter.open_form()
    page = reporter.send(status=422, **{**LEAST, "place": ""})

    reporter.form = page.read.values
    assert reporter.send(place="桥头").receipt
    assert stored()[0].words.fields["place"] == "桥头"


@pytest.mark.table
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "AAAA" * 40, "\u0000"])
def test_a_form_without_a_good_token_comes_back_with_one(reporter, token):
    reporter.open_form()

    page = reporter.send(status=422, **LEAST, token=token)

    assert "请再按一次" in page.text
    reporter.form = page.read.values
    assert reporter.send().receipt


def test_markup_that_was_typed_comes_back_as_text(reporter):
    reporter.open_form()

    page = reporter.send(status=422, **{**LEAST, "place": "", "what": "<script>x</script>"})

    assert "<script>x" not in page.text
    assert page.read.values["what"] == "<script>x</script>"


def test_where_every_fitting_unit_is_excluded_the_form_says_where_to_turn(app, reporter, stored):
    with app.app_context():
        db.session.execute(delete(UnitKey).where(UnitKey.unit_id == "upper"))
        db.session.commit()
    reporter.open_form()

    page = reporter.send(status=422, **LEAST, official="yes", exclude=["discipline"], who="三个人")

    assert "没有保存" in page.text
    assert "tel:12388" in page.text
    assert page.read.values["who"] == "三个人"
    assert page.read.values["exclude"] == ["discipline"]
    assert stored() == []


@pytest.mark.parametrize("field", WRITTEN, ids=lambda field: field.name)
def test_as_much_as_may_be_written_is_taken(reporter, stored, field):
    reporter.open_form()

    reporter.send(**{**LEAST, field.name: "字" * field.most})

    assert stored()[0].words.fields[field.name] == "字" * field.most
