"""Requests that people have thought of: each once in every run, whatever its seed."""

from .by_hand_json import FORM, JSON, LONG, MARK, SHORT, texts
from .wire import Hostile, request


def all_by_hand(public: str, desk: str) -> list[Hostile]:
    groups = {
        "line": lines(public),
        "head": heads(public),
        "target": targets(public),
        "host": hosts(),
        "form": forms(public),
        "json": texts(public, desk),
        "length": lengths(public),
        "chunk": chunks(public),
        "desk": at_the_desk(desk),
    }
    return [Hostile(kind, data) for kind, group in groups.items() for data in group] + cut(public)


def lines(host):
    return [
        SHORT + b"\r\n\r\n",
        b"GET  /" + SHORT + b" HTTP/1.1\r\n\r\n",
        b"GET /tip/?" + SHORT + b" HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /tip/ HTTP/1.1\nHost: x\n\n",
        b"\x00" * 200,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + SHORT,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SHORT,
        b"PROXY TCP4 198.51.100.7 203.0.113.1 1 2\r\nGET /tip/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n\r\nGET /" + SHORT,
        b"GET http://[::1/" + SHORT + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        request("GET", "/tip/", host).replace(b"Connection: close\r\n", b"") * 3,
    ]


def heads(host):
    bad = [
        b"X-Long: " + LONG,
        b"\r\n".join(b"X-%d: " % number + SHORT for number in range(400)),
        b"X Y: " + SHORT,
        b": " + SHORT,
        b"X: a\r\n " + SHORT,
        b"X: \x00" + SHORT,
        b"X_Y: " + SHORT,
        SHORT,
        b"Transfer-Encoding: " + SHORT,
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Expect: " + SHORT,
        b"Expect: 100-continue",
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings",
        b"Upgrade: websocket\r\nConnection: Upgrade",
        b"X-Forwarded-For: " + SHORT + b", 999.1.1.1, ::::",
        b"X-Forwarded-For: " + b"1.1.1.1," * 900,
        b"X-Forwarded-Proto: https\r\nX-Forwarded-SSL: off",
        b"Forwarded: for=" + SHORT,
        b"SCRIPT_NAME: /" + SHORT,
        b"Script-Name: /" + SHORT,
        b"Cookie: desk=" + SHORT,
        b"Cookie: " + b"a=b; " * 1500,
        b"Accept: " + b"application/json;q=" * 300,
        b"Accept: */*;q=\xff\xfe" + SHORT,
        b"Accept-Language: " + SHORT + b";q=9e999",
        b"Accept-Charset: " + SHORT,
        b"Range: bytes=-" + b"9" * 300,
        b"If-None-Match: " + SHORT,
        b"If-Modified-Since: " + SHORT,
        b"Authorization: Basic \xff" + SHORT,
        b"Content-Encoding: gzip",
        b"X-HTTP-Method-Override: DELETE",
    ]
    return [request("GET", "/tip/", host, b"", "", line) for line in bad] + [
        request("POST", "/mailbox/", host, b"receipt=" + SHORT, FORM, line) for line in bad
    ]


def targets(host):
    bad = [
        *(
            "/" + "x" * 9000,
            "/%00",
            "/%ff%fe",
            "/tip/%00",
            "/tip/\udcff",
            "//tip/",
            "/..%2f..%2fetc",
        ),
        *(
            "/../../data/secret",
            "/app/..%5c..%5csecret",
            "/app/%00.js",
            "/assets/%2e%2e/%2e%2e/secret",
        ),
        *(
            "/tip/?category=%00",
            "/tip/?category=%ff",
            "/tip/?official=" + "y" * 5000,
            "/tip/?%",
            "/tip/?page=%zz",
        ),
        *(
            "/tip/?" + "&" * 5000,
            "/tip/?" + "a=1&" * 1500,
            "/tip/;x=1",
            "/tip/#x",
            "/en/tip/sent?x",
            "/tip",
        ),
        *("/keys.json/", "/tip/routes.json?%f0%28", "/en/mailbox", "/mailbox/words/../thread"),
        *("/" + "a/" * 3000, "/tip/\t", "/\r\nX: y", "/tip/?x=\x00"),
        *("/" + MARK, "/" + "x" * 300, "/app/" + "x" * 300, "/law/" + "%e5%ad%97" * 90),
    ]
    methods = ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "HEAD", "OPTIONS", "get", "GETT")
    odd = [request(method, "/tip/sent", host, SHORT, FORM) for method in methods]
    odd += [request(method, "/mailbox/thread", host, SHORT, JSON) for method in methods]
    odd += [request(b"M" * 300, "/tip/", host), request(SHORT, "/tip/", host)]
    return odd + [request("GET", target, host) for target in bad]


def hosts():
    bad = [
        *(
            b"",
            b" ",
            b"a b",
            SHORT,
            b"x" * 5000,
            b"[::1",
            b"[::1]:x",
            b"localhost:99999999",
            b"a:b:c",
        ),
        *(
            b"user@localhost",
            b"localhost/..",
            b"\xff\xfe",
            b"xn--\xc3\xa4",
            b"..",
            b"%00",
            b"a\x00b",
        ),
        *(b"localhost\r\nHost: other", b"-", b"localhost.", b"LOCALHOST"),
    ]
    both = ("/tip/", "/desk/", "/desk/sign-in", "/tip/routes.json")
    plain = [request("GET", target, host) for host in bad for target in both]
    sent = [request("POST", "/mailbox/", host, b"receipt=" + SHORT, FORM) for host in bad]
    return plain + sent + [b"GET /tip/ HTTP/1.0\r\n\r\n", b"GET /tip/ HTTP/1.1\r\n\r\n"]


def forms(host):
    bad = [
        b"&".join(b"f%d=%s" % (number, SHORT[:12]) for number in range(13_000)),
        b"&" * 100_000,
        b"what=" + b"x" * 250_000,
        b"what=%ff%fe%f0%28&category=%c3%28&place=%ed%a0%80&token=%00",
        b"what=" + SHORT + b"&category=A2&place=%00&token=%00.%00.%00",
        b"\xff\xfe" + MARK.encode("utf-16-le"),
        b"=" * 1000,
        b"what[]=" + SHORT + b"&what=%&place=%u5b57&category=" + b"A" * 9000,
        b"token=" + b"." * 5000,
        b"token=AAAA.BBBB.CCCC&what=" + SHORT,
        b"receipt=" + b"9" * 10_000,
        b"receipt=" + "٠١٢٣٤٥٦٧٨٩".encode() * 4,
        b"receipt=012340567894012340567894012340567894&words=%00&number=" + b"9" * 4000,
        b"receipt=012340567894012340567894012340567894&confirm=yes&token=%ff",
        b"group=" + SHORT,
        b"version=" + b"9" * 5000 + b"&csrf_token=" + SHORT,
        SHORT,
    ]
    places = (
        *("/tip/sent", "/en/tip/sent", "/tip/copied", "/tip/practice/sent", "/tip/practice/copied"),
        *("/mailbox/", "/en/mailbox/", "/mailbox/words", "/mailbox/danger", "/mailbox/withdraw"),
    )
    multipart = b'--b\r\nContent-Disposition: form-data; name="what"; filename="x"\r\n\r\n' + LONG
    kinds = ("multipart/form-data; boundary=b", "multipart/form-data", FORM + "; charset=utf-7")
    odd = [request("POST", place, host, multipart, kind) for place in places[:6] for kind in kinds]
    odd.append(request("POST", "/tip/sent", host, b"x" * 300_000, FORM))
    return odd + [request("POST", place, host, body, FORM) for place in places for body in bad]


def lengths(host):
    claims = (
        *(
            "-1",
            "+5",
            "1e3",
            "5,5",
            "5 5",
            "0x10",
            "٣",
            "9" * 40,
            "999999999999",
            "",
            "5\r\nContent-Length: 6",
        ),
        *("300000", "4000", "1"),
    )
    return [
        request("POST", place, host, b"what=" + SHORT, kind, length=claim)
        for claim in claims
        for place, kind in (("/tip/sent", FORM), ("/mailbox/thread", JSON), ("/nowhere", FORM))
    ]


def chunks(host):
    bad = [
        *(
            b"zz\r\n",
            b"-1\r\n",
            b"0x5\r\nhello\r\n0\r\n\r\n",
            b"5;\x00=1\r\nhello\r\n0\r\n\r\n",
            b"5 \r\nhello\r\n",
        ),
        *(
            b"5\r\nhel",
            b"5\r\nhelloXX0\r\n\r\n",
            b"5\nhello\n0\n\n",
            b"f" * 200 + b"\r\n",
            b"ffffffffffffffff\r\n",
        ),
        *(b"0\r\n" + SHORT + b": x\r\n\r\n", b"0\r\nX: " + LONG, b"", b"\r\n", b"5;" + LONG),
        b"1\r\na\r\n" * 20_000 + b"0\r\n\r\n",
        b"%x\r\n%s\r\n" % (300_000, b"x" * 300_000) + b"0\r\n\r\n",
        b"%x\r\nwhat=%s\r\n0\r\n\r\n" % (len(SHORT) + 5, SHORT),
    ]
    odd = b"Transfer-Encoding: chunked"
    return [
        request("POST", place, host, b"", kind, odd) + body
        for body in bad
        for place, kind in (("/tip/sent", FORM), ("/tip/sealed", JSON), ("/nowhere", FORM))
    ]


def at_the_desk(desk):
    bad = (
        "/desk/tips/%00",
        "/desk/tips/" + "x" * 3000,
        "/desk/?after=%00",
        "/desk/?after=" + "9" * 3000,
    )
    bad += ("/desk/sign-in/salt", "/desk/sign-in/salt?name=%00", "/desk/sign-in/salt?name=%ff")
    bad += ("/desk/sign-in/salt?name=" + "x" * 5000, "/desk/nowhere", "/desk", "/desk/" + MARK)
    cookies = (
        b"Cookie: desk=.eJx.x.x",
        b"Cookie: desk=" + SHORT,
        b"Cookie: desk=\x01\x7f",
        b"Accept: application/json",
    )
    return [request("GET", target, desk, b"", "", line) for target in bad for line in cookies] + [
        request("POST", target, desk, b"x=1", FORM, line) for target in bad for line in cookies
    ]


def cut(host):
    """Requests whose sender goes away in the middle."""
    form = request("POST", "/tip/sent", host, b"what=" + LONG, FORM)
    text = request("POST", "/tip/sealed", host, b'{"lookup": "' + LONG, JSON)
    return [
        Hostile("cut", data[:end], stays)
        for data in (form, text)
        for end in (1, 30, 90, len(data) // 2, len(data) - 1)
        for stays in (True, False)
    ]
