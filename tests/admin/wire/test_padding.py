"""Answers of one kind have one size, and say what they said before."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.wire.padding import pad_bytes, pad_page

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=400)


@given(words=WORDS, size=st.integers(64, 700))
def test_a_page_has_exactly_the_wanted_size_or_the_next_multiple(words, size):
    html = f"<!doctype html><body><p>{words}</body></html>\n"
    padded = pad_page(html, size)

    length = len(html.encode())
    assert len(padded.encode()) == -(-length // size) * size
    assert padded.startswith(f"<!doctype html><body><p>{words}")
    assert padded.endswith("</body></html>\n")


@pytest.mark.parametrize("gap", [0, 1, 6, 7, 8, 400])
def test_spaces_stand_before_the_end_of_the_body(gap):
    html = "<body><p>字</body></html>"

    padded = pad_page(html, len(html.encode()) + gap)

    filler = padded.removeprefix("<body><p>字").removesuffix("</body></html>")
    assert len(filler) == gap
    assert filler.removeprefix("<!--").removesuffix("-->").strip(" ") == ""


def test_only_the_last_end_of_a_body_counts_and_a_page_without_one_is_padded_at_its_end():
    assert pad_page("<body><pre></body></pre></body>", 64).endswith("--></body>")
    assert pad_page("<p>x", 64) == f"<p>x<!--{' ' * 53}-->"


@given(words=WORDS, step=st.integers(1, 5000))
def test_json_has_a_multiple_of_the_step_and_reads_the_same(words, step):
    data = json.dumps({"words": words}, ensure_ascii=False).encode()
    padded = pad_bytes(data, step)

    assert len(padded) % step == 0
    assert 0 <= len(padded) - len(data) < step
    assert json.loads(padded) == {"words": words}


def test_even_nothing_fills_a_step():
    assert pad_bytes(b"", 16) == b" " * 16
