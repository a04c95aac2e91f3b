from itertools import pairwise

import pytest

from admin.sealing.age import HybridIdentity, seal
from admin.sealing.padme import MIB, PACKS, TooLong, blob_size, pack_size, padme, sealed_size

# The JavaScript of admin/browser/reporter/files/padme.js is held against the same table.
TABLE = {
    0: 0,
    1: 1,
    2: 2,
    7: 7,
    8: 8,
    9: 10,
    100: 104,
    1000: 1024,
    65_536: 65_536,
    65_537: 67_584,
    1_000_000: 1_015_808,
    12 * MIB: 12 * MIB,
    12 * MIB + 1: 12 * MIB + 262_144,
    200 * MIB - 1: 200 * MIB,
    500 * MIB: 504 * MIB,
    2**31: 2**31,
    2**31 + 1: 2**31 + 2**26,
}


STEPS = [4, 16, 64, 256, 1024, 2304]


def test_what_supervisory_files_are_filled_up_to_is_one_of_six_steps():
    assert [step // MIB for step in PACKS] == STEPS
    for below, step in pairwise([0, *PACKS]):
        assert pack_size(below + 1) == pack_size(step) == step
    with pytest.raises(TooLong):
        pack_size(PACKS[-1] + 1)


@pytest.mark.parametrize(("length", "padded"), TABLE.items())
def test_padme_rounds_as_in_the_table(length, padded):
    assert padme(length) == padded


def test_padme_never_shortens_adds_at_most_12_percent_and_is_its_own_result():
    lengths = [*range(2, 5000), *(2**n + d for n in range(13, 42) for d in (-1, 0, 1, 977))]
    for length in lengths:
        padded = padme(length)
        assert length <= padded <= length * 1.12
        assert padme(padded) == padded


def test_small_files_all_have_one_size():
    assert {blob_size(size) for size in (0, 1, 5000, 65_536)} == {65_536}
    assert blob_size(65_537) == padme(65_537)


def test_a_pack_takes_the_smallest_step_that_holds_it():
    assert pack_size(0) == 4 * MIB
    for step in PACKS:
        assert pack_size(step) == step
    assert pack_size(4 * MIB + 1) == 16 * MIB
    with pytest.raises(TooLong):
        pack_size(PACKS[-1] + 1)


@pytest.mark.parametrize("clear", [0, 1, 65_535, 65_536, 65_537, 3 * 65_536, 1_000_000])
def test_the_sealed_size_is_known_before_anything_is_sealed(clear):
    recipient = HybridIdentity.generate().recipient

    assert len(seal(bytes(clear), [recipient])) == sealed_size(clear)
