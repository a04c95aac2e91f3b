"""A recovery identity comes back from its two halves, and from nothing less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.keys import recovery_shares
from admin.sealing.age.hybrid import HybridIdentity

seeds = st.binary(min_size=32, max_size=32)


@given(seeds)
def test_two_halves_make_the_identity(seed):
    first, second = recovery_shares.split(HybridIdentity(seed))

    assert recovery_shares.join(first, second).seed == seed
    assert recovery_shares.join(second.lower(), first.replace(" ", "-")).seed == seed


@given(seeds, st.integers(0, 68), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_caught(seed, place, other):
    first, second = recovery_shares.split(HybridIdentity(seed))
    wrong = first[:place] + other + first[place + 1 :]
    if wrong == first or first[place] == " ":
        return

    with pytest.raises(recovery_shares.BadHalf):
        recovery_shares.join(wrong, second)


def test_a_half_is_new_each_time_and_tells_nothing_alone():
    identity = HybridIdentity.generate()

    printed = {half for _ in range(20) for half in recovery_shares.split(identity)}

    assert len(printed) == 40


@pytest.mark.parametrize("typed", ["", "0000", "U" * 56, "Z" * 56, "0" * 57])
def test_what_is_no_half_is_refused(typed):
    good, _other = recovery_shares.split(HybridIdentity.generate())

    with pytest.raises(recovery_shares.BadHalf):
        recovery_shares.join(good, typed)
