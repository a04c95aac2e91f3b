"""Forms with files are read as browsers write them, within our bounds, and never half."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from admin.intake.no_js.multipart import MOST_FIELD, MOST_PARTS, FormWithFiles

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


def read(data, *, boundary=BOUNDARY, step=1 << 20):
    parser = FormWithFiles(lambda **_told: BytesIO())
    kind, options = "multipart/form-data", {"boundary": boundary}
    _stream, fields, files = parser.parse(Trickle(data, step), kind, len(data), options)
    found = [(file.filename, file.stream.read()) for file in files.getlist("files")]
    return list(fields.items(multi=True)), found


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(
    st.lists(st.tuples(NAMES, st.text(st.characters(exclude_categories=["Cs"]))), max_size=6),
    st.lists(st.tuples(NAMES.filter(bool), CONTENT), max_size=4),
    st.integers(1, 90),
)
def test_what_a_browser_writes_is_read_to_the_byte_however_it_arrives(fields, files, step):
    fields = sorted(fields)

    found, found_files = read(body(fields, files), step=step)

    assert sorted(found) == fields
    assert found_files == files


def test_a_file_ends_where_it_ends_wherever_a_read_of_the_body_does():
    """Werkzeug alone adds a byte to one file in thirty thousand (decision 60)."""
    head = len(body([], [("a", b"")])) - len(f"\r\n--{BOUNDARY}--\r\n")
    for beyond in range(-8, len(BOUNDARY) + 16):
        content = b"x" * (64 * 1024 - head - beyond)

        assert read(body([], [("a", content)])) == ([], [("a", content)]), beyond


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a%22b.jpg", 'a"b.jpg'),
        ("100%.jpg", "100%.jpg"),
        ("a;b=c.jpg", "a;b=c.jpg"),
        ("照片.jpg", "照片.jpg"),
        ("a.jpg\"; filename*=UTF-8''%E7%85%A7.jpg; x=\"", "照.jpg"),
    ],
)
def test_a_name_is_read_as_browsers_escape_it(written, meant):
    assert read(body([], [(written, b"x")]))[1] == [(meant, b"x")]


WHOLE = body([("what", "a" * 50)], [("a.jpg", b"b" * 50)])


@pytest.mark.parametrize("step", [1, 1 << 20])
def test_a_form_that_was_cut_off_anywhere_is_refused(step):
    for length in range(len(WHOLE) - len("--\r\n")):
        with pytest.raises(BadRequest):
            read(WHOLE[:length], step=step)


FIELD = "a" * MOST_FIELD
REFUSED = {
    "no disposition": (WHOLE.replace(b"Content-Disposition", b"Content-Place"), BadRequest),
    "a name that is no text": (WHOLE.replace(b'"a.jpg"', b'"\xff"'), BadRequest),
    "no boundary in it": (WHOLE.replace(b"AbC123", b"AbC124"), BadRequest),
    "a head without an end": (
        WHOLE.replace(b"form-data", b"form-data;" + b" " * MOST_FIELD, 1),
        RequestEntityTooLarge,
    ),
    "much before the first part": (b"x" * MOST_FIELD + WHOLE, RequestEntityTooLarge),
    "much after the last part": (WHOLE + b"x" * (MOST_FIELD + 1), RequestEntityTooLarge),
    "a long word": (body([("what", FIELD + "a")], []), RequestEntityTooLarge),
    "very many fields": (body([("a", "b")] * (MOST_PARTS + 1), []), RequestEntityTooLarge),
    "a folder of files": (body([], [("a", b"")] * (MOST_PARTS + 1)), RequestEntityTooLarge),
}


@pytest.mark.parametrize("step", [1000, 1 << 20])
@pytest.mark.parametrize(("data", "error"), REFUSED.values(), ids=REFUSED)
def test_what_no_browser_sends_is_refused(data, error, step):
    with pytest.raises(error):
        read(data, step=step)


@pytest.mark.parametrize("boundary", ["", "ü"])
def test_a_boundary_that_cannot_be_one_is_refused(boundary):
    with pytest.raises(BadRequest):
        read(WHOLE, boundary=boundary)


class Counting:
    """A stream for a file that notes how much it is given at a time."""

    most = total = 0

    def write(self, data):
        self.most, self.total = max(self.most, len(data)), self.total + len(data)

    def seek(self, _place):
        """Stay where it is."""


# What a reader that looks for the end of a part could trip over.
LIKE_THE_END = {
    "line ends": b"\r\n",
    "boundaries that go on": f"\r\n--{BOUNDARY}x".encode(),
    "boundaries cut short": f"\r\n--{BOUNDARY[:-1]}".encode(),
}


@pytest.mark.parametrize("piece", LIKE_THE_END.values(), ids=LIKE_THE_END)
def test_a_long_file_passes_in_small_pieces_whatever_is_in_it(piece):
    content = piece * (4_000_000 // len(piece))
    stream = Counting()
    data = body([], [("a", content)])
    parser = FormWithFiles(lambda **_told: stream)

    parser.parse(BytesIO(data), "multipart/form-data", len(data), {"boundary": BOUNDARY})

    assert stream.total == len(content)
    assert stream.most <= MOST_FIELD
