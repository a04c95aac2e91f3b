"""The list of the files of tests that are begun first."""

from admin.config import ROOT
from tests.longest import LONGEST


def test_each_file_that_is_begun_first_is_there_and_named_once():
    absent = [name for name in LONGEST if not (ROOT / "tests" / name).is_file()]

    assert absent == []
    assert len(set(LONGEST)) == len(LONGEST)
