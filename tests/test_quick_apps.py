"""What applications of tests share makes none of them another than it would be alone."""

import pytest
from sqlalchemy import text
from werkzeug.routing import Map, Rule

from admin import create_app
from admin.config import load_config
from admin.db import db
from tests.quick_apps import quick

# Of SQLite's `PRAGMA synchronous`.
OFF, FULL = 0, 2

WORDS = "/of/<string:zeta>/<int:alpha>/<path:rest>"


def test_a_route_that_was_parsed_before_takes_its_arguments_in_order():
    for _ in range(2):
        urls = Map([Rule(WORDS, endpoint="it")]).bind("localhost")

        assert urls.match("/of/x/7/a/b") == ("it", {"zeta": "x", "alpha": 7, "rest": "a/b"})
        assert urls.build("it", {"zeta": "x", "alpha": 7, "rest": "a/b"}) == "/of/x/7/a/b"


def test_its_converters_belong_to_the_map_that_it_stands_in():
    for _ in range(2):
        urls = Map([Rule(WORDS, endpoint="it")])
        (rule,) = urls.iter_rules()

        assert [*rule._converters] == ["zeta", "alpha", "rest"]
        assert {id(converter.map) for converter in rule._converters.values()} == {id(urls)}
        assert rule.arguments == {"zeta", "alpha", "rest"}


@pytest.mark.parametrize("words", ["/a/<string:b>", "/<string:b>/a"])
def test_routes_of_other_words_stay_apart(words):
    urls = Map([Rule(words, endpoint=words)])
    (rule,) = urls.iter_rules()

    assert "".join(part for _, part in rule._trace if part != "|").count("b") == 1
    assert urls.bind("h").build(words, {"b": "x"}) == words.replace("<string:b>", "x")


@pytest.mark.parametrize(("made", "forced"), [(quick, OFF), (lambda app: app, FULL)])
def test_tests_alone_wait_for_no_disk(sqlite_url, tmp_path, made, forced):
    config = load_config(
        {"DENGSHAO_DATA": str(tmp_path / "data"), "DENGSHAO_DATABASE_URL": sqlite_url}
    )
    with made(create_app(config)).app_context():
        assert db.session.execute(text("PRAGMA synchronous")).scalar_one() == forced
        assert db.session.execute(text("PRAGMA secure_delete")).scalar_one() == 1
        db.session.rollback()
        db.dispose()
