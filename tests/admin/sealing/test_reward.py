"""The code of a reward: its two halves, what the list holds of it, and a letter that carries it."""

import pytest

from admin.sealing import age, reward
from admin.sealing.age import HybridIdentity
from admin.sealing.errors import SealingError

CODE = "0123 4567 89AB CDEF GHJK MNPQ RSTV WXYZ"
# tests/browser/reward_test.mjs has the same: either side finds what the other made.
KEY = "bafc52c954830191c76588c1ead88d9a903f097aaaf98450b3a4f272c6ee89a8"


@pytest.fixture(scope="module")
def reporter():
    return HybridIdentity.generate()


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), CODE.replace(" ", "-"), CODE.replace("0", "o").replace("1", "l")]
)
def test_a_code_is_found_however_it_is_typed(typed):
    assert reward.key_of_code(typed).hex() == KEY


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "0", CODE.replace("Z", "U"), "零" * 32])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(reward.BadCode):
        reward.key_of_code(typed)


def test_the_key_is_made_of_the_hashes_of_both_halves():
    first, second = reward.new_half(), reward.new_half()

    hashes = reward.half_hash(first), reward.half_hash(second)
    assert reward.key_of(*hashes) == reward.key_of_code(first + second)
    assert len({reward.new_half() for _ in range(100)}) == 100


def letter_of(first, second, *recipients):
    sealed = [age.seal(half.encode(), list(recipients)) for half in (first, second)]
    return "可领取奖励：500 元。\n\n" + reward.code_line(*sealed)


def test_the_reporter_reads_the_code_in_the_letters_place(reporter):
    body = letter_of("0123456789ABCDEF", "GHJKMNPQRSTVWXYZ", reporter.recipient)

    assert reward.reveal(body, reporter) == f"可领取奖励：500 元。\n\n{CODE}"
    assert reward.reveal("没有码的话", reporter) == "没有码的话"


@pytest.mark.parametrize("half", ["0123456789ABCDE", "0123456789ABCDEU", "去别的地方领，地址是…"])
def test_a_half_that_is_something_else_is_shown_to_nobody(reporter, half):
    with pytest.raises(reward.BadCode):
        reward.reveal(letter_of(half, half, reporter.recipient), reporter)


def test_no_key_of_the_unit_opens_a_half(reporter):
    body = letter_of("0123456789ABCDEF", "GHJKMNPQRSTVWXYZ", reporter.recipient)

    with pytest.raises(SealingError):
        reward.reveal(body, HybridIdentity.generate())
