"""A file's shape is told without a key, and agrees with what opens it."""

from io import BytesIO

import pytest

from admin.sealing import age
from admin.sealing.age import HybridIdentity, X25519Identity
from admin.sealing.age.header import read_header
from admin.sealing.age.shape import WrongShape, clear_size
from admin.sealing.age.stream import CHUNK

ONE, TWO = (HybridIdentity.generate().recipient for _ in range(2))


@pytest.mark.parametrize("size", [0, 1, 512, 8192, CHUNK])
@pytest.mark.parametrize("recipients", [[ONE], [ONE, TWO], [ONE, TWO, ONE]])
def test_the_clear_size_of_a_sealed_file_is_told(size, recipients):
    sealed = age.seal(b" " * size, recipients)

    assert clear_size(sealed, recipients=len(recipients)) == size


SEALED = age.seal(b" " * 512, [ONE, TWO])
HEADER = SEALED[: SEALED.index(b"\n--- ") + 49]
CLASSIC = X25519Identity.generate().recipient

WRONG = {
    "empty": b"",
    "another version": SEALED.replace(b"/v1", b"/v2"),
    "for one": age.seal(b"", [ONE]),
    "for three": age.seal(b"", [ONE, TWO, ONE]),
    "classic": age.seal(b"", [CLASSIC, CLASSIC]),
    "two chunks": age.seal(b" " * (CHUNK + 1), [ONE, TWO]),
    "the header alone": HEADER,
    "half a tag": HEADER + b"-" * 31,
    "something before": b" " + SEALED,
    "a bit left over in the MAC": HEADER[:-2] + b"B\n" + SEALED[len(HEADER) :],
    "no end of the header": SEALED.replace(b"---", b"->-"),
}


@pytest.mark.parametrize("name", WRONG)
def test_any_other_shape_is_refused(name):
    with pytest.raises(WrongShape):
        clear_size(WRONG[name], recipients=2)


def test_the_header_taken_apart_above_is_a_whole_one():
    assert len(read_header(BytesIO(HEADER)).stanzas) == 2
