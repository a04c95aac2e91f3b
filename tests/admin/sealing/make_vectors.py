"""Write vectors.json from the formulas of design.md, with the standard library and none of admin.

    python tests/admin/sealing/make_vectors.py > tests/admin/sealing/vectors.json

Run it only when a format changes, which makes stored receipts and rows unreadable.
"""

import hashlib
import hmac
import json
import sys
import unicodedata

DIGITS = "0123456789" * 3
SITE = "0123456789abcdef"
# The one value that design.md gives in full.
LOOKUP = "9c2cc3905ca11196b576b2412e810eb7"
# As they were made before decision 78: such receipts stay good.
RECEIPT = "012340567894" * 3
CODE = "7zzzzzzzzzzzzzzzzzzzzzzzzz"


def hkdf(ikm: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    prk = hmac.digest(salt or bytes(32), ikm, "sha256")
    return hmac.digest(prk, info + b"\1", "sha256")[:length]


def receipt(site: str, digits: str) -> dict:
    keys = {
        name: hkdf(digits.encode(), b"dengshao receipt v1 " + site.encode(), info, length).hex()
        for name, info, length in (
            ("lookup", b"lookup", 16),
            ("seed", b"identity", 32),
            ("talk", b"talk", 32),
        )
    }
    return {"site": site, "digits": digits, **keys}


def envelope(body: str, kind: str, direction: str, number: int, previous: str) -> dict:
    talk, reference = bytes(range(32)), "0123A-BCXYZ"
    covered = f"{direction}\n{reference}\n{number}\n{body}".encode()
    content = {
        "v": 1,
        "kind": kind,
        "direction": direction,
        "reference": reference,
        "number": number,
        "previous": previous,
        "body": body,
        "mac": hmac.digest(talk, covered, "sha256").hex(),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "talk": talk.hex(),
        **{name: value for name, value in content.items() if name != "v"},
        "digest": hashlib.sha256(text).hexdigest(),
        "length": -(-len(text) // 4096) * 4096,
    }


def fingerprint(unit_id: str, recipient: str, recovery: str) -> dict:
    text = f"dengshao unit v1\n{unit_id}\n{recipient}\n{recovery}".encode()
    digits = hashlib.sha256(text).hexdigest()
    return {
        "unit_id": unit_id,
        "recipient": recipient,
        "recovery": recovery,
        "fingerprint": " ".join(digits[i : i + 4] for i in range(0, 32, 4)),
    }


def check_code(fingerprint: str) -> dict:
    stretched = hashlib.scrypt(
        fingerprint.encode(),
        salt=b"dengshao check code v1",
        n=2**14,
        r=8,
        p=1,
        maxmem=2**25,
        dklen=32,
    )
    digits = f"{int.from_bytes(stretched) % 10**24:024d}"
    code = " ".join(digits[i : i + 4] for i in range(0, 24, 4))
    return {"fingerprint": fingerprint, "code": code}


def successor(unit_id: str, recipient: str, recovery: str) -> dict:
    seed = bytes(range(64, 96))
    key = hkdf(seed, b"", b"successor", 32)
    text = f"{unit_id}\n{recipient}\n{recovery}"
    return {
        "seed": seed.hex(),
        "unit_id": unit_id,
        "recipient": recipient,
        "recovery": recovery,
        "mac": hmac.digest(key, text.encode(), "sha256").hex(),
    }


def roster(members: list[list[str]]) -> dict:
    seed = bytes(range(32, 64))
    lines = "".join(f"{name}\t{recipient}\n" for name, recipient in sorted(members))
    key = hkdf(seed, b"", b"roster", 32)
    return {
        "seed": seed.hex(),
        "members": members,
        "mac": hmac.digest(key, lines.encode(), "sha256").hex(),
    }


def sign_in(passphrase: str, code: str, typed_code: str) -> dict:
    salt = bytes(range(16))
    secret = hashlib.scrypt(
        f"{unicodedata.normalize('NFKC', passphrase)}-{code}".encode(),
        salt=salt,
        n=2**17,
        r=8,
        p=1,
        maxmem=2**28,
        dklen=32,
    )
    auth = hkdf(secret, b"", b"dengshao sign-in v1", 32)
    return {
        "passphrase": passphrase,
        "code": typed_code,
        "salt": salt.hex(),
        "secret": auth.hex(),
        "stored": hashlib.sha256(auth).hexdigest(),
    }


def table() -> dict:
    first = receipt(SITE, DIGITS)
    if first["lookup"] != LOOKUP:
        raise SystemExit("the formula of the receipt does not give the value of design.md")
    opening = envelope('您好\n"引号" \\ \u2028 \x7f \x01 🏮', "message", "staff", 1, "")
    return {
        "receipts": [first, receipt("fedcba9876543210", DIGITS), receipt(SITE, "9" * 30)],
        "typed_receipts": [
            {"typed": RECEIPT, "digits": DIGITS},
            {"typed": "012340 567894 012340 567894 012340 567894", "digits": DIGITS},
            {
                "typed": "０１２３４０-567894——012340\u3000567894.012340/５６７８９４\n",
                "digits": DIGITS,
            },
            {"typed": "012340 567894 012340 567894 012340 567894 7", "found": 37},
            {"typed": "", "found": 0},
            {"typed": "查询码", "found": 0},
            {"typed": "012340 567893 012341 567898 012345 567891", "digits": DIGITS},
            {"typed": "012340 567993 012341 567898 012345 567891", "wrong": [2]},
            {"typed": "012340 012341 567893 567898 012345 567891", "order": [2, 3]},
            {"typed": "567893 012341 012340 567898 012345 567891", "order": [1, 2, 3]},
            {"typed": "112340 567894 012340 567894 012340 567894", "wrong": [1]},
            {"typed": "012340 567894 012304 567894 012340 576894", "wrong": [3, 6]},
        ],
        "envelopes": [
            opening,
            envelope("", "danger", "reporter", 2, opening["digest"]),
            envelope("长" * 2000, "supplement", "reporter", 12, "0" * 64),
        ],
        "fingerprints": [fingerprint("police", "age1pq1" + "q" * 20, "age1pq1" + "z" * 20)],
        "check_codes": [
            check_code(" ".join(["0123", "4567", "89ab", "cdef"] * 2)),
            check_code(" ".join(["ffff"] * 8)),
        ],
        "successors": [successor("police", "age1pq1" + "q" * 20, "age1pq1" + "z" * 20)],
        "rosters": [
            roster([]),
            # UTF-16 would sort the last two the other way round.
            roster([["police-2", "age1pq1b"], ["police-1", "age1pq1a"], ["𠮷", "c"], ["ｚ", "d"]]),
            roster([["ab", "x"], ["a\x01", "y"], ["a", "bx"], ["a", "b"]]),
        ],
        "sign_ins": [
            sign_in("灯 Ａ①", CODE, "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ"),
        ],
        "codes": [
            {"typed": CODE, "code": CODE},
            {
                "typed": " OILoi lO123-45678 ９ABCDEFGHJK ",
                "code": "01101101234567" + "89abcdefghjk",
            },
            {"typed": "0" * 26, "code": "0" * 26},
            {"typed": "8" + "0" * 25, "code": None},
            {"typed": "u" + "0" * 25, "code": None},
            {"typed": "0" * 25, "code": None},
            {"typed": "", "code": None},
        ],
        "passphrases": [
            {"typed": "\u3000\t两个 词\u00a0\n", "normalised": "两个 词"},
            {"typed": "ﬁＡ①", "normalised": "fiA1"},
            {"typed": "e\u0301", "normalised": "\u00e9"},
            {"typed": "\x1cinner\ufeff", "normalised": "\x1cinner\ufeff"},
        ],
    }


if __name__ == "__main__":
    json.dump(table(), sys.stdout, ensure_ascii=True, indent=1)
    sys.stdout.write("\n")
