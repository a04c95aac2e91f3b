"""Whether two addresses lead to one store of files: what is taken for two may be destroyed."""

import pytest

from admin.move.files import is_one_store
from admin.vault.files.opening import open_blobs

BLOB = "0b" * 16


def one_folder(tmp_path, _request):
    (tmp_path / "link").symlink_to(tmp_path / "one")
    return (tmp_path / "one").as_uri(), (tmp_path / "link").as_uri()


def two_folders(tmp_path, _request):
    return (tmp_path / "one").as_uri(), (tmp_path / "two").as_uri()


def two_under_one_address(_tmp_path, _request):
    # As one bucket's name at two endpoints.
    return "memory:///", "memory:///"


def one_prefix(_tmp_path, request):
    bucket = request.getfixturevalue("hostile").blobs_url
    return bucket, f"{bucket}/"


def two_prefixes(_tmp_path, request):
    bucket = request.getfixturevalue("hostile").blobs_url
    return bucket, f"{bucket}more"


@pytest.mark.parametrize(
    ("named", "is_one"),
    [
        (one_folder, True),
        (two_folders, False),
        (two_under_one_address, False),
        (one_prefix, True),
        (two_prefixes, False),
    ],
)
def test_two_stores_are_one_where_what_is_written_to_one_stands_in_the_other(
    tmp_path, request, monkeypatch, named, is_one
):
    (tmp_path / "one").mkdir()
    spare, used = (open_blobs(address) for address in named(tmp_path, request))
    used.put(BLOB, 0, b"sealed")
    # The second look comes after one that was cut off.
    for _look in range(2):
        assert is_one_store(spare, used) is is_one
        assert list(used.blobs()) == [BLOB]
        assert spare.is_empty() is not is_one
        leave(spare, used, monkeypatch)


class Killed(Exception):
    """A look was killed right after it wrote."""


def leave(spare, used, monkeypatch):
    """Leave in the spare store what a look leaves that is killed."""
    kept, removed = spare.remove, []

    def dies(*_arguments):
        raise Killed

    def remove(blob):
        if not removed:
            kept(blob)
        removed.append(blob)

    with monkeypatch.context() as patched:
        patched.setattr(used, "read", dies)
        patched.setattr(spare, "remove", remove)
        with pytest.raises(Killed):
            is_one_store(spare, used)
    assert set(removed) <= set(spare.blobs())
