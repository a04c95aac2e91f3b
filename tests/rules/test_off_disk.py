"""Every form that a reporter posts keeps its body out of the browser's session files."""

import re

import pytest

from admin.config import ROOT

TEMPLATES = ROOT / "admin" / "templates"
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
# Chromium leaves a body out where a filled password field is in the form. Without a name it is not
# sent; hidden by its own attribute it needs no style; stars are no password to those who save them.
FIELD = (
    '<input type="password" value="*****" hidden autocomplete="one-time-code" tabindex="-1" '
    'aria-hidden="true">'
)


def posting(text):
    return [form for form in FORM.findall(text) if re.search(r'method="?post', form, re.IGNORECASE)]


def test_no_template_of_the_reporters_pages_has_a_form_without_it():
    folders = [TEMPLATES / name for name in ("intake", "mailbox", "errors")]
    pages = [*TEMPLATES.glob("*.html"), *(path for one in folders for path in one.rglob("*.html"))]

    forms = [(path.name, form) for path in pages for form in posting(path.read_text("utf-8"))]

    assert len(forms) >= 8
    assert [name for name, form in forms if "{{ off_disk() }}" not in form] == []


def test_the_static_site_posts_nothing():
    for folder in ("site", "content"):
        for path in (ROOT / folder).rglob("*.html"):
            assert posting(path.read_text("utf-8")) == [], path


@pytest.mark.table
@pytest.mark.parametrize(
    "address", ["/tip/", "/tip/practice/", "/mailbox/", "/en/tip/", "/en/mailbox/"]
)
def test_the_pages_hold_it_as_it_was_tried(client, units, address):
    forms = posting(client.get(address).text)

    assert forms
    assert [form for form in forms if form.count(FIELD) != 1] == []


def test_a_name_would_send_it_and_another_value_would_be_offered_for_saving():
    assert " name=" not in FIELD
    assert set(re.search(r'value="([^"]+)"', FIELD)[1]) == {"*"}
