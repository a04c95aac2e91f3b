"""Bars are drawn from the numbers of the table beside them, and from nothing else."""

import re
from xml.etree import ElementTree

import pytest

from admin.reading.drawing.bars import LONGEST, Bars, draw, key

ROWS = [Bars("甲 & 乙", (40, 10)), Bars("丙", (0, None))]


def widths(drawn):
    return [one.get("width") for one in ElementTree.fromstring(drawn).iter("rect")]


def test_bars_share_one_scale_and_none_has_no_length():
    assert widths(draw(ROWS, label="图")) == [f"{LONGEST:.1f}%", f"{LONGEST / 4:.1f}%"]
    assert widths(draw(ROWS, label="图", most=80)) == [f"{LONGEST / 2:.1f}%", f"{LONGEST / 8:.1f}%"]


def test_a_number_beyond_the_scale_widens_it():
    assert widths(draw([Bars("甲", (50, 100))], label="图", most=50)) == [
        f"{LONGEST / 2:.1f}%",
        f"{LONGEST:.1f}%",
    ]


def test_every_number_is_written_and_one_that_is_not_told_is_a_word():
    words = [one.text for one in ElementTree.fromstring(draw(ROWS, label="图")).iter("text")]
    assert words == ["甲 & 乙", "40", "10", "丙", "0", "—"]


@pytest.mark.parametrize("drawn", [draw(ROWS, label='"><script>'), key(["<b>", "丙"])])
def test_words_stay_words_and_neither_style_nor_id_nor_script_stands_in_a_drawing(drawn):
    ElementTree.fromstring(drawn)
    assert not re.search(r"<script|<b>|\sstyle=|\sid=|href", drawn)


def test_nothing_at_all_is_drawn_without_failing():
    assert widths(draw([], label="图")) == []


def test_without_names_there_is_no_room_for_them():
    named, nameless = (draw([Bars(name, (5,))], label="图") for name in ("甲", ""))
    assert [one.text for one in ElementTree.fromstring(nameless).iter("text")] == ["5"]
    tall, low = (float(re.search(r'height="([\d.]+)em"', one)[1]) for one in (named, nameless))
    assert low < tall
