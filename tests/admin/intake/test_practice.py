"""The practice page: the same form and the same answers, and nothing is kept."""

import re

import pytest
from sqlalchemy import func, select

from admin.db import db
from admin.models import Base
from admin.sealing import receipt

from .conftest import LEAST, FormReader, Page, Reporter
from .test_refusals import REFUSED

HERE = "练习：什么都不会保存。"


def practise(client, prefix="", **answers):
    form = FormReader(client.get(f"{prefix}/tip/practice/").text).values
    answer = client.post(f"{prefix}/tip/practice/sent", data={**form, **LEAST, **answers})
    return Page(answer, FormReader(answer.text))


@pytest.fixture
def rows(app):
    """Count the rows of every table."""

    def count():
        with app.app_context():
            return {
                name: db.reading.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in Base.metadata.tables.items()
            }

    return count


def test_practice_shows_the_same_questions_and_says_on_top_that_nothing_is_kept(client, units):
    real, practice = client.get("/tip/").text, client.get("/tip/practice/").text

    names = re.compile(r'(?:id|name)="([\w-]+)"')
    form = re.compile(r'<form id="form".*?</form>', re.DOTALL)
    assert names.findall(form.search(real)[0]) == names.findall(form.search(practice)[0])
    assert practice.index(HERE) < practice.index("tel:110")
    assert 'action="/tip/practice/sent"' in practice
    assert " data-practice" in practice
    assert " data-practice>" not in real


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_practising_shows_an_example_receipt_and_stores_no_row_anywhere(
    client, units, rows, prefix
):
    before = rows()

    page = practise(client, prefix, contact="13800000000", website="http://x", official="yes")

    assert page.response.status_code == 200
    assert 'id="practice"' in page.text
    assert receipt.check(page.receipt)
    assert rows() == before
    assert rows()["day_key"] == 0


def test_the_answer_to_practice_is_as_large_as_that_to_a_tip(client, units):
    true = Reporter(client).tip()

    assert len(practise(client).response.data) == len(true.response.data)


def test_practice_needs_no_open_unit(client, rows):
    assert practise(client, category="B1").receipt
    assert sum(rows().values()) == rows()["setting"]


@pytest.mark.table
@pytest.mark.parametrize(("answers", "place", "sentence"), REFUSED)
def test_practice_names_what_is_wrong_as_the_true_form_does(client, answers, place, sentence):
    page = practise(client, **answers)

    assert page.response.status_code == 422
    assert [(link, sentence in words) for link, words in page.errors] == [(place, True)]
    assert HERE in page.text
    assert 'action="/tip/practice/sent"' in page.text


def test_copying_the_example_is_practised_too(client):
    page = practise(client)
    address = "/tip/practice/copied"
    assert f'action="{address}"' in page.text

    wrong = client.post(address, data={**page.read.values, "group": "111111"})
    right = client.post(
        address, data={**page.read.values, "group": page.read.groups[page.asked - 1]}
    )

    assert wrong.status_code == 422
    assert "对不上" in wrong.text
    assert right.status_code == 200
    assert HERE in right.text
    assert "receipt__group" not in right.text


@pytest.mark.parametrize("step", ["sent", "copied"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_comes_back_by_address_is_sent_to_the_practice_form(client, prefix, step):
    page = client.get(f"{prefix}/tip/practice/{step}")

    assert page.status_code == 302
    assert page.location == f"{prefix}/tip/practice/"


def test_practice_and_the_true_form_lead_to_each_other(client, units):
    assert 'href="/tip/practice/"' in client.get("/tip/").text
    assert 'href="/tip/"' in client.get("/tip/practice/").text
    assert 'href="/en/tip/practice/"' in client.get("/en/tip/").text
    assert 'href="/en/tip/"' in client.get("/en/tip/practice/").text
