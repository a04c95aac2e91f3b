"""What a reporter has seen: who holds the tip's talk key makes and reads it, here and in Node."""

from base64 import b64decode, b64encode
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sealing.seen import SEEN, NotSeen, Seen, blank, open_seen, seal_seen
from tests.node import run_jobs

TALK, REFERENCE = b"t" * 32, "01234-56789"
TOLD = Seen(3, date(2026, 11, 30), "ab" * 32)
NOTHING = Seen(0, date(2026, 1, 2))


@pytest.mark.parametrize("seen", [TOLD, NOTHING, Seen(2**32 - 1, date(2099, 12, 31), "00" * 32)])
def test_a_box_gives_what_was_put_in_and_is_always_of_one_size(seen):
    box = seal_seen(TALK, REFERENCE, seen)

    assert open_seen(TALK, REFERENCE, box) == seen
    assert len(box) == len(blank()) == SEEN
    assert seal_seen(TALK, REFERENCE, seen) != box


def test_no_byte_of_a_box_can_be_changed():
    box = seal_seen(TALK, REFERENCE, TOLD)

    for place in range(SEEN):
        changed = bytearray(box)
        changed[place] ^= 1
        with pytest.raises(NotSeen):
            open_seen(TALK, REFERENCE, bytes(changed))


@pytest.mark.parametrize(
    ("talk", "reference", "box"),
    [
        (b"u" * 32, REFERENCE, seal_seen(TALK, REFERENCE, TOLD)),
        (TALK, "01234-56780", seal_seen(TALK, REFERENCE, TOLD)),
        (TALK, REFERENCE, seal_seen(TALK, REFERENCE, TOLD)[:-1]),
        (TALK, REFERENCE, seal_seen(TALK, REFERENCE, TOLD) + b"\0"),
        (TALK, REFERENCE, blank()),
        (TALK, REFERENCE, b""),
    ],
    ids=["other key", "other tip", "cut", "longer", "blank", "empty"],
)
def test_what_this_tips_reporter_did_not_make_is_no_box(talk, reference, box):
    with pytest.raises(NotSeen):
        open_seen(talk, reference, box)


@given(st.binary(max_size=2 * SEEN))
def test_any_other_bytes_are_no_box(box):
    with pytest.raises(NotSeen):
        open_seen(TALK, REFERENCE, box)


def test_the_browser_and_the_server_make_and_read_the_same_boxes():
    talk = b64encode(TALK).decode()
    common = {"talk": talk, "reference": REFERENCE}
    told = [
        {"number": seen.number, "day": seen.day.isoformat(), "digest": seen.digest}
        for seen in (TOLD, NOTHING)
    ]
    ours = [b64encode(seal_seen(TALK, REFERENCE, seen)).decode() for seen in (TOLD, NOTHING)]
    jobs = [common | {"act": "seal", "seen": one} for one in told]
    jobs += [common | {"act": "open", "box": box} for box in [*ours, b64encode(blank()).decode()]]
    jobs += [common | {"act": "open", "box": ""}, {"act": "blank"}]

    *results, made_blank = run_jobs("tests/admin/sealing/seen_jobs.mjs", jobs)

    theirs, read = results[:2], results[2:]
    boxes = [b64decode(box) for box in theirs]
    assert [open_seen(TALK, REFERENCE, box) for box in boxes] == [TOLD, NOTHING]
    assert read == [*told, None, None]
    assert len(b64decode(made_blank)) == SEEN
