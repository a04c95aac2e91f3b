"""No count, page, export or command tells a number by village, grid, place, person or free text."""

from itertools import product

import pytest
import yaml

from admin.access.roles import ROLES
from admin.cli import main
from admin.config import ROOT
from admin.counts.cells import ALL, BadCell, Cell
from admin.district.count_groups import load_groups
from admin.district.data import load_district
from admin.models import Tally
from admin.tip.counted import COUNTED, Family
from admin.tip.measures import MEASURES
from tests.rules.test_roles import enter, staff_views  # noqa: F401

NEVER = {
    **dict.fromkeys(("village", "grid", "place", "town", "township"), "a place"),
    **dict.fromkeys(("category", "label", "minor", "office"), "a kind of matter"),
    **dict.fromkeys(("member", "person", "who", "by", "name", "reference"), "a person, or a tip"),
    **dict.fromkeys(("q", "text", "what", "words", "day", "unit"), "free text, or a finer cell"),
}
"""By what somebody might ask for a number, and what that would be."""
ELSEWHERE = ("export", "csv", "json", "counts.csv", "by/village", "shili", "police", "2026-11")


def narrowed(browser, path):
    """Ask for a page by each of the words at once; gives what it said with and without them."""
    asked = dict.fromkeys(NEVER, "shili")
    return browser.get(path), browser.get(path, query_string=asked)


PAGES = {
    "/desk/counts/": {"counter"},
    "/desk/counts/publication/": {"counter"},
    "/desk/counts/workload/": {"counter", "reviewer", "custodian"},
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_page_of_numbers_is_for_few_and_cannot_be_narrowed(enter, role):  # noqa: F811
    browser = enter(role)
    for page, roles in PAGES.items():
        plain, asked = narrowed(browser, page)

        assert {plain.status_code, asked.status_code} == {200 if role in roles else 403}
        if role in roles:
            words = [answer.text.partition("<main")[2] for answer in (plain, asked)]
            assert words[0] == words[1] != ""
        others = [browser.get(f"{page}{path}").status_code for path in ELSEWHERE]
        assert others == [404] * len(ELSEWHERE)


def test_no_address_and_no_parameter_of_the_desk_is_one_of_them(app):
    """Of all rules that there are, whoever may ask: what a number would stand under does not."""
    counting = {rule.rule for rule, *_ in staff_views(app) if "/count" in rule.rule}
    assert counting == set(PAGES)

    places = {"village", "grid", "place", "town", "township", "category"}
    for rule in app.url_map.iter_rules():
        parts = set(rule.rule.strip("/").replace("<string:", "").replace(">", "").split("/"))
        assert not parts & places, rule.rule
        assert not {*rule.arguments} & places, rule.rule


def commands(group=main, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COUNTING = {
    "check": set(),
    "publish": {"by", "again", "adopt"},
    "report": {"half", "again"},
}
"""The commands that count, and what each takes."""


def test_no_command_takes_one_of_them_and_these_commands_count():
    every = dict(commands())
    counting = {path[1]: command for path, command in every.items() if path[0] == "counts"}
    assert {
        name: {one.name for one in found.params} for name, found in counting.items()
    } == COUNTING
    # A unit is named where an operator makes its members; no such command tells a number of tips.
    for path, command in every.items():
        names = {param.name for param in command.params}
        assert not names & {"village", "grid", "place", "town", "township", "category"}, path


def test_a_number_is_kept_by_nothing_finer(app):
    """The table's columns are these; its parts name no place, kind of matter, office or label."""
    assert [column.name for column in Tally.__table__.columns] == [
        *("period", "family", "part", "unit_id", "slot", "count"),
    ]
    district = load_district(ROOT / "content")
    places = yaml.safe_load((ROOT / "content/data/places.yml").read_text("utf-8"))["items"]
    finer = {*district.townships, *district.categories, *district.offices, *district.labels}
    finer |= {row["id"] for row in places}
    parts = {part for counted in COUNTED.values() for part in counted.parts}

    assert not parts & finer
    assert (
        not {group for measure in MEASURES.values() for group in (measure.part, measure.id)} & finer
    )
    assert not COUNTED[Family.OUT_OF_SCOPE].by_unit
    assert not MEASURES["out_of_scope"].by_group


@pytest.mark.parametrize(
    ("measure", "period", "group"),
    [
        ("received", "2026-11-03", ALL),
        ("received", "2026-W45", ALL),
        ("received", "2026-11", "甲村"),
        ("received", "2026-11", "shili/3"),
        ("received 甲村", "2026-11", ALL),
    ],
)
def test_what_is_finer_is_no_cell(measure, period, group):
    with pytest.raises(BadCell):
        Cell(measure, period, group)


def test_every_unit_that_takes_tips_is_in_one_group_and_practice_in_none():
    units = load_district(ROOT / "content").units
    groups = load_groups(ROOT / "content")

    assert {unit.id for unit in units.values() if not unit.practice} == set(groups.of_unit)
    assert all(Cell("received", "2026", group) for group in groups.words)
    assert set(groups.words) == set(groups.of_unit.values())


def test_a_measure_is_made_of_what_is_counted():
    for measure in MEASURES.values():
        assert (measure.family is None) != (not measure.acts), measure.id
        if measure.family is not None:
            counted = COUNTED[measure.family]
            assert measure.grain is counted.grain
            assert measure.part is None or measure.part in counted.parts
            assert not measure.by_group or counted.by_unit
    families = {measure.family for measure in MEASURES.values()} - {None}
    assert families == set(Family)
    for whole in (measure for measure in MEASURES.values() if measure.parts):
        for way in whole.parts:
            parts = [MEASURES[name] for name in way]
            (family,) = {part.family for part in parts}
            pairs = {(part.family, part.part) for part in parts}
            assert pairs == set(product([family], COUNTED[family].parts))
