"""A publication is one file, written and read by one home, and refused with a sentence."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest

from admin.config import ROOT
from admin.reading.data_files import DataError
from admin.reading.published import (
    BUCKETS,
    MedianDays,
    Number,
    PublishedFile,
    PublishedGroup,
    PublishedMeasure,
    Words,
    dump,
    load_published,
    path_of,
)
from admin.tip.counted import DAYS, MANY_DAYS

MEANS = Words("收到的线索。", "Tips that came in.")
SPRING = PublishedFile(
    day=date(2027, 4, 15),
    quarters=("2026-Q4",),
    years=("2026",),
    demo=False,
    measures=(
        PublishedMeasure(
            *("received", "收到", "Received", MEANS, "month", "count"),
            by_group=True,
            parts=(("received_form", "received_phone"),),
        ),
        PublishedMeasure("days_closed", "天数", "Days", MEANS, "quarter", "median", by_group=False),
    ),
    groups=(PublishedGroup("drugs", "毒品", "Drugs"),),
    numbers=(
        Number("received", "2026-Q4", "all", 35),
        Number("received", "2026-Q4", "drugs", None),
    ),
    medians=(MedianDays("days_closed", "2026-Q4", "all", "16-30"),),
)
SUMMER = replace(
    SPRING,
    day=date(2027, 7, 15),
    quarters=("2027-Q1",),
    years=(),
    numbers=(Number("received", "2027-Q1", "all", None),),
    medians=(),
)


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content/data/schema", tmp_path / "data/schema")
    (tmp_path / "numbers").mkdir()
    return tmp_path


def put(content, *files):
    for file in files:
        path_of(content, file.day).write_text(dump(file), "utf-8")


def test_what_is_dumped_is_loaded_in_order_of_days(content):
    put(content, SUMMER, SPRING)

    assert load_published(content) == (SPRING, SUMMER)


def test_a_district_begins_with_none(tmp_path):
    assert load_published(tmp_path) == ()


def test_a_file_reads_row_by_row_and_is_the_same_whatever_the_order(content):
    mixed = replace(SPRING, numbers=SPRING.numbers[::-1])

    assert dump(mixed) == dump(SPRING)
    assert json.loads(dump(SPRING))["numbers"][1]["value"] is None
    row = '    {"measure": "received", "period": "2026-Q4", "group": "drugs", "value": null}\n'
    assert row in dump(SPRING)


def test_every_bucket_has_words_in_its_order():
    assert list(BUCKETS) == [*(name for _most, name in DAYS), MANY_DAYS]


def test_a_file_of_before_that_says_that_nothing_was_revised_is_read_as_it_is(content):
    put(content, SPRING)
    path = path_of(content, SPRING.day)
    said = path.read_text("utf-8")
    path.write_text(said.removesuffix("\n}\n") + ',\n  "revised": []\n}\n', "utf-8")

    assert load_published(content) == (SPRING,)


REFUSED = {
    "below ten": (('"value": 35', '"value": 5'), "第 15 行（numbers › 第 1 个 › value）"),
    "not rounded": (('"value": 35', '"value": 36'), "要是 5 的倍数"),
    "a finer period": (('"2026-Q4", "group": "all"', '"2026-W4", "group": "all"'), "写法不对"),
    "a place": (('"group": "drugs", "value"', '"group": "shili", "value"'), "没有说明"),
    "a reason": (('"value": null', '"value": null, "why": "small"'), "why 不认识"),
    "no such bucket": (("16-30", "16-31"), "没有「16-31」这一段天数"),
    "another quarter": (
        ('"2026-Q4", "group": "all"', '"2027-11", "group": "all"'),
        "不在这一次公布",
    ),
    "another day": (('"day": "2027-04-15"', '"day": "2027-04-16"'), "2027-04-16.json"),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_what_no_publication_says_is_refused(content, change, said):
    put(content, SPRING)
    path = path_of(content, SPRING.day)
    old, new = change
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(DataError) as refused:
        load_published(content)
    assert said in str(refused.value)


def test_demo_and_real_numbers_never_lie_together(content):
    put(content, SPRING, replace(SUMMER, demo=True))

    with pytest.raises(DataError, match="演示的数和真的数"):
        load_published(content)


def test_a_number_is_published_once(content):
    put(content, SPRING, replace(SUMMER, quarters=SPRING.quarters, numbers=SPRING.numbers))

    with pytest.raises(DataError, match=r"在 2027-04-15\.json 里已经公布过"):
        load_published(content)
