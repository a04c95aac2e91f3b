"""JSON that people have thought of, and what all requests by hand hold."""

import json

from .wire import raw, request

MARK = "qzx7-canary-恶意请求里的石榴"
"""Stands in every hostile request; nothing that the server writes may hold it."""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SHORT = raw(MARK)
LONG = SHORT * 4000


def texts(host, desk):
    """JSON that is broken, deep, large, or no object."""
    surrogate = json.dumps({name: "\ud800" for name in NAMES})
    bad = [
        *(b"", b"null", b"[]", b"0", b'"x"', b"{", b"}", b"{" + SHORT, b'{"a":', b"NaN", b"\x00"),
        b"[" * 60_000,
        b'{"lookup":' * 5_000,
        b'{"number":' + b"9" * 60_000 + b"}",
        b'{"number": 1e999999, "lookup": -Infinity}',
        b'{"lookup": "' + b"a" * 60_000 + b'"}',
        b"\xef\xbb\xbf{}",
        json.dumps({"lookup": MARK}).encode("utf-16"),
        b'{"lookup": "\xff\xfe"}',
        b"{" + b",".join(b'"%d":1' % number for number in range(8_000)) + b"}",
        b'{"lookup": "a", "lookup": "b"}',
        surrogate.encode(),
        *(json.dumps(dict.fromkeys(NAMES, value)).encode() for value in VALUES),
        b"{}" + b" " * 140_000,
    ]
    kinds = (
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "application/problem+json",
        b"\xff",
    )
    places = [(place, host) for place in JSON_PLACES] + [("/desk/sign-in", desk)]
    odd = [request("POST", place, at, b"{}", kind) for place, at in places for kind in kinds]
    return odd + [request("POST", place, at, body, JSON) for place, at in places for body in bad]


JSON_PLACES = (
    *("/tip/sealed", "/tip/challenge", "/mailbox/thread", "/mailbox/sealed"),
    # The others of files read their tickets by the same few lines.
    *("/tip/files/ticket", "/tip/files/next"),
)
NAMES = (
    *("lookup", "reference", "unit", "urgency", "label", "sealed", "proof", "website"),
    *("token", "number", "digest", "kind", "name", "auth", "files", "ticket", "size"),
)
VALUES = (
    *(None, True, 0, -1, 1.5, 10**40, "", "0" * 32, "0" * 64, MARK, "\x00", "=", "AAAA", "é"),
    *([], {}, [[]], ["0" * 32], {"a": 1}, "Infinity", "٣" * 32),
)
