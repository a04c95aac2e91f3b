import base64
import io
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sealing.age import (
    BadKey,
    BadRecipients,
    HeaderError,
    HybridIdentity,
    NoMatch,
    PassphraseIdentity,
    PassphraseRecipient,
    PayloadError,
    Reader,
    SealingError,
    Writer,
    X25519Identity,
    bech32,
    open_sealed,
    parse_identity,
    parse_recipient,
    seal,
    seal_with_passphrase,
)

CHUNK = 65536
BOUNDARIES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]
MIB = 1 << 20
ONE, OTHER = HybridIdentity.from_seed(bytes(32)), HybridIdentity.from_seed(bytes(31) + b"\1")
CLASSIC = X25519Identity(bytes(31) + b"\1")


class Trickle(io.RawIOBase):
    """A source that gives a few bytes at a time, as a socket may."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def read(self, size=-1):
        return self._data.read(min(size, 1000) if size > 0 else size)

    def readline(self, size=-1):
        return self._data.readline(size)


@pytest.mark.parametrize("length", BOUNDARIES)
@pytest.mark.parametrize("identity", [ONE, CLASSIC], ids=["hybrid", "classic"])
def test_what_was_sealed_opens_at_every_boundary_of_chunks(length, identity):
    data = bytes(range(256)) * (length // 256 + 1)
    sealed = seal(data[:length], [identity.recipient])
    assert open_sealed(sealed, [identity]) == data[:length]


@pytest.mark.parametrize("length", BOUNDARIES)
@pytest.mark.parametrize("piece", [1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_file_is_the_same_in_whatever_pieces_it_is_pushed_and_pulled(length, piece):
    data, parts = bytes(length), []
    with Writer(parts.append, [ONE.recipient]) as writer:
        for start in range(0, length, piece):
            assert writer.write(memoryview(data)[start : start + piece]) <= piece
    chunks = list(Reader(Trickle(b"".join(parts)), [ONE]))
    assert b"".join(chunks) == data
    assert all(len(chunk) == CHUNK for chunk in chunks[:-1])


def test_each_recipient_opens_the_file_and_nobody_else():
    sealed = seal(b"words", [ONE.recipient, OTHER.recipient])
    assert open_sealed(sealed, [ONE]) == open_sealed(sealed, [OTHER]) == b"words"
    assert open_sealed(sealed, [HybridIdentity.generate(), OTHER]) == b"words"
    with pytest.raises(NoMatch):
        open_sealed(sealed, [HybridIdentity.generate(), CLASSIC, PassphraseIdentity("words")])


def test_two_files_of_the_same_words_have_nothing_in_common():
    first, second = (seal(b"words", [ONE.recipient]) for _ in range(2))
    assert first[60:] != second[60:]
    assert len(first) == len(second)


@pytest.mark.parametrize(
    "recipients",
    [
        [],
        [ONE.recipient, CLASSIC.recipient],
        [ONE.recipient, PassphraseRecipient("words", log_n=1)],
        [PassphraseRecipient("words", log_n=1), PassphraseRecipient("others", log_n=1)],
    ],
    ids=["none", "hybrid and classic", "hybrid and passphrase", "two passphrases"],
)
def test_recipients_that_must_not_stand_together_are_refused_before_a_byte_is_written(recipients):
    parts = []
    with pytest.raises(BadRecipients):
        Writer(parts.append, recipients)
    assert parts == []


def test_a_writer_left_by_an_exception_leaves_a_file_that_does_not_open():
    parts = []
    with suppress(ConnectionError), Writer(parts.append, [ONE.recipient]) as writer:
        writer.write(bytes(CHUNK + 1))
        raise ConnectionError
    with pytest.raises(PayloadError):
        open_sealed(b"".join(parts), [ONE])


def test_a_closed_writer_closes_once_and_takes_no_more():
    parts = []
    writer = Writer(parts.append, [ONE.recipient])
    writer.close()
    writer.close()
    assert open_sealed(b"".join(parts), [ONE]) == b""
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")


def test_writing_takes_the_same_memory_for_64_mib_as_for_one():
    piece, peaks = bytes(MIB), []
    for pieces in (1, 64):
        tracemalloc.start()
        with Writer(lambda data: None, [ONE.recipient]) as writer:
            for _ in range(pieces):
                writer.write(piece)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < MIB // 2
    assert peaks[1] < peaks[0] * 1.2


SMALL_FILES = [
    pytest.param(seal(b"words", [ONE.recipient]), ONE, id="hybrid"),
    pytest.param(seal(b"words", [CLASSIC.recipient]), CLASSIC, id="classic"),
    pytest.param(
        seal_with_passphrase(b"words", "words", 2),
        PassphraseIdentity("words", max_log_n=9),
        id="passphrase",
    ),
]


@pytest.mark.parametrize(("sealed", "identity"), SMALL_FILES)
@pytest.mark.parametrize("change", [0x01, 0x20, 0x80])
def test_a_change_of_any_byte_is_refused(sealed, identity, change):
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= change
        with pytest.raises(SealingError):
            open_sealed(bytes(changed), [identity])


@pytest.mark.parametrize(("sealed", "identity"), SMALL_FILES)
def test_a_file_cut_or_continued_anywhere_is_refused(sealed, identity):
    for length in range(len(sealed)):
        with pytest.raises(SealingError):
            open_sealed(sealed[:length], [identity])
    with pytest.raises(PayloadError):
        open_sealed(sealed + b"\0", [identity])


def test_chunks_that_change_places_are_refused():
    sealed = seal(bytes(CHUNK) + b"\1" * CHUNK + b"end", [ONE.recipient])
    start = len(sealed) - 2 * (CHUNK + 16) - 19
    first, second = (sealed[start + i * (CHUNK + 16) :][: CHUNK + 16] for i in range(2))
    with pytest.raises(PayloadError):
        open_sealed(sealed[:start] + second + first + sealed[-19:], [ONE])


def test_a_header_without_end_is_refused_before_it_fills_the_memory():
    endless = io.BytesIO(b"age-encryption.org/v1\n" + b"-> x\n\n" * 100_000)
    with pytest.raises(HeaderError):
        Reader(endless, [ONE])
    assert endless.tell() < 300_000


def test_a_work_factor_over_the_limit_is_refused_without_the_work():
    sealed = seal_with_passphrase(b"words", "words", 4)
    with pytest.raises(HeaderError, match="limit"):
        open_sealed(sealed, [PassphraseIdentity("words", max_log_n=3)])
    assert open_sealed(sealed, [PassphraseIdentity("words", max_log_n=4)]) == b"words"


def test_a_wrong_passphrase_does_not_match():
    with pytest.raises(NoMatch):
        open_sealed(seal_with_passphrase(b"words", "words", 2), [PassphraseIdentity("Words")])


@pytest.mark.parametrize("identity", [ONE, CLASSIC], ids=["hybrid", "classic"])
def test_keys_are_read_from_their_own_texts(identity):
    assert str(parse_identity(str(identity)).recipient) == str(identity.recipient)
    assert parse_recipient(str(identity.recipient)).public == identity.recipient.public
    assert parse_recipient(str(identity.recipient)) is parse_recipient(str(identity.recipient))


def test_the_key_pair_printed_in_the_specification_is_ours_too():
    text = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
    recipient = str(parse_identity(text).recipient)
    # Both ends suffice: the last six characters are a checksum over all the others.
    assert recipient.startswith("age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5")
    assert recipient.endswith("3tlhl53k2ykx3qheyty7saeq0d3fzv49zc0k")


def test_identities_do_not_show_themselves_in_logs():
    for identity in (ONE, CLASSIC):
        assert repr(identity) == f"<{type(identity).__name__}>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "age1",
        str(CLASSIC),
        str(ONE.recipient).upper(),
        str(ONE.recipient)[:-1],
        str(ONE.recipient).replace("age1pq1", "age1pr1"),
        str(ONE.recipient) + "q",
        str(CLASSIC.recipient).capitalize(),
        str(CLASSIC.recipient).replace("1", "1б"),
        bech32.encode("age", bytes(31)),
        bech32.encode("age1pq", bytes(1215)),
        bech32.encode("age1pq", b"\xff" * 1216),
        bech32.encode("age1tag", bytes(33)),
    ],
)
def test_what_is_no_recipient_is_refused(text):
    with pytest.raises(BadKey):
        parse_recipient(text)


@pytest.mark.parametrize(
    "text",
    [
        str(ONE).lower(),
        str(ONE.recipient),
        str(ONE)[:-1] + "Q",
        bech32.encode("age-secret-key-pq-", bytes(31)).upper(),
        bech32.encode("age-secret-key-", bytes(33)).upper(),
    ],
)
def test_what_is_no_identity_is_refused_without_being_repeated(text):
    with pytest.raises(BadKey) as refusal:
        parse_identity(text)
    assert text not in str(refusal.value)


@given(st.binary(max_size=100), st.sampled_from(["age", "age1pq", "a1b"]))
def test_bech32_gives_back_what_it_was_given(data, prefix):
    assert bech32.decode(bech32.encode(prefix, data)) == (prefix, data)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_bech32_catches_any_wrong_character(data, draw):
    text = bech32.encode("age", data)
    at = draw.draw(st.integers(4, len(text) - 1))
    other = draw.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l").filter(text[at].__ne__))
    with pytest.raises(BadKey):
        bech32.decode(text[:at] + other + text[at + 1 :])


@given(st.binary(max_size=1300))
def test_bech32_cuts_bytes_as_base32_of_the_standard_library_does(data):
    alphabet = bytes.maketrans(bytes(range(32)), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    assert bech32._values(data).translate(alphabet) == base64.b32encode(data).rstrip(b"=")


def test_a_recipients_text_needs_no_second_parsing():
    identity = HybridIdentity(bytes(range(32)))

    assert identity.recipient_text == identity.recipient.text == str(identity.recipient)
