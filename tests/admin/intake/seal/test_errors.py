"""What is wrong with a form is said in the server's own words, and where it is said first."""

import pytest
from playwright.sync_api import expect

from tests.live import strip_scripts

from .writer import SEALED

pytestmark = pytest.mark.browser


FAULTY = {
    "nothing": {},
    "spaces alone": {"what": " \n\t", "place": "　"},
    "too long": {"what": "😀" * 2001, "place": "长" * 201, "who": "长" * 501, "contact": "1" * 201},
    "all but one as long as may be": {
        "what": "😀\n" * 1000,
        "place": "长" * 200,
        "who": "长" * 501,
    },
}


@pytest.mark.parametrize("answers", FAULTY.values(), ids=FAULTY)
def test_errors_are_the_servers_own_in_words_and_shape(write, answers):
    found = []
    for scripts in (True, False):
        writer = write(java_script_enabled=True)
        if not scripts:
            strip_scripts(writer.page)
        writer.open()
        for name, text in answers.items():
            set_value(writer.page, name, text)
        writer.send()
        expect(writer.page.locator("#error-summary")).to_be_focused()
        found.append(shape_of(writer.page))
        assert writer.posts(SEALED) == []

    assert found[0] == found[1]


def set_value(page, name, text):
    """Put in what no keyboard could, for the fields have a greatest length."""
    page.eval_on_selector(
        f"#{name}",
        "(field, text) => { field.removeAttribute('maxlength'); field.value = text;"
        " field.dispatchEvent(new Event('input', {bubbles: true})); }",
        text,
    )


def shape_of(page):
    """What is said of each fault: in the summary, at the field, and to a screen reader."""
    return page.evaluate(
        """() => ({
          summary: document.getElementById('error-summary').outerHTML.replace(/\\s*\\n\\s*/g, ''),
          fields: [...document.querySelectorAll('[aria-invalid]')].map((field) => [
            field.id,
            field.getAttribute('aria-describedby').trim(),
            document.getElementById(field.id + '-error').outerHTML,
            field.closest('.field').className,
          ]),
        })"""
    )


def test_errors_go_once_they_are_mended(writer):
    writer.open()
    writer.send()
    writer.sees("请写下您看到或听到的事。")

    writer.fill()
    writer.send()

    assert writer.receipt
