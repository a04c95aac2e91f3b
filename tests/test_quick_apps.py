"""What applications of tests share makes none of them another than it would be alone."""

import pytest
from werkzeug.routing import Map, Rule

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
