"""What the counter sees of queues, against somebody who tries every way in which it may be."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from admin.counts.workload.withholding import (
    Split,
    at_least,
    is_safe,
    range_of,
    reveal,
    show,
)

LEAST = 3
"""Small, so that all ways can be tried."""


def sums(cells):
    return sorted({sum(way) for way in product(*(within(count) for count in cells))})


def within(count):
    one = range_of(count, LEAST)
    return range(one.low, one.high + 1)


def every_total(splits, parts):
    """Try all totals that the shown numbers allow; each with what else is known of it."""
    possible = [set.intersection(*(set(sums(way)) for way in one.ways)) for one in splits]
    for totals in product(*possible):
        if all(min(sums(part)) <= sum(totals) for part in parts):
            yield totals


def is_told(cells, totals):
    """Tell whether a hidden cell can't be each of 0 to LEAST - 1, given the sums there may be."""
    for place, count in enumerate(cells):
        if count >= LEAST:
            continue
        others = set(sums([*cells[:place], *cells[place + 1 :]])) if len(cells) > 1 else {0}
        if any(not any(total - value in others for total in totals) for value in range(LEAST)):
            return True
    return False


def is_told_by_hand(splits, parts):
    found = list(every_total(splits, parts))
    for place, split in enumerate(splits):
        if any(is_told(way, {totals[place] for totals in found}) for way in split.ways):
            return True
    most = max(sum(totals) for totals in found)
    # A part leaves some out: all sums up to the most are possible.
    return any(is_told(part, range(most + 1)) for part in parts)


@st.composite
def queues(draw):
    """Make units whose states and ages are the same tips, and parts of all of them."""
    splits, tips = [], 0
    for _unit in range(draw(st.integers(1, 2))):
        states = draw(st.lists(st.integers(0, 7), min_size=1, max_size=3))
        tips += sum(states)
        cuts = sorted(draw(st.lists(st.integers(0, sum(states)), min_size=1, max_size=2)))
        ages = [b - a for a, b in zip([0, *cuts], [*cuts, sum(states)], strict=True)]
        splits.append(Split((states, ages)) if draw(st.booleans()) else Split((states,)))
    first = draw(st.integers(0, tips))
    part = [first, draw(st.integers(0, tips - first))]
    return splits, draw(st.sampled_from([[], [part], [[tips]]]))


@settings(max_examples=150, deadline=None)
@given(queues())
def test_safe_is_what_nobody_can_narrow_by_trying_every_way(found):
    splits, parts = found

    assert is_safe(splits, parts, LEAST) == (not is_told_by_hand(splits, parts))


def test_states_alone_tell_nothing_of_one_another():
    assert is_safe([Split(([0, 9, 40, 3],)), Split(([0, 0, 0, 0],))])


def test_ages_that_need_all_hidden_states_to_be_full_are_hidden():
    # 18 of them at most by the states, 10 and more by the ages: none of the hidden must be 0.
    assert not is_safe([Split(([9, 9], [18, 0]))])
    assert is_safe([Split(([9, 9, 9], [10, 17]))]) is False
    assert is_safe([Split(([9, 9, 25], [25, 18]))])


def test_a_part_that_would_tell_is_hidden_whole_and_those_before_it_are_not():
    splits = [Split(([9, 9],))]

    assert reveal(splits, [[4], [18, 0], [3, 0]]) == [[None], [None, None], [None, None]]
    assert reveal([Split(([90],))], [[14], [21, 3]]) == [[10], [20, None]]


def test_a_number_is_shown_in_tens_and_the_sum_is_of_what_is_shown():
    assert show([9, 10, 19, 0, 104]) == [None, 10, 10, None, 100]
    assert at_least(show([9, 10, 19, 0, 104])) == 120
    assert at_least(show([9, 9])) is None
