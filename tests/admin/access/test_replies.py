"""What the accounts' scripts get back and what is read of what they sent, case by case."""

import pytest

from admin.access.replies import first_page, refused, sent, sent_text
from admin.access.roles import ROLES

HOMES = {
    "administrator": "/desk/admin/",
    "auditor": "/desk/audit/",
    "counter": "/desk/counts/",
    "payer": "/desk/paying/",
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_begins_at_its_own_page_or_in_the_queue(app, role):
    with app.test_request_context("/desk/"):
        assert first_page((role,)) == HOMES.get(role, "/desk/")
        assert first_page(()) == "/desk/"


def test_of_several_pages_the_first_of_the_list_is_the_home(app):
    with app.test_request_context("/desk/"):
        assert first_page(("counter", "auditor", "administrator")) == "/desk/admin/"
        assert first_page(("counter", "auditor")) == "/desk/audit/"


@pytest.mark.parametrize("headers", [None, {"Retry-After": "3"}])
def test_a_refusal_is_one_sentence_with_its_status(app, headers):
    with app.test_request_context("/desk/"):
        answer = refused("请等一等。", 429, headers)

    assert (answer.status_code, answer.json) == (429, {"error": "请等一等。"})
    assert answer.headers.get("Retry-After") == (headers or {}).get("Retry-After")


SENT = [
    ('{"name": "ada"}', "ada"),
    ('{"name": "%s"}' % ("x" * 201), "x" * 200),
    ('{"name": 7}', ""),
    ('{"name": null}', ""),
    ('{"other": "ada"}', ""),
    ('["name"]', ""),
    ('"name"', ""),
    ("{", ""),
    ("", ""),
]


@pytest.mark.parametrize(("body", "text"), SENT)
def test_of_what_was_sent_a_short_text_is_read_or_nothing(app, body, text):
    with app.test_request_context(
        "/desk/", method="POST", data=body, content_type="application/json"
    ):
        assert sent_text("name") == text
        assert isinstance(sent(), dict)
