"""Our reader of urlencoded bodies gives what the standard library's gives, for every input."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge

from admin.wire.urlencoded import MAX_FIELDS, parse

# Pieces that a body, honest or hostile, is made of.
PIECES = st.sampled_from(
    [b"a", b"=", b"&", b"+", b"%", b"%4", b"%41", b"%e6%9d%91", b"%E6%9D", b"%zz", b"%00", b";"]
)


@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_any_body_is_read_as_the_standard_library_reads_it(body):
    expected = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace")

    assert parse(body) == expected


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_be_read(body):
    for name, value in parse(body):
        assert isinstance(name, str)
        value.encode()


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=20))
def test_what_a_browser_encodes_comes_out_as_it_was_typed(pairs):
    typed = [(_no_surrogates(name), _no_surrogates(value)) for name, value in pairs]
    typed = [(name, value) for name, value in typed if name or value]

    assert parse(urlencode(typed).encode()) == typed


def _no_surrogates(text):
    return text.encode("utf-8", "ignore").decode()


def test_a_body_of_very_many_fields_is_refused_before_it_is_read():
    assert len(parse(b"&".join([b"a=b"] * MAX_FIELDS))) == MAX_FIELDS
    with pytest.raises(RequestEntityTooLarge):
        parse(b"&".join([b"a=b"] * (MAX_FIELDS + 1)))
