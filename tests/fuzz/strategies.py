"""Requests that nobody has thought of, drawn by hypothesis."""

import json
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from admin.tip import fields as tip_fields

from .by_hand_json import FORM, JSON, JSON_PLACES, MARK, NAMES, SHORT
from .wire import Hostile, raw, request

TEXT = st.text(st.characters(), max_size=60)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.binary(max_size=60).map(lambda data: data.hex())
    | st.sampled_from(["0" * 32, "a" * 64, MARK, "police", "P0", "message", "AAAA", "XXXXX-XXXXX"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    *(field.name for field in tip_fields.FIELDS),
    *(
        "contact",
        "website",
        "page",
        "token",
        "receipt",
        "words",
    ),
    *("number", "confirm", "group", "version", "name", "csrf_token"),
)
FORM_PLACES = (
    *(
        "/tip/sent",
        "/en/tip/sent",
        "/tip/copied",
        "/tip/practice/sent",
        "/mailbox/",
        "/mailbox/words",
    ),
    *("/en/mailbox/danger", "/mailbox/withdraw", "/tip/practice/copied"),
)
VALUES = st.binary(max_size=80) | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass"))


def hostile(public: str, desk: str, seen: list[bytes]) -> st.SearchStrategy[Hostile]:
    """Draw one request. `seen` holds bodies of honest people: they are sent again, changed."""
    host = st.sampled_from([public, public, public, desk]) | TEXT
    return st.one_of(
        forms(public),
        texts(public, seen),
        st.builds(any_request, method(), target(), host, VALUES, kind(), lines()),
        broken(st.one_of(forms(public), texts(public, seen))),
        st.binary(max_size=400).map(lambda data: Hostile("bytes", data + SHORT + b"\r\n\r\n")),
    )


def method():
    return st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS"]) | st.text(
        st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12
    )


def target():
    known = st.sampled_from(
        [*FORM_PLACES, *JSON_PLACES, "/tip/", "/desk/", "/desk/sign-in/salt", "/app/", "/"]
    )
    part = st.binary(max_size=20).map(quote_from_bytes) | TEXT
    return st.builds(
        lambda path, end, query: f"{path}{end}?{query}", known, part | st.just(""), part
    )


def kind():
    return st.sampled_from([FORM, JSON, "multipart/form-data; boundary=x", "text/plain", ""]) | TEXT


def lines():
    names = st.sampled_from(
        ["Accept", "Cookie", "X-Forwarded-For", "Accept-Language", "Origin", "Range", "If-Match"]
    )
    value = TEXT.map(lambda text: raw(text.replace("\r", "").replace("\n", "")))
    return st.builds(lambda name, text: name.encode() + b": " + text, names, value)


def any_request(method, target, host, body, kind, line):
    return Hostile("any", request(method, target, host, body + SHORT, kind, line))


def forms(public):
    pair = st.builds(
        lambda name, value: f"{name}={quote_from_bytes(value)}".encode(),
        st.sampled_from(FIELDS) | st.binary(max_size=20).map(quote_from_bytes),
        VALUES,
    )
    body = st.lists(pair, max_size=25).map(lambda pairs: b"&".join([*pairs, b"x=" + SHORT]))
    return st.builds(
        lambda place, body: Hostile("form", request("POST", place, public, body, FORM)),
        st.sampled_from(FORM_PLACES),
        body,
    )


def texts(public, seen):
    """JSON of the right names: made up, or an honest body with some of its values changed."""
    made = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON_VALUES))
    changes = st.dictionaries(st.sampled_from(NAMES), JSON_VALUES, min_size=1, max_size=3)

    def change(number, changed):
        if not seen:
            return changed
        return json.loads(seen[number % len(seen)]) | {"website": MARK} | changed

    content = made | st.builds(change, st.integers(0, 50), changes)
    return st.builds(
        lambda place, content: Hostile(
            "json", request("POST", place, public, json.dumps(content).encode(), JSON)
        ),
        st.sampled_from(JSON_PLACES),
        content,
    )


@st.composite
def broken(draw, wholes):
    """Cut, double or overwrite a part of a request that was whole."""
    whole = draw(wholes)
    start = draw(st.integers(0, len(whole.data)))
    end = start + draw(st.integers(-40, 40))
    rest = whole.data[max(end, 0) :] if draw(st.booleans()) else b""
    middle = draw(st.binary(max_size=20))
    return Hostile("broken", whole.data[:start] + middle + rest, draw(st.booleans()))
