"""Where an error's own page fails, there still is an answer; where tidying up fails, it is ours."""

import pytest
from flask import request
from gunicorn.http.errors import InvalidChunkSize

from admin.web.errors import _LAST_WORDS, SENTENCES


@pytest.fixture
def calm(app):
    """The application as it serves: errors are answered, not raised to the test."""
    app.testing = False
    return app


def fail(*_args):
    raise ValueError("字")


def visit(app, config, address="/tip/"):
    client = app.test_client()
    return client.get(address, headers={"Host": config.public_host})


def test_an_error_page_that_fails_gives_way_to_its_bare_sentence(calm, config):
    calm.context_processor(lambda: fail() if "nowhere" in request.path else {})

    page = visit(calm, config, "/nowhere")

    assert page.status_code == 404
    assert "没有这个页面" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_error_before_any_answer_is_one_sentence(calm, config, monkeypatch):
    monkeypatch.setattr(calm, "handle_exception", fail)
    calm.before_request(fail)

    page = visit(calm, config)

    assert page.status_code == 500
    assert page.text.endswith(f"<p>{_LAST_WORDS}\n")
    assert page.headers["Cache-Control"] == "no-store, no-transform"
    assert page.headers["Content-Length"] == str(len(page.data))


def test_the_last_words_are_those_of_the_error_page(app):
    with app.test_request_context("/tip/"):
        assert str(SENTENCES[500]) == _LAST_WORDS


def test_an_error_while_tidying_up_does_not_take_the_answer_away(calm, config):
    calm.teardown_request(fail)

    page = visit(calm, config, "/mailbox/")

    assert page.status_code == 200
    assert 'name="receipt"' in page.text


def test_a_body_whose_chunks_are_broken_is_a_bad_request(calm, config):
    def read_body():
        raise InvalidChunkSize(b"CANARY")

    calm.before_request(read_body)

    page = visit(calm, config)

    assert page.status_code == 400
    assert "CANARY" not in page.text
