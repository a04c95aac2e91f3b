"""Telephones in the server's sentences are links, and nothing else is."""

import pytest

from admin.web.markup import dialled


def test_each_number_that_a_sentence_tells_to_call_is_a_link():
    assert dialled("急事打 110，公职人员的事打12388。") == (
        '急事打 <a href="tel:110">110</a>，公职人员的事打<a href="tel:12388">12388</a>。'
    )


@pytest.mark.parametrize("sentence", ["您写了 1100 个数字。", "编号 2-123456", "第 11 组", ""])
def test_no_other_number_is_a_link(sentence):
    assert dialled(sentence) == sentence


def test_markup_in_a_sentence_stays_text():
    assert dialled("<b>110") == '&lt;b&gt;<a href="tel:110">110</a>'
