"""The invented tips of ../shared/tips go where their README says."""

import pytest

from tests.shared_tips import read_tips

# number: unit, urgency
EXPECTED = {
    "01": ("police", "P2"),
    "02": ("supervision", "P1"),
    "03": ("police", "P3"),
    "04": ("drugs", "P1"),
    "05": ("police", "P3"),
    "06": ("police", "P2"),
    "07": ("drugs", "P3"),
    "08": ("police", "P0"),
    "09": ("police", "P3"),
    "10": ("police", "P2"),
    "11": ("police", "P3"),
    "12": ("police", "P2"),
}


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_a_tip_goes_in_through_the_form_and_opens_for_its_unit_alone(
    shared, reporter, stored, units, number
):
    answers = read_tips(shared)[number]
    reporter.open_form()

    page = reporter.send(**answers)

    assert page.receipt
    [tip] = stored()
    assert (tip.unit, tip.urgency) == EXPECTED[number]
    # What the form shows as chosen and nobody changed comes along.
    assert tip.words.fields == {"minor": "unclear", "official": "unclear", **answers}


def test_the_tip_about_officials_opens_with_no_key_but_the_supervisory_units(
    shared, reporter, stored, units, app
):
    from admin.sealing import age

    reporter.open_form()
    reporter.send(**read_tips(shared)["02"])

    [tip] = stored()
    for unit_id, unit in units.items():
        if unit_id != "supervision":
            with pytest.raises(age.NoMatch):
                age.open_sealed(tip.row.sealed, [unit.identity, unit.recovery])


def test_danger_to_life_meets_110_before_any_field(reporter):
    page = reporter.open_form().text

    assert page.index("tel:110") < page.index('name="category"')
