"""What somebody typed comes back where the database is away, and nothing else; no log has it."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.support import desk_client

WORDS = "早市那条，明早去“现场”看 <b>\n第二行"
FORM = {"words": WORDS, "version": "7", "unit": ["police", "drugs"], "csrf_token": "a.b-c"}


class Fields(HTMLParser):
    """What a browser would send of a page's form."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._area = [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and "name" in attrs:
            self.sent.append((attrs["name"], attrs["value"]))
        if tag == "textarea":
            self._area = attrs["name"], ""

    def handle_data(self, data):
        if self._area:
            self._area = self._area[0], self._area[1] + data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # HTML leaves a first line's end out.
            self.sent.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = None


@pytest.fixture
def away(app):
    """Let the database be away, before anybody is known."""

    def fail():
        raise PoolTimeout

    app.testing = False
    app.before_request_funcs.setdefault(None, []).insert(0, fail)
    return desk_client(app)


def posts(app):
    """Every route that takes a form, with its address, and whether what it brings comes back."""
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            address = re.sub(r"<(int:)?[^>]*>", lambda found: "7" if found[1] else "A7", rule.rule)
            view = app.view_functions[rule.endpoint]
            yield address, view.__module__.startswith(("admin.desk.", "admin.mailbox.views"))


def test_each_form_of_desk_and_mailbox_comes_back_whole_and_no_other_form_does(app, away, caplog):
    routes, wrong = list(posts(app)), []
    for address, comes_back in routes:
        answer = away.post(address, data=FORM)
        sent = Fields(answer.text).sent if comes_back else []
        wanted = [(name, one) for name, one in _flat(FORM)] if comes_back else []
        if answer.status_code != 503 or sent != wanted or ("早市" in answer.text) != comes_back:
            wrong.append((address, answer.status_code, sent))

    assert wrong == []
    assert sum(comes_back for _address, comes_back in routes) > 30
    assert {"/mailbox/", "/mailbox/words"} <= {one for one, comes_back in routes if comes_back}
    assert "早市" not in caplog.text


def _flat(form):
    for name, value in form.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one


def test_a_receipt_is_carried_along_and_shown_to_nobody_who_looks_over_a_shoulder(away):
    form = {"receipt": "012340 567894 " * 3, "words": WORDS}
    answer = away.post("/mailbox/words", data=form)

    assert Fields(answer.text).sent == list(form.items())
    assert f'<input type="hidden" name="receipt" value="{form["receipt"]}">' in answer.text


NOT_FORMS = {
    "a script, which keeps its page": {"data": FORM, "headers": {"Accept": "application/json"}},
    "JSON": {"json": FORM},
    "files": {"data": FORM, "content_type": "multipart/form-data"},
}


@pytest.mark.parametrize("sent", NOT_FORMS.values(), ids=NOT_FORMS)
def test_what_was_no_plain_form_is_not_given_back(away, sent):
    answer = away.post("/desk/filters", **sent)

    assert answer.status_code == 503
    assert "早市" not in answer.text


def test_an_error_that_does_not_pass_by_gives_nothing_back(app):
    answer = desk_client(app).post("/desk/nothing", data=FORM)
    assert answer.status_code in (400, 404, 405)
    assert "早市" not in answer.text
