"""Which unit takes a tip, as a table; and what can never happen, as properties."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.config import ROOT
from admin.district import load_district
from admin.vault.routes import Circumstances, choose_unit, choose_urgency, is_supervisory

DISTRICT = load_district(ROOT / "content")
ALL = frozenset(DISTRICT.units)

ROUTED = [
    # category, official, exclude, open units without, the unit
    ("A4", "no", [], [], "police"),
    ("unclear", "no", [], [], "police"),
    ("B7", "no", [], [], "drugs"),
    ("D", "no", [], [], "trade"),
    ("A4", "no", ["village", "town"], [], "police"),
    ("A4", "no", ["station"], [], "upper"),
    ("A4", "no", ["bureau", "market"], [], "upper"),
    ("B1", "no", ["bureau"], [], "drugs"),
    ("D", "no", ["market"], [], "upper"),
    ("A2", "yes", [], [], "supervision"),
    ("A2", "yes", ["market", "town-station"], [], "supervision"),
    ("B1", "yes", ["discipline"], [], "upper"),
    ("A2", "unclear", [], [], "police"),
    ("A2", "unclear", ["village"], [], "supervision"),
    ("A2", "unclear", ["discipline"], [], "upper"),
    ("A4", "no", [], ["police"], None),
    ("A4", "yes", [], ["supervision"], None),
    ("A4", "no", ["station"], ["upper"], None),
    ("A2", "yes", ["discipline"], ["upper"], None),
]


def tip(category="A4", official="no", exclude=(), when="unclear", minor="no"):
    return Circumstances(category, official, tuple(exclude), when, minor)


@pytest.mark.parametrize(("category", "official", "exclude", "closed", "unit"), ROUTED)
def test_a_tip_goes_to_the_unit_that_may_have_it(category, official, exclude, closed, unit):
    assert choose_unit(DISTRICT, tip(category, official, exclude), ALL - set(closed)) == unit


TIPS = st.builds(
    Circumstances,
    category=st.sampled_from(sorted(DISTRICT.categories)),
    official=st.sampled_from(["yes", "no", "unclear"]),
    exclude=st.lists(st.sampled_from(sorted(DISTRICT.offices)), unique=True).map(tuple),
    when=st.sampled_from(sorted(DISTRICT.choices["when"])),
    minor=st.sampled_from(["yes", "no", "unclear"]),
)


@given(TIPS, st.sets(st.sampled_from(sorted(ALL))))
def test_no_tip_ever_reaches_a_unit_that_is_excluded_or_cannot_read_it(facts, open_units):
    chosen = choose_unit(DISTRICT, facts, open_units)

    excluded = {DISTRICT.offices[office].unit for office in facts.exclude}
    assert chosen is None or (chosen in open_units and chosen not in excluded)


@given(TIPS, st.sets(st.sampled_from(sorted(ALL))))
def test_a_tip_about_an_official_reaches_supervision_or_the_level_above_and_none_else(
    facts, open_units
):
    facts = dataclasses.replace(facts, official="yes")

    assert choose_unit(DISTRICT, facts, open_units) in ("supervision", "upper", None)
    assert choose_urgency(facts) == "P1"


URGENT = [
    (tip("A1", when="now"), "P0"),
    (tip("A1", when="now", minor="yes"), "P0"),
    (tip("A4", when="now"), "P3"),
    (tip("A4", when="now", minor="yes"), "P1"),
    (tip("B2", when="now"), "P1"),
    (tip("B2", when="ongoing"), "P2"),
    (tip("A4", when="ongoing"), "P2"),
    (tip("A4", when="week"), "P2"),
    (tip("A4", when="month"), "P3"),
    (tip("A4", when="unclear"), "P3"),
    (tip("A1", "yes", when="now"), "P1"),
    (tip("A4", "unclear", ["village"]), "P1"),
]


@pytest.mark.parametrize(("facts", "urgency"), URGENT)
def test_urgency_follows_the_table_of_the_design(facts, urgency):
    assert choose_urgency(facts) == urgency


def test_an_unclear_official_without_an_exclusion_is_no_supervisory_matter():
    assert not is_supervisory("unclear", ())
