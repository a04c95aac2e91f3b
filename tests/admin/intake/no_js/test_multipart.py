"""Our reader of forms with files gives what werkzeug's gives, for all that browsers write."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from admin.intake.no_js import multipart
from admin.wire.urlencoded import MAX_FIELDS

BOUNDARY = "----WebKitFormBoundaryAbC123"
# Pieces that a file is made of: much that looks like the end of a part.
PIECES = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b"--", b"\r\n--", b"----WebKitFormBoundary", b"AbC12", b"\0", b"x" * 9]
)
CONTENT = st.lists(PIECES, max_size=12).map(b"".join)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\%'))


def body(fields, files, boundary=BOUNDARY):
    """Write a form as Chromium does."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for filename, content in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
        head += f'filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


class Trickle(BytesIO):
    """Gives a body in pieces, as a line does."""

    def __init__(self, data, step):
        super().__init__(data)
        self.step = step

    def read(self, size=-1):
        return super().read(min(size, self.step) if size >= 0 else self.step)


def ours(data, *, boundary=BOUNDARY, step=1 << 20):
    pairs, files = multipart.read_parts(Trickle(data, step), boundary, BytesIO)
    return pairs, [(name, file.filename, file.stream.read()) for name, file in files]


def werkzeugs(data):
    parser = MultiPartParser(stream_factory=lambda **_told: BytesIO())
    fields, files = parser.parse(BytesIO(data), BOUNDARY.encode(), len(data))
    return list(fields.items(multi=True)), [
        (name, file.filename, file.stream.read()) for name, file in files.items(multi=True)
    ]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(NAMES, st.text(st.characters(exclude_categories=["Cs"]))), max_size=6),
    st.lists(st.tuples(NAMES.filter(bool), CONTENT), max_size=4),
    st.integers(1, 90),
)
def test_what_a_browser_writes_is_read_as_werkzeug_reads_it(fields, files, step):
    data = body(fields, files)

    found, found_files = ours(data)
    assert ours(data, step=step) == (found, found_files)
    assert (list(MultiDict(found).items(multi=True)), found_files) == werkzeugs(data)


def test_the_part_of_a_field_where_nothing_was_chosen_is_no_file():
    assert ours(body([("what", "a")], [("", b"")])) == ([("what", "a")], [])


def test_an_empty_file_and_one_without_a_name_are_files():
    assert ours(body([], [("a.txt", b""), ("", b"x")]))[1] == [
        ("files", "a.txt", b""),
        ("files", "", b"x"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a%22b.jpg", 'a"b.jpg'),
        ("a%0D%0Ab.jpg", "a\r\nb.jpg"),
        ("100%.jpg", "100%.jpg"),
        ("%41.jpg", "%41.jpg"),
        ("..\\a;b=c.jpg", "..\\a;b=c.jpg"),
        ("照片.jpg", "照片.jpg"),
    ],
)
def test_a_name_is_read_as_browsers_escape_it(written, meant):
    assert ours(body([], [(written, b"x")]))[1][0][1] == meant


WHOLE = body([("what", "a" * 50)], [("a.jpg", b"b" * 50)])


@pytest.mark.parametrize("length", range(len(WHOLE) - 2))
def test_a_form_that_was_cut_off_anywhere_is_refused(length):
    with pytest.raises(ClientDisconnected):
        ours(WHOLE[:length])


REFUSED = {
    "no name": (WHOLE.replace(b'name="what"', b"x=y"), BadRequest),
    "no disposition": (WHOLE.replace(b"Content-Disposition", b"Content-Place"), BadRequest),
    "something after a boundary": (WHOLE.replace(b"123\r\n", b"123 \r\n", 1), BadRequest),
    "a head without an end": (
        WHOLE.replace(b"form-data", b"form-data;" + b" " * multipart.MOST_HEAD, 1),
        RequestEntityTooLarge,
    ),
    "much before the first part": (
        b"x" * (multipart.MOST_HEAD + 1) + WHOLE,
        RequestEntityTooLarge,
    ),
    "a long word": (
        body([("what", "a" * multipart.MOST_WORDS)], []),
        RequestEntityTooLarge,
    ),
    "long words together": (
        body([("what", "a" * (multipart.MOST_WORDS // 4))] * 4, []),
        RequestEntityTooLarge,
    ),
    "files without end": (
        body([], [("a" * 500, b"")] * (multipart.MOST_HEADS // 500)),
        RequestEntityTooLarge,
    ),
    "parts for no file without end": (
        body([], [("", b"")] * (multipart.MOST_HEADS // 90)),
        RequestEntityTooLarge,
    ),
    "very many fields": (body([("a", "b")] * (MAX_FIELDS + 1), []), RequestEntityTooLarge),
}


@pytest.mark.parametrize("step", [1000, 1 << 20])
@pytest.mark.parametrize(("data", "error"), REFUSED.values(), ids=REFUSED)
def test_what_no_browser_sends_is_refused(data, error, step):
    with pytest.raises(error):
        ours(data, step=step)


@pytest.mark.parametrize("boundary", ["", "a" * 71, "a\r\nb", "a ", "ü"])
def test_a_boundary_that_cannot_be_one_is_refused(boundary):
    with pytest.raises(BadRequest):
        ours(WHOLE, boundary=boundary)


def test_of_ten_thousand_files_few_are_remembered_and_every_word_that_follows():
    opened = []
    files_first = body([], [("f", b"x" * 99)] * 10_000).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    data = files_first + body([("a", "b")] * MAX_FIELDS, [])

    pairs, files = multipart.read_parts(
        BytesIO(data), BOUNDARY, lambda: opened.append(BytesIO()) or opened[-1]
    )

    assert len(pairs) == MAX_FIELDS
    assert len(files) == len(opened) == multipart.MOST_FILES
