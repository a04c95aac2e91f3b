"""What applications of tests share makes none of them another than it would be alone."""

import pytest
from sqlalchemy import text
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule, UnicodeConverter

from admin import create_app
from admin.config import load_config
from admin.db import db
from tests.quick_apps import quick

# Of SQLite's `PRAGMA synchronous`.
OFF, FULL = 0, 2

WORDS = "/of/<string:zeta>/<int:alpha>/<path:rest>"
VALUES = {"zeta": "x", "alpha": 7, "rest": "a/b"}


def rules(*words):
    return [Rule(one, endpoint=one, methods=["GET"]) for one in words]


def test_a_route_that_was_made_before_takes_its_arguments_in_order():
    for _ in range(2):
        urls = Map(rules(WORDS)).bind("localhost")

        assert urls.match("/of/x/7/a/b") == (WORDS, VALUES)
        assert urls.build(WORDS, VALUES) == "/of/x/7/a/b"


def test_a_map_that_is_given_a_route_later_changes_no_other():
    first, second = Map(rules("/a", WORDS)), Map(rules("/a", WORDS))
    assert first.bind("h").match("/a") == second.bind("h").match("/a") == ("/a", {})

    first.add(Rule("/late", endpoint="late"))

    assert first.bind("h").match("/late") == ("late", {})
    assert first.bind("h").match("/of/x/7/a/b") == (WORDS, VALUES)
    with pytest.raises(NotFound):
        second.bind("h").match("/late")
    with pytest.raises(NotFound):
        Map(rules("/a", WORDS)).bind("h").match("/late")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"methods": ["GET"]}, {"methods": ["POST"]}),
        ({"endpoint": "a"}, {"endpoint": "b"}),
        ({"string": "/x/"}, {"string": "/x/", "strict_slashes": False}),
        ({"string": "/<any(a, b):x>"}, {"string": "/<any(a, c):x>"}),
        ({"defaults": {"x": 1}}, {"defaults": {"x": 2}}),
        ({"redirect_to": "/y"}, {"redirect_to": "/z"}),
    ],
)
def test_routes_of_other_words_stay_apart(one, other):
    plain = {"string": "/x", "endpoint": "e"}
    kept = [next(Map([Rule(**(plain | words))]).iter_rules()) for words in (one, other, one)]

    assert kept[0] is kept[2]
    assert kept[0] is not kept[1]


def test_a_map_with_another_converter_or_another_setting_stays_apart():
    class Upper(UnicodeConverter):
        def to_python(self, value):
            return value.upper()

    settings = [{}, {"converters": {"string": Upper}}, {"host_matching": True}]
    maps = [Map(rules("/<string:x>"), **words) for words in settings]

    assert maps[0].bind("h").match("/a")[1] == {"x": "a"}
    assert maps[1].bind("h").match("/a")[1] == {"x": "A"}
    assert len({id(next(urls.iter_rules())) for urls in maps}) == 3


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
