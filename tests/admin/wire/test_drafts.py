"""The key of a draft: given with the page, again against its ticket, and a day later no more."""

import re
import time

import pytest

from admin.wire.drafts import DRAFT_SECONDS, Drafts

DRAFTS = Drafts(b"1" * 32, b"2" * 32)
ADDRESSES = ["/tip/draft", "/mailbox/draft", "/en/mailbox/draft"]


def given(client, page):
    """The ticket and the key that stand in a page."""
    return re.search(r'data-draft="(\S+) (\S+)"', client.get(page).text).groups()


@pytest.mark.table
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("page", ["/tip/", "/en/tip/", "/mailbox/"])
def test_the_key_of_a_page_is_given_again_to_who_brings_its_ticket(client, units, page, address):
    ticket, key = given(client, page)

    answer = client.post(address, json={"ticket": ticket})

    assert answer.json == {"keep": key}
    assert answer.headers["Cache-Control"] == "no-store, no-transform"


def test_each_showing_of_a_page_has_a_key_of_its_own(client, units):
    assert len({given(client, "/tip/") for _ in range(3)}) == 3


@pytest.mark.table
@pytest.mark.parametrize(
    "ticket", [None, 1, "", "x", "线", "a" * 300, Drafts(b"3" * 32, b"").new()]
)
def test_a_ticket_that_is_not_ours_opens_nothing(client, units, ticket):
    answer = client.post("/tip/draft", json={"ticket": ticket})

    assert (answer.status_code, answer.json) == (410, {"error": "ticket"})


@pytest.mark.parametrize(("minutes", "is_given"), [(-1, True), (1, False)])
def test_a_day_later_the_key_is_given_no_more(monkeypatch, minutes, is_given):
    ticket, key = DRAFTS.new().split(" ")
    now = time.time()

    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + DRAFT_SECONDS + 60 * minutes)

    assert DRAFTS.keep(ticket) == (key if is_given else None)


def test_practice_has_none(client, units):
    assert "data-draft" not in client.get("/tip/practice/").text
