"""Which unit takes a tip, as a table that the browser keeps too; and what can never happen."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.config import ROOT
from admin.district.data import (
    Category,
    ContactUnits,
    Office,
    Unit,
    load_district,
    routes_digest,
)
from admin.tip.routing import (
    Circumstances,
    Ways,
    choose_unit,
    choose_urgency,
    is_supervisory,
    may_stay,
    offered_categories,
)

DISTRICT = load_district(ROOT / "content")
ALL = frozenset(DISTRICT.units)
# tests/browser/routes_cases.mjs holds admin/browser/shared/sealing/routes.js to the same table.
TABLE = json.loads((ROOT / "tests/routes_cases.json").read_text("utf-8"))


def named(rows):
    return [pytest.param(row, id=row["name"]) for row in rows]


def district_of(name):
    rows = TABLE["districts"][name]
    words = {"zh": "", "en": ""}
    return dataclasses.replace(
        DISTRICT,
        ways=Ways(tuple(rows["takers"][:-1]), rows["takers"][-1]),
        units={
            key: Unit(key, **words, otherwise=tuple(others))
            for key, others in rows["units"].items()
        },
        categories={
            key: Category(key, **words, route=route) for key, route in rows["categories"].items()
        },
        offices={key: Office(key, **words, unit=unit) for key, unit in rows["offices"].items()},
    )


def tip(category="unclear", official="unclear", exclude=(), when="unclear", minor="unclear"):
    return Circumstances(category, official, tuple(exclude), when, minor)


@pytest.mark.parametrize("case", named(TABLE["cases"]))
def test_a_tip_goes_to_the_unit_that_may_have_it_as_urgent_as_it_is(case):
    facts = tip(**case["facts"])

    resting = [] if case.get("closed") else case.get("resting", [])
    chosen = choose_unit(district_of(case["district"]), facts, case["open"], resting)

    assert chosen == case["unit"]
    assert choose_urgency(facts) == case["urgency"]


@pytest.mark.parametrize("case", named(TABLE["offered"]))
def test_a_category_is_offered_where_its_unit_can_read(case):
    found = offered_categories(
        district_of(case["district"]),
        case["open"],
        sealed_way=case["sealed_way"],
        resting=[] if case.get("closed") else case.get("resting", []),
    )

    assert sorted(found) == case["categories"]


def test_the_tables_demo_district_is_the_one_of_the_content():
    demo = TABLE["districts"]["demo"]

    assert tuple(demo["takers"]) == DISTRICT.ways.takers
    units = [unit for unit in DISTRICT.units.values() if not unit.practice]
    assert demo["units"] == {unit.id: [*unit.otherwise] for unit in units}
    assert demo["categories"] == {row.id: row.route for row in DISTRICT.categories.values()}
    assert demo["offices"] == {row.id: row.unit for row in DISTRICT.offices.values()}


@pytest.mark.parametrize("case", named(TABLE["published"]))
def test_the_hash_of_the_routes_is_the_one_of_the_table(case):
    contact = ContactUnits(*case["contact"]) if case["contact"] else None
    district = dataclasses.replace(
        district_of(case["district"]), contact=contact, stands_in=not case.get("closed")
    )

    assert routes_digest(district) == case["digest"]


def test_the_contents_own_routes_have_the_hash_of_the_table():
    assert routes_digest(DISTRICT) == TABLE["published"][0]["digest"]


TIPS = st.builds(
    Circumstances,
    category=st.sampled_from(sorted(DISTRICT.categories)),
    official=st.sampled_from(["yes", "no", "unclear"]),
    exclude=st.lists(st.sampled_from(sorted(DISTRICT.offices)), unique=True).map(tuple),
    when=st.sampled_from(sorted(DISTRICT.choices["when"])),
    minor=st.sampled_from(["yes", "no", "unclear"]),
)


SOME = st.sets(st.sampled_from(sorted(ALL)))


@given(TIPS, SOME, SOME)
def test_no_tip_ever_reaches_a_unit_that_is_excluded_or_cannot_read_it(facts, open_units, resting):
    chosen = choose_unit(DISTRICT, facts, open_units, resting - open_units)

    excluded = {DISTRICT.offices[office].unit for office in facts.exclude}
    assert chosen is None or (chosen in open_units and chosen not in excluded)


PAIR = district_of("pair")
PAIRED = st.builds(
    Circumstances,
    category=st.sampled_from(sorted(PAIR.categories)),
    official=st.sampled_from(["yes", "no", "unclear"]),
    exclude=st.lists(st.sampled_from(sorted(PAIR.offices)), unique=True).map(tuple),
)


SOME_OF_PAIR = st.sets(st.sampled_from(sorted(PAIR.units)))


@given(PAIRED, SOME_OF_PAIR, SOME_OF_PAIR)
def test_with_two_supervisory_units_none_is_excluded_and_none_else_gets_a_tip_about_an_official(
    facts, open_units, resting
):
    chosen = choose_unit(PAIR, facts, open_units, resting - open_units)

    assert chosen is None or chosen in open_units
    assert chosen not in {PAIR.offices[office].unit for office in facts.exclude} - {None}
    if is_supervisory(facts.official, facts.exclude):
        assert chosen in ("watch", "guard", "top", None)
        assert not may_stay(PAIR, facts, "first")


WATCHED = {
    # unit: whether tips there may be, and all are, about officials; who is told, agrees, agrees.
    "first": (False, False, "watch", None, None),
    "watch": (True, True, "top", "top", "top"),
    "guard": (True, True, "top", "top", "top"),
    "top": (True, False, None, "watch", "top"),
}


@pytest.mark.parametrize(("unit", "told"), WATCHED.items())
def test_two_supervisory_units_are_watched_by_the_one_above_and_the_first_watches_that(unit, told):
    ways = PAIR.ways

    assert told == (
        *(ways.is_sealed(unit), ways.is_custodial(unit), ways.watcher(unit)),
        *(ways.guardian(unit), ways.closer(unit)),
    )


@given(TIPS, SOME, SOME)
def test_a_tip_about_an_official_reaches_supervision_or_the_level_above_and_none_else(
    facts, open_units, resting
):
    facts = dataclasses.replace(facts, official="yes")

    assert choose_unit(DISTRICT, facts, open_units, resting - open_units) in (
        "supervision",
        "upper",
        None,
    )
    assert choose_urgency(facts) == "P1"


def test_an_unclear_official_without_an_exclusion_is_no_supervisory_matter():
    assert not is_supervisory("unclear", ())


WAYS = Ways(("supervision",), "upper")
# Each unit: is_sealed, is_custodial, watcher, guardian, closer.
WATCHED = {
    "supervision": (True, True, "upper", "upper", "upper"),
    "upper": (True, False, None, "supervision", "upper"),
    "police": (False, False, "supervision", None, None),
}


@pytest.mark.parametrize("unit", WATCHED)
def test_who_watches_over_a_unit_and_who_agrees_to_what_is_done_to_it(unit):
    told = (
        WAYS.is_sealed(unit),
        WAYS.is_custodial(unit),
        WAYS.watcher(unit),
        WAYS.guardian(unit),
        WAYS.closer(unit),
    )

    assert told == WATCHED[unit]


def test_nobodys_unit_is_on_no_way():
    assert not WAYS.is_sealed(None)
    assert WAYS.guardian(None) is None


@pytest.mark.parametrize(
    ("open_units", "can"),
    [((), False), (("police",), False), (("supervision",), True), (("police", "upper"), True)],
)
def test_the_way_of_tips_about_officials_can_be_taken_where_one_of_its_units_reads(open_units, can):
    assert WAYS.can_take(open_units) is can


# Official, excluded offices, and whether the tip is supervisory.
SUPERVISORY = [
    ("yes", (), True),
    ("yes", ("station",), True),
    ("unclear", ("station",), True),
    ("unclear", (), False),
    ("no", (), False),
    ("no", ("station",), False),
]


@pytest.mark.parametrize(("official", "exclude", "is_so"), SUPERVISORY)
def test_a_tip_is_supervisory_where_an_official_is_or_may_be_part_of_it(official, exclude, is_so):
    assert is_supervisory(official, exclude) is is_so
    assert tip(official=official, exclude=exclude).is_supervisory is is_so


@pytest.mark.parametrize(("official", "exclude", "is_so"), SUPERVISORY)
@pytest.mark.parametrize("unit", sorted(ALL))
def test_later_words_stay_where_neither_an_exclusion_nor_an_official_forbids_it(
    unit, official, exclude, is_so
):
    excluded = {DISTRICT.offices[office].unit for office in exclude}
    may = unit not in excluded and (not is_so or unit in ("supervision", "upper"))

    assert may_stay(DISTRICT, tip(official=official, exclude=exclude), unit) is may


ANSWERS = {"category": "A1", "official": "no", "when": "now", "minor": "yes"}


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_that_decides_is_read_off_the_form_by_itself(name):
    read = Circumstances.of({name: ANSWERS[name], "what": "words", "exclude": ["station"]})

    assert read == dataclasses.replace(Circumstances(exclude=("station",)), **{name: ANSWERS[name]})
    assert Circumstances.of({}) == tip()


def test_all_matters_are_offered_on_the_sealed_way_or_those_whose_unit_reads():
    for open_units in (frozenset(), frozenset({"police"}), frozenset({"upper"}), ALL):
        own = {row.id for row in DISTRICT.categories.values() if row.route in open_units}
        is_taken = bool(open_units & {"supervision", "upper"})
        sealed = offered_categories(DISTRICT, open_units, sealed_way=True)
        assert sealed == (set(DISTRICT.categories) if is_taken else own)
        assert offered_categories(DISTRICT, open_units, sealed_way=False) == own
