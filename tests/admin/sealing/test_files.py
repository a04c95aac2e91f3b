import json

import pytest

from admin.sealing.age import HybridIdentity
from admin.sealing.files import LARGEST, MOST_ENTRIES, FileEntry, parse_entries
from admin.sealing.payload import BadContent

KEY = str(HybridIdentity.generate())
GOOD = {
    "name": "照片1.jpg",
    "type": "image/jpeg",
    "size": 12,
    "sha256": "0" * 64,
    "blob": "0123456789abcdef" * 2,
    "key": KEY,
    "offset": 0,
    "state": "cleaned",
}
WRONG = {
    "no name": {"name": ""},
    "a long name": {"name": "长" * 121},
    "a name that is no text": {"name": 5},
    "a type with words": {"type": "image/jpeg; charset=x"},
    "an empty type": {"type": ""},
    "a negative size": {"size": -1},
    "a size that is a truth": {"size": True},
    "a size that is a fraction": {"size": 1.5},
    "an end beyond any blob": {"size": LARGEST, "offset": 1},
    "a negative offset": {"offset": -1},
    "a short sum": {"sha256": "0" * 63},
    "a sum in capitals": {"sha256": "A" * 64},
    "a blob with a path": {"blob": "../" + "0" * 29},
    "a blob with a line after it": {"blob": "0" * 32 + "\n"},
    "a classic key": {"key": "AGE-SECRET-KEY-1" + "Q" * 58},
    "a key with more behind it": {"key": KEY + "Q"},
    "a state of another's making": {"state": "clean"},
    "one thing too much": {"more": 1},
}


def test_an_entry_comes_back_from_json_as_it_was():
    entry = FileEntry.parse(GOOD)

    assert entry.to_dict() == GOOD
    assert parse_entries(json.loads(json.dumps([entry.to_dict()]))) == (entry,)


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_an_entry_that_is_not_as_we_write_it_is_refused(change):
    with pytest.raises(BadContent):
        FileEntry.parse(GOOD | change)


@pytest.mark.parametrize("name", GOOD)
def test_an_entry_that_lacks_something_is_refused(name):
    with pytest.raises(BadContent):
        FileEntry.parse({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("content", [None, 5, "abc", {}, [None], [[]], [GOOD] * (MOST_ENTRIES + 1)])
def test_a_list_that_is_none_of_ours_is_refused(content):
    with pytest.raises(BadContent):
        parse_entries(content)


def test_neither_name_nor_key_shows_where_an_entry_is_printed():
    shown = repr(FileEntry.parse(GOOD))

    assert not any(secret in shown for secret in (KEY, "照片1", "0" * 64))
