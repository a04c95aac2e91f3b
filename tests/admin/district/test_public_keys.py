"""What the public reads of the keys: each difference is named, rows of another shape are none."""

from datetime import date

import pytest

from admin.district.public_keys import NotSeen, _read, differences, seen_keys, told
from admin.reading.keys_file import Keys

UNTIL = date(2026, 12, 31)
POLICE, TRADE, OLD = ("police", "aaaa"), ("trade", "bbbb"), ("police", "cccc")
WANTED = Keys(frozenset({POLICE, TRADE}), frozenset({(*OLD, UNTIL)}))


def row(key, **more):
    return {"unit": key[0], "fingerprint": key[1], **more}


def page(keys, retiring):
    return {"keys": keys, "retiring": retiring, "routes": "0" * 64}


SAME = page([row(POLICE), row(TRADE)], [row(OLD, until="2026-12-31")])
MISSING, ADDED = "公众看不到 {} 的 {}", "公众看到 {} 的 {}，keys.yml 里没有"
OLDER = "退役的旧钥匙不一样"
DIFFERENT = {
    "one key too few": (page([row(POLICE)], SAME["retiring"]), [MISSING.format(*TRADE)]),
    "none at all": ({}, [MISSING.format(*POLICE), MISSING.format(*TRADE)]),
    "one key too many": (
        page([*SAME["keys"], row(("upper", "dddd"))], SAME["retiring"]),
        [ADDED.format("upper", "dddd")],
    ),
    "a key of another unit": (
        page([row(POLICE), row(("drugs", "bbbb"))], SAME["retiring"]),
        [MISSING.format(*TRADE), ADDED.format("drugs", "bbbb")],
    ),
    "another fingerprint": (
        page([row(POLICE), row(("trade", "ffff"))], SAME["retiring"]),
        [MISSING.format(*TRADE), ADDED.format("trade", "ffff")],
    ),
    "no older key": (page(SAME["keys"], []), [OLDER]),
    "an older key too many": (
        page(SAME["keys"], [*SAME["retiring"], row(TRADE, until="2026-12-31")]),
        [OLDER],
    ),
    "an older key for a day more": (page(SAME["keys"], [row(OLD, until="2027-01-01")]), [OLDER]),
    "an older key without a day": (page(SAME["keys"], [row(OLD, until="soon")]), [OLDER]),
}


def test_the_same_list_has_no_difference_in_whatever_order():
    assert differences(SAME, WANTED) == []
    assert differences(page([*reversed(SAME["keys"])], SAME["retiring"]), WANTED) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_each_difference_is_named(name):
    seen, said = DIFFERENT[name]

    assert differences(seen, WANTED) == said


ODD = [None, 1, "police", [], {}, {"unit": "trade"}, {"fingerprint": "bbbb"}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_row_of_another_shape_counts_for_nothing(odd):
    assert seen_keys(page([odd, row(POLICE, extra="x")], odd)) == Keys(
        frozenset({POLICE}), frozenset()
    )


def test_what_the_public_reads_is_told_key_by_key():
    assert told(SAME) == [
        "  police\taaaa",
        "  trade\tbbbb",
        "  police\tcccc\t旧，到 2026-12-31",
    ]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'"keys"', b"\xff", b"null"])
def test_an_answer_that_is_no_list_of_keys_is_none(text):
    with pytest.raises(NotSeen, match="不是钥匙的名单"):
        _read(text)

    assert _read(b'{"keys": []}') == {"keys": []}
