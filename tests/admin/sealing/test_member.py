import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sealing import member
from admin.sealing.age import HybridIdentity, PassphraseIdentity, open_sealed, seal_with_passphrase
from admin.sealing.member import BadCode

codes = st.binary(min_size=16, max_size=16).map(member.encode_code)


@given(codes)
def test_a_code_is_read_as_it_is_printed_or_misread(code):
    printed = member.grouped_code(code)
    assert [len(group) for group in printed.split("-")] == [5, 5, 5, 5, 6]
    misread = printed.replace("0", "O").replace("1", "l")
    for typed in (code, printed, printed.upper(), f" {printed.replace('-', ' ')}\n", misread):
        assert member.normalise_code(typed) == code


@given(st.integers(0, 2**128 - 1))
def test_a_code_holds_its_128_bits(number):
    code = member.encode_code(number.to_bytes(16))
    value = 0
    for character in code:
        value = value * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(character)
    assert value == number
    assert len(code) == 26


def test_new_codes_are_never_twice_the_same():
    assert len({member.new_code() for _ in range(200)}) == 200


def test_a_refused_code_is_not_repeated():
    with pytest.raises(BadCode) as refusal:
        member.normalise_code("secret-secret")
    assert "secret" not in str(refusal.value)


def test_a_members_identity_opens_however_the_code_was_typed():
    identity, code = HybridIdentity.generate(), member.new_code()
    passphrase = member.sealing_passphrase("灯 哨", code)
    sealed = seal_with_passphrase(str(identity).encode(), passphrase, log_n=4)
    typed = member.sealing_passphrase("\u3000灯\u00a0哨 ", member.grouped_code(code).upper())
    assert open_sealed(sealed, [PassphraseIdentity(typed)]).decode() == str(identity)


def test_a_salt_of_another_length_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        member.sign_in_secret("words", "0" * 26, bytes(15))


@pytest.mark.parametrize("pair", [("a\tb", "c"), ("a\n", "c"), ("a", "c\nd\te")])
def test_a_name_that_would_blur_the_roster_is_refused(pair):
    with pytest.raises(ValueError, match="tab"):
        member.roster_mac(bytes(32), [pair])


def test_a_roster_is_one_in_any_order_and_another_with_one_change():
    pairs = [("police-1", "age1pq1a"), ("police-2", "age1pq1b")]
    whole = member.roster_mac(bytes(32), pairs)
    assert member.roster_mac(bytes(32), reversed(pairs)) == whole
    assert member.roster_mac(bytes(32), pairs[:1]) != whole
    assert member.roster_mac(bytes(31) + b"\1", pairs) != whole
    swapped = [("police-1", "age1pq1b"), ("police-2", "age1pq1a")]
    assert member.roster_mac(bytes(32), swapped) != whole


def test_a_fingerprint_is_of_both_keys_and_the_unit():
    shown = member.fingerprint("police", "age1pq1a", "age1pq1b")
    assert [len(group) for group in shown.split(" ")] == [4] * 8
    assert shown != member.fingerprint("drugs", "age1pq1a", "age1pq1b")
    assert shown != member.fingerprint("police", "age1pq1b", "age1pq1a")
