import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sealing import receipt
from admin.sealing.age import HybridIdentity, open_sealed, parse_recipient, seal
from admin.sealing.receipt import ReceiptError, WrongGroup, WrongLength

DIGITS = "0123456789"
SITE = "0123456789abcdef"
thirty = st.text(DIGITS, min_size=30, max_size=30)


def made_before(digits):
    """A receipt as it was made before decision 78: each group starts from 0."""
    groups = [digits[at : at + 5] for at in range(0, 30, 5)]
    return "".join(group + receipt._state_after(group, 0) for group in groups)


receipts = thirty.map(receipt.with_checks)
given_out = receipts | thirty.map(made_before)


@given(receipts, st.lists(st.sampled_from([" ", "-", "－", "\u3000", "\n", "，", "码", ""])))
def test_a_receipt_is_read_with_any_separators_and_in_full_width(text, separators):
    between = itertools.chain(separators, itertools.repeat(""))
    typed = "".join(digit + next(between) for digit in text)
    full_width = typed.translate(str.maketrans(DIGITS, "０１２３４５６７８９"))
    plain = receipt.check(receipt.grouped(text))
    assert receipt.check(typed) == receipt.check(full_width) == plain
    assert receipt.with_checks(plain) == text


@given(given_out)
def test_every_wrong_digit_is_caught_and_its_group_named(text):
    for at, wrong in itertools.product(range(36), DIGITS):
        if wrong == text[at]:
            continue
        with pytest.raises(WrongGroup) as caught:
            receipt.check(text[:at] + wrong + text[at + 1 :])
        assert caught.value.groups == [at // 6 + 1]


@given(given_out)
def test_every_swap_of_neighbours_is_caught_and_its_groups_named(text):
    for at in range(35):
        if text[at] == text[at + 1]:
            continue
        with pytest.raises(WrongGroup) as caught:
            receipt.check(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
        assert caught.value.groups == sorted({at // 6 + 1, (at + 1) // 6 + 1})


@given(thirty)
def test_a_receipt_made_before_opens_what_it_opened(digits):
    assert receipt.check(receipt.grouped(made_before(digits))) == digits


def test_of_all_that_six_groups_may_say_two_are_right():
    """A receipt of now passes for an older one only where five of its groups are wrong at once."""
    right = [places for places in itertools.product(range(6), repeat=6) if is_right(places)]
    assert right == [(0, 0, 0, 0, 0, 0), (0, 1, 2, 3, 4, 5)]


def is_right(places):
    try:
        receipt._refuse_wrong(list(places))
    except WrongGroup:
        return False
    return True


@given(receipts, st.permutations(range(6)))
def test_groups_that_changed_places_are_named(text, order):
    groups = receipt.grouped(text).split(" ")
    moved = [number for number, at in enumerate(order, 1) if number - 1 != at]
    typed = "".join(groups[at] for at in order)
    if not moved:
        assert receipt.check(typed)
        return
    with pytest.raises(WrongGroup) as caught:
        receipt.check(typed)
    assert (caught.value.groups, caught.value.is_order) == (moved, True)


@given(st.text(DIGITS + " -", max_size=60).filter(lambda t: sum(c in DIGITS for c in t) != 36))
def test_another_number_of_digits_is_told_with_the_number(typed):
    with pytest.raises(WrongLength) as caught:
        receipt.check(typed)
    assert caught.value.found == sum(character in DIGITS for character in typed)


@given(receipts)
def test_a_refusal_repeats_no_digit_of_the_receipt(text):
    changed = text[:-1] + DIGITS[(int(text[-1]) + 1) % 10]
    for typed in (changed, text + "0"):
        with pytest.raises(ReceiptError) as caught:
            receipt.check(typed)
        assert not any(group in str(caught.value) for group in (text[:6], text[30:]))


@pytest.mark.parametrize("digits", ["", "0" * 29, "0" * 31, "x" * 30, "٣" * 30, "０" * 30])
def test_checks_are_added_to_30_plain_digits_only(digits):
    with pytest.raises(WrongLength):
        receipt.with_checks(digits)


def test_the_table_catches_each_wrong_digit_and_each_swap_by_its_algebra():
    table = [[int(digit) for digit in row] for row in receipt._DAMM]
    everything = set(range(10))
    assert all(set(row) == everything for row in table)
    assert all(set(column) == everything for column in zip(*table, strict=True))
    assert all(table[i][i] == 0 for i in range(10))
    for state, x, y in itertools.product(range(10), repeat=3):
        if x != y:
            assert table[table[state][x]][y] != table[table[state][y]][x]


def test_the_check_digit_is_that_of_the_published_example():
    assert receipt._state_after("572", 0) == "4"


def test_new_digits_are_30_and_never_twice_the_same():
    many = {receipt.new_digits() for _ in range(200)}
    assert len(many) == 200
    assert all(len(digits) == 30 and set(digits) <= set(DIGITS) for digits in many)


def test_the_digits_of_a_form_hang_on_key_and_nonce_alone():
    digits = receipt.digits_from(bytes(32), bytes(16))
    # HMAC-SHA256 of 16 zero bytes under 32 zero bytes, worked out apart.
    number = 0x853C7403937D8B6239569B184EB7993FC5F751AEFCEA28F2C863858E2D29C50B
    assert digits == f"{number % 10**30:030d}"
    assert digits == receipt.digits_from(bytes(32), bytes(16))
    assert digits != receipt.digits_from(bytes(32), bytes(15) + b"\1")
    assert digits != receipt.digits_from(bytes(31) + b"\1", bytes(16))


def test_small_numbers_keep_their_zeros():
    assert receipt._as_digits(7) == "0" * 29 + "7"


def test_the_vector_of_the_design_holds():
    text = receipt.with_checks(DIGITS * 3)
    assert receipt.grouped(text) == "012340 567893 012341 567898 012345 567891"
    assert receipt.check("012340567894" * 3) == receipt.check(text) == DIGITS * 3
    assert receipt.derive(DIGITS * 3, SITE).lookup.hex() == "9c2cc3905ca11196b576b2412e810eb7"


def test_keys_of_one_receipt_differ_from_site_to_site():
    here, there = (receipt.derive(DIGITS * 3, site) for site in (SITE, SITE[::-1]))
    assert {here.lookup, here.seed, here.talk}.isdisjoint({there.lookup, there.seed, there.talk})


def test_a_receipt_opens_what_was_sealed_to_its_recipient():
    keys = receipt.derive(DIGITS * 3, SITE)
    answer = seal(b"words", [parse_recipient(str(keys.identity.recipient))])
    again = receipt.derive(receipt.check(receipt.with_checks(DIGITS * 3)), SITE)
    assert open_sealed(answer, [again.identity]) == b"words"
    assert isinstance(keys.identity, HybridIdentity)


def test_secrets_do_not_show_themselves_in_logs():
    keys = receipt.derive(DIGITS * 3, SITE)
    assert keys.talk.hex() not in repr(keys)
    assert repr(keys.talk) not in repr(keys)
    assert repr(keys.seed) not in repr(keys)
